from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.coverage import coverage, misconceptions_in, texts, vocabulary
from bot.domain.phrases import stems, within_edits, words
from bot.domain.questions import Bank, KeyPoint, Misconception, Question
from bot.library import load_bank

MODEL = Path(__file__).parents[1] / "library" / "bank"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(MODEL)


@pytest.fixture(scope="module")
def question(bank: Bank) -> Question:
    return bank.question(47)


def point(*phrases: str, weight: float = 1) -> KeyPoint:
    return KeyPoint(label=phrases[0], phrases=phrases, weight=weight)


@pytest.mark.parametrize(
    ("phrase", "answer"),
    [
        ("running average", "It uses the running averages."),
        ("running average", "an average that keeps running"),
        ("layer norm", "LAYER-NORM"),
        ("RNN", "RNNs forget."),
        ("rnn", "rnns forget"),
        ("GPU", "on eight GPUs"),
        ("gpu", "on eight gpus"),
        ("ReLU", "all ReLUs die"),
        ("gamma beta", "γ·x + β"),
        ("learned γ", "gamma is learned"),
        ("lambda", "λ"),
        ("sigma", "Σ"),
        ("epsilon", "ϵ"),
        ("n squared", "O(n²) memory"),
        ("n squared", "O(n^2) memory"),
        ("n squared", "n**2"),
        ("transpose", "QKᵀ"),
        ("sqrt d", "divide by √d"),
        ("naive bayes", "Naïve Bayes"),
        ("gradient", "the gradeint"),
        ("gradient", "the gradint"),
        ("gradient", "the graddient"),
        ("normalization", "normalizaton"),
        ("normalization", "normlizaton"),
        ("eval mode", "a mode one two three four five six eval"),
        ("w x y z", "w a b c d e f x y z"),
        ("=layer norm", "use layer norm here"),
        ("=layer norm", "layer-norm"),
        ("=batch size 1", "with Batch size 1."),
    ],
)
def test_a_phrase_is_spotted(phrase: str, answer: str) -> None:
    assert coverage(answer, [point(phrase)]).share == 1


@pytest.mark.parametrize(
    ("phrase", "answer"),
    [
        ("running average", ""),
        ("running average", "an average"),
        ("eval mode", "a mode one two three four five six seven eval"),
        ("w x y z", "w a b c d e f g x y z"),
        ("gradient", "a radient"),
        ("gradient", "the grdiant"),
        ("gain", "the gan"),
        ("normalization", "nrmlizaton"),
        ("layer", "player"),
        ("10000", "10001"),
        ("=layer norm", "a norm of the layer"),
        ("=layer norm", "the norm layer"),
        ("=layer norm", "the layer's norm"),
        ("=layer norm", "layer norms"),
        ("=layer norm", "layar norm"),
        ("=", "="),
        ("→", "→"),
    ],
)
def test_a_phrase_is_not_spotted(phrase: str, answer: str) -> None:
    assert coverage(answer, [point(phrase)]).share == 0


def test_a_word_of_the_bank_is_no_typing_error_of_another() -> None:
    points = [point("variance")]

    assert coverage("many variants", points).share == 1
    assert coverage("many variants", points, stems(["variants"])).share == 0
    assert coverage("the varience", points, stems(["variants"])).share == 1


def test_a_word_of_another_key_point_is_no_typing_error() -> None:
    found = coverage("many variants", [point("variance"), point("variants")])

    assert [each.label for each in found.spotted] == ["variants"]


def test_one_phrase_is_enough_and_the_share_counts_weights() -> None:
    heavy, light = point("one bird", "two birds", weight=3), point("four fish")

    found = coverage("Two birds.", [light, heavy])

    assert found.spotted == (heavy,)
    assert found.not_spotted == (light,)
    assert found.share == 0.75


def test_no_answer_and_no_key_points_cover_nothing(question: Question) -> None:
    assert coverage("", question.key_points).share == 0
    assert coverage(" \n", question.key_points).not_spotted == question.key_points
    assert coverage("Anything.", []).share == 0


def test_a_model_answer_covers_its_question(bank: Bank, question: Question) -> None:
    found = coverage(question.full_answer, question.key_points, vocabulary(bank))

    assert found.spotted == question.key_points
    assert found.share == 1


def test_an_echoed_question_covers_nothing(question: Question) -> None:
    found = coverage(f"{question.title}\n{question.prompt}", question.key_points, stems(texts(question)))

    assert found.share == 0


def test_a_partial_answer_is_told_apart(question: Question) -> None:
    answer = "You subtract the mean of the mini-batch, then γ and β rescale; in eval mode runing averages are used."

    found = coverage(answer, question.key_points)

    assert found.spotted == question.key_points[:3]
    assert found.share == 0.5


def test_a_known_misconception_is_noticed_and_its_opposite_words_are_not(question: Question) -> None:
    noticed = misconceptions_in("It forces the mean to zero.", question.misconceptions)

    assert noticed == question.misconceptions
    assert misconceptions_in(question.full_answer, question.misconceptions) == ()
    assert misconceptions_in("Anything.", [Misconception(when=("=", "..."), say="No.")]) == ()


def test_the_banks_vocabulary_holds_the_stems_of_all_it_says(bank: Bank, question: Question) -> None:
    known = vocabulary(bank)

    assert stems([question.full_answer, question.multiple_choice.correct.why]) <= known
    assert stems([question.references[0].authors]) - known


@settings(deadline=None)
@given(st.text())
def test_any_text_at_all_has_a_share_between_none_and_all(question: Question, answer: str) -> None:
    found = coverage(answer, question.key_points)

    assert 0 <= found.share <= 1
    assert len(found.spotted) + len(found.not_spotted) == len(question.key_points)


ANSWER = (
    "batch mean and variance, then γ beta; the running averages in eval mode. Smoother loss, small batch, layer norm"
)
PIECES = st.lists(
    st.sampled_from([*ANSWER.split(), "RNNs", "x^2", "|", "runing", "averige"]) | st.text(max_size=8),
    max_size=30,
).map(" ".join)


@settings(deadline=None)
@given(answer=PIECES, more=PIECES)
def test_saying_more_never_unspots_a_point(question: Question, answer: str, more: str) -> None:
    before = coverage(answer, question.key_points)

    assert set(before.spotted) <= set(coverage(f"{answer}\n{more}", question.key_points).spotted)
    assert set(before.spotted) <= set(coverage(f"{more}\n{answer}", question.key_points).spotted)


@settings(deadline=None)
@given(st.text(), st.text())
def test_words_are_plain_whatever_the_text_and_do_not_depend_on_what_follows(one: str, other: str) -> None:
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words(one))
    assert words(f"{one}\n{other}") == words(one) + words(other)


@settings(deadline=None)
@given(st.text(alphabet="abc", max_size=6), st.text(alphabet="abc", max_size=6), st.integers(0, 2))
def test_edits_count_the_same_both_ways(one: str, other: str, edits: int) -> None:
    assert within_edits(one, other, edits) == within_edits(other, one, edits)
    assert within_edits(one, other, edits) == (edit_distance(one, other) <= edits)


def edit_distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance, by the book's table."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            steps = [table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a != b)]
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                steps.append(table[i - 2][j - 2] + 1)
            table[i][j] = min(steps)
    return table[-1][-1]
