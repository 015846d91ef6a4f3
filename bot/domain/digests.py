"""A week in a community, as its digest tells it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """One round of the week: its local day and how many members answered it."""

    number: int
    day: date
    question_id: int
    answered: int


@dataclass(frozen=True, slots=True)
class Hardest:
    """The question of the week that members found hardest: `again` of `judged` would want to meet it again soon."""

    question_id: int
    title: str
    number: int
    again: int
    judged: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What happened in the week that begins with the local day `week`.

    `members` is how many different members answered; `streaks` are the longest that run now, as (member, rounds).
    """

    community_id: str
    channel_id: str
    week: date
    days: tuple[Day, ...]
    members: int
    answers: int
    streaks: tuple[tuple[str, int], ...]
    hardest: Hardest | None


def hardest(judgements: dict[int, tuple[int, int]]) -> int | None:
    """Return the question with the largest share of Again and Hard among two judgements or more, if there is one.

    `judgements` maps a question to how many found it hard, and of how many. Equal shares go to the one judged by more.
    """
    eligible = {question: pair for question, pair in judgements.items() if pair[1] >= 2 and pair[0]}
    if not eligible:
        return None
    return max(eligible, key=lambda question: (eligible[question][0] / eligible[question][1], eligible[question][1]))
