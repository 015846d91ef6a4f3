"""Streaks by round number: fair in every time zone, since a day without a round cannot break them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ROUNDS_PER_FREEZE = 7
MOST_FREEZES = 2
MILESTONES = frozenset({7, 30, 100, 365})


class Attendance(StrEnum):
    """How a member stands to one round, whatever their streak."""

    ANSWERED = "answered"
    UNANSWERED = "unanswered"
    AWAY = "away"
    EXCUSED = "excused"
    OPEN = "open"


class Outcome(StrEnum):
    """What one round meant for a member's streak."""

    ANSWERED = "answered"
    SAVED = "saved"
    MISSED = "missed"
    AWAY = "away"
    EXCUSED = "excused"
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


def attendance(*, answered: bool, away: bool, excused: bool, is_open: bool) -> Attendance:
    """Return how a member stands to a round.

    Away, it counts neither way, answered or not. Excused, because it was void or its thread could not be written to,
    it counts for those who answered all the same and against nobody.
    """
    if away:
        return Attendance.AWAY
    if answered:
        return Attendance.ANSWERED
    if excused:
        return Attendance.EXCUSED
    return Attendance.OPEN if is_open else Attendance.UNANSWERED


def after_answer(streak: Streak) -> Streak:
    """Return the streak once one more round is answered."""
    return Streak(*_answered(streak.current, streak.longest, streak.freezes))


def after_miss(streak: Streak) -> Streak:
    """Return the streak once a round closed unanswered: a freeze is spent by itself, otherwise it starts again.

    A saved round neither adds to the streak nor breaks it.
    """
    return Streak(*_missed(streak.current, streak.longest, streak.freezes))


def streak(rounds: Iterable[Attendance]) -> Streak:
    """Return the streak that a member's rounds add up to, oldest first."""
    state = (0, 0, 0)
    for attended in rounds:
        if attended is Attendance.ANSWERED:
            state = _answered(*state)
        elif attended is Attendance.UNANSWERED:
            state = _missed(*state)
    return Streak(*state)


def explained(rounds: Iterable[Attendance]) -> list[tuple[Outcome, Streak]]:
    """Return what each round meant for a member and the streak after it, oldest first: the explanation of `streak`."""
    result = Streak()
    told: list[tuple[Outcome, Streak]] = []
    for attended in rounds:
        following = _after(result, attended)
        if attended is not Attendance.UNANSWERED:
            outcome = Outcome(attended)
        else:
            outcome = Outcome.SAVED if following.freezes < result.freezes else Outcome.MISSED
        told.append((outcome, following))
        result = following
    return told


def _after(before: Streak, attended: Attendance) -> Streak:
    match attended:
        case Attendance.ANSWERED:
            return after_answer(before)
        case Attendance.UNANSWERED:
            return after_miss(before)
        case Attendance.AWAY | Attendance.EXCUSED | Attendance.OPEN:
            return before


# The two rules, on plain numbers: everyone's streak may have to be gone through at once.
def _answered(current: int, longest: int, freezes: int) -> tuple[int, int, int]:
    current += 1
    earned = current % ROUNDS_PER_FREEZE == 0 and freezes < MOST_FREEZES
    return current, max(longest, current), freezes + earned


def _missed(current: int, longest: int, freezes: int) -> tuple[int, int, int]:
    return (current, longest, freezes - 1) if current and freezes else (0, longest, freezes)
