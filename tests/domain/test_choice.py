from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.choice import next_question
from bot.domain.questions import Question
from bot.library import load_bank

ANY = load_bank().questions[0]

# Topics of different sizes, the questions numbered through them in some order.
BANKS = some.lists(some.integers(1, 6), min_size=1, max_size=6).flatmap(
    lambda sizes: some.permutations([topic for topic, size in enumerate(sizes) for _ in range(size)])
)
SEEDS = some.text(max_size=20)


def bank_of(topics: list[int]) -> list[Question]:
    return [replace(ANY, id=place + 1, slug=f"q{place}", topic=f"t{topic}") for place, topic in enumerate(topics)]


def asked(questions: list[Question], rounds: int, seed: str, history: tuple[int, ...] = ()) -> list[int]:
    """Ask so many rounds after a history, and return the ids of those rounds."""
    told = list(history)
    for _ in range(rounds):
        told.append(next_question(questions, told, seed).id)
    return told[len(history) :]


@given(BANKS, SEEDS)
def test_nothing_repeats_until_everything_was_asked(topics: list[int], seed: str) -> None:
    questions = bank_of(topics)

    laps = asked(questions, 3 * len(questions), seed)

    for lap in range(3):
        assert len(set(laps[lap * len(questions) : (lap + 1) * len(questions)])) == len(questions)


@given(BANKS, SEEDS, some.integers(0, 40))
def test_after_that_the_least_recently_asked_comes_first(topics: list[int], seed: str, more: int) -> None:
    questions = bank_of(topics)
    history = asked(questions, len(questions) + more, seed)

    following = next_question(questions, history, seed)

    assert following.id == history[-len(questions)]


@given(BANKS, SEEDS)
def test_topics_stay_balanced_while_they_have_unasked_questions(topics: list[int], seed: str) -> None:
    questions = bank_of(topics)
    history = asked(questions, len(questions), seed)

    for length in range(len(history)):
        counts = Counter(question.topic for question in questions if question.id in history[:length])
        waiting = {question.topic for question in questions if question.id not in history[:length]}
        assert max(counts[topic] for topic in waiting) - min(counts[topic] for topic in waiting) <= 1


@given(BANKS, SEEDS)
def test_a_topic_never_follows_itself_while_another_has_had_as_few(topics: list[int], seed: str) -> None:
    questions = bank_of(topics)
    topic_of = {question.id: question.topic for question in questions}

    history = asked(questions, len(set(topics)), seed)

    assert len({topic_of[number] for number in history}) == len(set(topics))


@given(BANKS, SEEDS, some.integers(0, 40), some.randoms(use_true_random=False))
def test_the_same_history_and_seed_give_the_same_question_in_whatever_order_the_bank_is_read(
    topics: list[int], seed: str, rounds: int, random: Random
) -> None:
    questions = bank_of(topics)
    shuffled = random.sample(questions, len(questions))

    assert asked(questions, rounds, seed) == asked(shuffled, rounds, seed)


def test_two_communities_are_asked_in_different_orders() -> None:
    questions = bank_of([0] * 20)

    assert asked(questions, 20, "one") != asked(questions, 20, "another")


@given(BANKS, SEEDS, some.integers(1, 4), some.integers(0, 12))
def test_a_new_question_comes_first_after_whole_laps_and_only_once(
    topics: list[int], seed: str, laps: int, more: int
) -> None:
    questions = bank_of(topics)
    history = asked(questions, laps * len(questions) + more, seed)
    new = replace(ANY, id=1000, slug="new", topic="t0")

    following = asked([*questions, new], len(questions) + 2, seed, tuple(history))

    assert following == [1000, *history[-len(questions) :], 1000]


@given(BANKS, SEEDS, some.integers(0, 40), some.data())
def test_questions_that_were_retired_since_are_ignored(
    topics: list[int], seed: str, rounds: int, data: some.DataObject
) -> None:
    questions = bank_of(topics)
    history = asked(questions, rounds, seed)
    with_retired = list(history)
    for place in data.draw(some.lists(some.integers(0, len(history)), max_size=5)):
        with_retired.insert(place, 5000 + place)

    assert next_question(questions, with_retired, seed) == next_question(questions, history, seed)


def test_without_a_question_the_answer_says_where_to_add_one() -> None:
    with pytest.raises(ValueError, match="add one under data/questions"):
        next_question([], [], "seed")
