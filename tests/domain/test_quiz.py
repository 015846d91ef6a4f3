from collections import Counter
from dataclasses import replace
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.questions import Choice, Level, MultipleChoice, Question
from bot.domain.quiz import LETTERS, draw, draw_order, ordered
from bot.library import load_bank

ANY = load_bank().questions[0]
CHOICES = tuple(Choice(text=text, why="Because.") for text in ("right", "wrong", "off", "false"))
ASKED = MultipleChoice(question="Which?", correct=CHOICES[0], distractors=CHOICES[1:])
TOPICS = ("norm", "vision", "rnn")
BANKS = some.lists(some.tuples(some.sampled_from(TOPICS), some.sampled_from(Level)), max_size=12).map(
    lambda kinds: [
        replace(ANY, id=number, slug=f"q{number}", topic=topic, level=level)
        for number, (topic, level) in enumerate(kinds, start=1)
    ]
)


def test_the_orders_are_the_24_permutations_of_the_four_choices() -> None:
    shown = {ordered(ASKED, order) for order in range(24)}

    assert shown == set(permutations(CHOICES))


def test_over_all_orders_the_right_choice_stands_in_each_place_equally_often() -> None:
    places = Counter(ordered(ASKED, order).index(ASKED.correct) for order in range(24))

    assert places == {0: 6, 1: 6, 2: 6, 3: 6}


@pytest.mark.parametrize("order", [-1, 24, 10**9])
def test_an_order_that_does_not_exist_is_refused(order: int) -> None:
    with pytest.raises(ValueError, match="24 orders"):
        ordered(ASKED, order)


def test_every_order_is_drawn_sooner_or_later_and_nothing_else() -> None:
    random = Random(1)

    drawn = {draw_order(random) for _ in range(1000)}

    assert drawn == set(range(24))
    assert len(LETTERS) == 4


@given(
    BANKS,
    some.none() | some.sampled_from(TOPICS),
    some.none() | some.sampled_from(Level),
    some.frozensets(some.integers(1, 12)),
    some.randoms(use_true_random=False),
)
def test_a_draw_keeps_to_topic_and_level_and_repeats_only_what_it_must(
    questions: list[Question], topic: str | None, level: Level | None, avoid: frozenset[int], random: Random
) -> None:
    drawn = draw(questions, random, topic=topic, level=level, avoid=avoid)

    fitting = {
        question.id
        for question in questions
        if topic in {None, question.topic} and (level is None or level is question.level)
    }
    allowed = fitting - avoid or fitting
    assert (drawn is None) == (not allowed)
    assert drawn is None or drawn.id in allowed


def test_every_fitting_question_is_drawn_about_equally_often() -> None:
    questions = [replace(ANY, id=number, slug=f"q{number}") for number in range(1, 6)]
    random = Random(2)

    drawn = Counter(question.id for _ in range(2000) if (question := draw(questions, random, avoid={5})) is not None)

    assert set(drawn) == {1, 2, 3, 4}
    assert all(400 < times < 600 for times in drawn.values())
