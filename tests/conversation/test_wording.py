from datetime import time

import pytest

from bot.conversation.wording import listed, plural, weekdays
from bot.domain.schedule import Schedule


@pytest.mark.parametrize(("count", "words"), [(0, "0 rounds"), (1, "1 round"), (2, "2 rounds"), (1234, "1,234 rounds")])
def test_a_count_and_its_noun_agree(count: int, words: str) -> None:
    assert plural(count, "round") == words


def test_an_irregular_plural_is_named() -> None:
    assert plural(2, "person", "people") == "2 people"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({0, 1, 2, 3, 4, 5, 6}, "every day"),
        ({0, 1, 2, 3, 4}, "Monday to Friday"),
        ({4, 0, 2}, "Monday, Wednesday, Friday"),
        ({6}, "Sunday"),
    ],
)
def test_weekdays_are_said_as_people_say_them(days: set[int], words: str) -> None:
    assert weekdays(Schedule(time(9), "UTC", frozenset(days))) == words


def test_a_list_has_one_line_for_each_item() -> None:
    assert listed(("one", "two")) == "- one\n- two"
