from dataclasses import replace

import pytest

from bot.domain.questions import Bank, Choice, KeyPoint, Kind, Level, MultipleChoice, Question, Reference, Topic

NORM = Topic(slug="norm", title="Normalisation", contains="Batch and layer norm")
VISION = Topic(slug="vision", title="Vision", contains="Convolutions")
POINT = KeyPoint(label="Says it", phrases=("one bird", "two birds", "three", "four", "five"))
OPTION = Choice(text="Yes", why="It is so.")
FIRST = Question(
    id=1,
    slug="first",
    topic="norm",
    level=Level.EASY,
    kind=Kind.CONCEPT,
    title="First",
    prompt="What?",
    hints=("Think.",),
    short_answer="One bird.",
    full_answer="One bird in the hand.",
    key_points=(POINT, POINT, POINT),
    misconceptions=(),
    common_mistakes=("None.",),
    follow_ups=("Why?",),
    multiple_choice=MultipleChoice(question="Is it?", correct=OPTION, distractors=(OPTION, OPTION, OPTION)),
    references=(Reference(id="finch2020birds", title="Birds", authors="Finch", year=2020, url="https://example.org"),),
)
SECOND = replace(FIRST, id=2, slug="second")


def test_a_question_is_found_by_id_and_by_slug() -> None:
    bank = Bank((FIRST, SECOND), (NORM, VISION))

    assert bank.question(2) is SECOND
    assert bank.by_slug("first") is FIRST


def test_a_topic_knows_its_questions_in_the_banks_order() -> None:
    bank = Bank((SECOND, FIRST), (NORM, VISION))

    assert bank.in_topic("norm") == (SECOND, FIRST)
    assert bank.in_topic("vision") == ()
    assert bank.topic("vision") is VISION


def test_a_bank_can_be_counted_and_walked_through() -> None:
    bank = Bank((FIRST, SECOND), (NORM,))

    assert len(bank) == 2
    assert list(bank) == [FIRST, SECOND]


def test_what_the_bank_does_not_have_is_said_clearly() -> None:
    bank = Bank((FIRST,), (NORM,))

    with pytest.raises(LookupError, match="no question with id 7"):
        bank.question(7)
    with pytest.raises(LookupError, match="no question named 'gone'"):
        bank.by_slug("gone")
    with pytest.raises(LookupError, match="no topic named 'gone'"):
        bank.topic("gone")
    with pytest.raises(LookupError, match="no topic named 'gone'"):
        bank.in_topic("gone")


@pytest.mark.parametrize("twin", [replace(SECOND, id=1), replace(SECOND, slug="first")])
def test_two_questions_cannot_share_an_id_or_a_slug(twin: Question) -> None:
    with pytest.raises(ValueError, match="share an id or a slug"):
        Bank((FIRST, twin), (NORM,))


def test_two_topics_cannot_share_a_slug() -> None:
    with pytest.raises(ValueError, match="share an id or a slug"):
        Bank((FIRST,), (NORM, replace(VISION, slug="norm")))


def test_a_question_cannot_be_filed_under_an_unknown_topic() -> None:
    with pytest.raises(ValueError, match="unknown topic 'norm'"):
        Bank((FIRST,), (VISION,))


def test_a_bank_can_be_the_key_of_a_cache() -> None:
    bank, twin = Bank((FIRST,), (NORM,)), Bank((FIRST,), (NORM,))

    assert {bank: "kept"}.get(bank) == "kept"
    assert bank != twin
