from collections import Counter
from itertools import permutations
from random import Random

import pytest

from bot.domain.questions import Choice, MultipleChoice
from bot.domain.quiz import LETTERS, draw_order, ordered

CHOICES = tuple(Choice(text=text, why="Because.") for text in ("right", "wrong", "off", "false"))
ASKED = MultipleChoice(question="Which?", correct=CHOICES[0], distractors=CHOICES[1:])


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
