"""Streaks and boards, as read by members; and their recomputation from the facts."""

from dataclasses import dataclass
from datetime import date

from bot.domain.standings import Board, By, Period, period_key
from bot.domain.streaks import Outcome, Streak, outcomes
from bot.practice.context import Practice
from bot.storage import cards, communities, standings
from bot.storage.statement import Transaction

_SHOWN_ROUNDS = 14


@dataclass(frozen=True, slots=True)
class Attended:
    """What one round meant for a member."""

    number: int
    day: date
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class StreakReport:
    """A member's streak and the latest rounds behind it, oldest first."""

    member_id: str
    streak: Streak
    rounds: tuple[Attended, ...]


async def streak_report(practice: Practice, community_id: str, member_id: str) -> StreakReport:
    """Read a member's streak and what their latest rounds meant for it."""

    def transaction() -> Transaction[StreakReport]:
        streak = yield from standings.member_streak(community_id, member_id)
        history = yield from standings.member_history(community_id, member_id)
        settled = [row for row in history if row[2] or not row[3]]
        attended = [
            Attended(number, day, outcome)
            for (number, day, _, _), outcome in zip(settled, outcomes(row[2] for row in settled), strict=True)
        ]
        attended += [
            Attended(number, day, Outcome.OPEN)
            for number, day, answered, is_open in history
            if is_open and not answered
        ]
        return StreakReport(member_id, streak, tuple(attended[-_SHOWN_ROUNDS:]))

    return await practice.store.read(transaction())


async def board(
    practice: Practice, community_id: str, member_id: str, *, by: By, period: Period, page: int = 0
) -> Board:
    """Read a page of a board; its week or month is the one that the community's wall clock shows now."""
    now = practice.clock()

    def transaction() -> Transaction[Board]:
        day = yield from communities.local_day(community_id, now)
        return (
            yield from standings.board(
                community_id, by=by, period=period, key=period_key(period, day), page=page, member_id=member_id
            )
        )

    return await practice.store.read(transaction())


async def rebuild(practice: Practice) -> dict[str, int]:
    """Recompute the standings and cards of every community from the facts; return how many members each one ranks."""

    def transaction(community_id: str) -> Transaction[int]:
        members = yield from standings.rebuild(community_id)
        yield from cards.rebuild_cards(community_id)
        return members

    counted: dict[str, int] = {}
    for community in await practice.store.read(communities.active_communities()):
        counted[community.id] = await practice.store.write(transaction(community.id))
    return counted
