"""The shuffle of a multiple-choice question."""

from itertools import permutations
from random import Random

from bot.domain.questions import Choice, MultipleChoice

LETTERS = "ABCD"
_ORDERS = tuple(permutations(range(len(LETTERS))))


def draw_order(random: Random) -> int:
    """Draw one of the 24 orders of four choices, as the number that `ordered` understands."""
    return random.randrange(len(_ORDERS))


def ordered(multiple_choice: MultipleChoice, order: int) -> tuple[Choice, ...]:
    """Return the four choices in the given order, to be shown as A to D.

    Raises:
        ValueError: there is no such order.
    """
    if not 0 <= order < len(_ORDERS):
        raise ValueError(f"there are {len(_ORDERS)} orders of four choices, numbered from 0; {order} is none of them")
    choices = (multiple_choice.correct, *multiple_choice.distractors)
    return tuple(choices[place] for place in _ORDERS[order])
