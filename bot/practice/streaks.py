"""A member's streak, the rounds behind it, and the days on which they were away."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.absences import DAYS_A_YEAR, Absence, Standpoint, begun, days_used, ended, is_present, moved
from bot.domain.rounds import Excuse
from bot.domain.streaks import Outcome, Streak, explained
from bot.practice.context import Practice
from bot.storage import absences, answers, communities, standings
from bot.storage.answers import Uncounted
from bot.storage.statement import Transaction

__all__ = [
    "SHOWN_ROUNDS",
    "Away",
    "Explained",
    "Refusal",
    "StreakReport",
    "Uncounted",
    "come_back",
    "go_away",
    "streak_report",
    "today",
    "uncounted",
]

SHOWN_ROUNDS = 14


@dataclass(frozen=True, slots=True)
class Explained:
    """What one round meant for a member, and their streak before and after it."""

    number: int
    day: date
    outcome: Outcome
    before: Streak
    after: Streak
    excuse: Excuse | None = None


@dataclass(frozen=True, slots=True)
class StreakReport:
    """A member's streak and the latest rounds behind it, oldest first; `days` tells of every day that had a round.

    `absence` is the one that they are in now, or that begins with the next round.
    """

    member_id: str
    streak: Streak
    rounds: tuple[Explained, ...]
    days: Mapping[date, Outcome]
    today: date
    absence: Absence | None


class Refusal(StrEnum):
    """Why an absence cannot be what was asked for."""

    PAST = "past"
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Away:
    """What came of asking to be away: the absence, or why not; `left` days remain of its year's allowance."""

    absence: Absence | None
    refusal: Refusal | None
    left: int
    year: int


async def streak_report(practice: Practice, community_id: str, member_id: str) -> StreakReport:
    """Read a member's streak and what their rounds meant for it."""
    now = practice.clock()

    def transaction() -> Transaction[StreakReport]:
        streak = yield from standings.member_streak(community_id, member_id)
        history = yield from standings.member_history(community_id, member_id)
        today = yield from communities.local_day(community_id, now)
        told = explained(each.attendance for each in history)
        befores = [Streak(), *(after for _, after in told)]
        rounds = [
            Explained(each.number, each.day, outcome, before, after, each.excuse)
            for each, (outcome, after), before in zip(history, told, befores, strict=False)
        ]
        at = yield from absences.standpoint(community_id, member_id, today)
        away = yield from _present_absence(community_id, member_id, at)
        return StreakReport(
            member_id,
            streak,
            tuple(rounds[-SHOWN_ROUNDS:]),
            {each.day: each.outcome for each in rounds},
            today,
            away,
        )

    return await practice.store.read(transaction())


async def today(practice: Practice, community_id: str) -> date:
    """Read which day a community's wall clock shows."""
    return await practice.store.read(communities.local_day(community_id, practice.clock()))


async def uncounted(
    practice: Practice, community_id: str, member_id: str, numbers: Collection[int]
) -> dict[int, Uncounted]:
    """Read what a member did in rounds that count as missed; for their own eyes only."""
    return await practice.store.read(answers.uncounted(community_id, member_id, numbers))


async def go_away(practice: Practice, community_id: str, member_id: str, until: date) -> Away:
    """Let rounds until a local day count neither way for a member; it begins with the round they have not answered.

    While they are away already, their return is moved. Nothing happens when the day has passed or when the year's
    allowance does not reach that far.
    """

    def transaction() -> Transaction[Away]:
        at = yield from _standpoint(practice, community_id, member_id)
        present = yield from _present_absence(community_id, member_id, at)
        wanted = begun(at, until) if present is None else moved(present, at, until)
        known = yield from absences.absences_of(community_id, member_id)
        others = [each for each in known if each != present]
        if until < max(at.today, wanted.from_day):
            return Away(None, Refusal.PAST, _left(known, at.today.year), at.today.year)
        for year in range(at.today.year, until.year + 1):
            if _left([*others, wanted], year) < 0:
                return Away(None, Refusal.TOO_LONG, _left(others, year), year)
        yield from absences.save_absence(community_id, member_id, wanted)
        yield from standings.recount(community_id, member_id)
        return Away(wanted, None, _left([*others, wanted], until.year), until.year)

    return await practice.store.write(transaction())


async def come_back(practice: Practice, community_id: str, member_id: str) -> bool:
    """End a member's absence: the open round counts again; return whether there was one."""

    def transaction() -> Transaction[bool]:
        at = yield from _standpoint(practice, community_id, member_id)
        present = yield from _present_absence(community_id, member_id, at)
        if present is None:
            return False
        left = ended(present, at)
        if left is None:
            yield from absences.remove_absence(community_id, member_id, present)
        else:
            yield from absences.save_absence(community_id, member_id, left)
        yield from standings.recount(community_id, member_id)
        return True

    return await practice.store.write(transaction())


def _standpoint(practice: Practice, community_id: str, member_id: str) -> Transaction[Standpoint]:
    today = yield from communities.local_day(community_id, practice.clock())
    return (yield from absences.standpoint(community_id, member_id, today))


def _present_absence(community_id: str, member_id: str, at: Standpoint) -> Transaction[Absence | None]:
    """Read the absence that a member is in or has announced."""
    known = yield from absences.absences_of(community_id, member_id)
    return known[-1] if known and is_present(known[-1], at) else None


def _left(known: list[Absence], year: int) -> int:
    return DAYS_A_YEAR - days_used(known, year)
