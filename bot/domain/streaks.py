"""Streaks by round number: fair in every time zone, since a day without a round cannot break them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

ROUNDS_PER_FREEZE = 7
MOST_FREEZES = 2
MILESTONES = frozenset({7, 30, 100, 365})


class Outcome(StrEnum):
    """What one round meant for one member."""

    ANSWERED = "answered"
    SAVED = "saved"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Streak:
    """Consecutive rounds answered (current and longest) and the freezes held."""

    current: int = 0
    longest: int = 0
    freezes: int = 0

    @property
    def rounds_to_freeze(self) -> int | None:
        """Rounds still to answer in a row for the next freeze; None while as many as allowed are held."""
        if self.freezes >= MOST_FREEZES:
            return None
        return ROUNDS_PER_FREEZE - self.current % ROUNDS_PER_FREEZE


def after_answer(streak: Streak) -> Streak:
    """Return the streak once one more round is answered."""
    current = streak.current + 1
    earned = current % ROUNDS_PER_FREEZE == 0 and streak.freezes < MOST_FREEZES
    return Streak(current, max(streak.longest, current), streak.freezes + earned)


def after_miss(streak: Streak) -> Streak:
    """Return the streak once a round closed unanswered: a freeze is spent by itself, otherwise it starts again.

    A saved round neither adds to the streak nor breaks it.
    """
    if streak.current and streak.freezes:
        return replace(streak, freezes=streak.freezes - 1)
    return replace(streak, current=0)


def streak(answered: Iterable[bool]) -> Streak:
    """Return the streak that a member's rounds add up to, oldest first."""
    result = Streak()
    for was_answered in answered:
        result = after_answer(result) if was_answered else after_miss(result)
    return result


def outcomes(answered: Iterable[bool]) -> list[Outcome]:
    """Return what each closed round meant for a member, oldest first: the explanation of `streak`."""
    result = Streak()
    explained: list[Outcome] = []
    for was_answered in answered:
        following = after_answer(result) if was_answered else after_miss(result)
        if was_answered:
            explained.append(Outcome.ANSWERED)
        else:
            explained.append(Outcome.SAVED if following.freezes < result.freezes else Outcome.MISSED)
        result = following
    return explained
