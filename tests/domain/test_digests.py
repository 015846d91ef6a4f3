"""Which question of a week is called its hardest."""

import pytest

from bot.domain.digests import hardest


@pytest.mark.parametrize(
    ("judgements", "expected"),
    [
        ({}, None),
        ({1: (1, 1)}, None),
        ({1: (0, 5)}, None),
        ({1: (0, 5), 2: (1, 1)}, None),
        ({1: (1, 2)}, 1),
        ({1: (1, 2), 2: (2, 3), 3: (1, 3)}, 2),
        ({1: (1, 1), 2: (1, 40)}, 2),
        ({1: (1, 2), 2: (3, 6), 3: (2, 4)}, 2),
        ({2: (3, 6), 1: (1, 2)}, 2),
    ],
    ids=[
        "no judgement",
        "one judgement is too few",
        "hard for nobody",
        "hard for one alone, easy for five",
        "hard for one of two",
        "the largest share",
        "any share of two or more before the whole of one",
        "the same share of more",
        "the same share of more, whichever came first",
    ],
)
def test_the_hardest_question_is_hard_for_the_largest_share_of_at_least_two(
    judgements: dict[int, tuple[int, int]], expected: int | None
) -> None:
    assert hardest(judgements) == expected
