"""A word to those who asked for it, before a round closes that they have not answered; never to anyone else."""

import logging
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.domain.communities import Community
from bot.domain.schedule import EVERY_DAY, Schedule, latest_due
from bot.practice.context import Practice
from bot.practice.publisher import Closing, Publisher, PublishError, RefusedError
from bot.storage import absences, answers, closing_reminders, communities, rounds, standings
from bot.storage.closing_reminders import ClosingReminder
from bot.storage.statement import Transaction

__all__ = ["ClosingReminder", "plan", "remind_before_close", "send_due", "stop"]

_log = logging.getLogger(__name__)

BEFORE_CLOSE = timedelta(hours=3)
# Direct messages are sent one after another, at most so many a tick, which keeps far from the platform's limits.
_BATCH = 5
# Told so shortly before the close, nobody could still answer.
_TOO_LATE = timedelta(minutes=5)


async def remind_before_close(
    practice: Practice, community_id: str, member_id: str, at: time | None
) -> tuple[ClosingReminder, Community | None]:
    """Tell a member before a round closes which they have not answered: at a local time, or three hours before."""

    def transaction() -> Transaction[tuple[ClosingReminder, Community | None]]:
        yield from closing_reminders.save_reminder(ClosingReminder(community_id, member_id, at))
        community = yield from communities.community(community_id)
        if community is not None:
            yield from plan(community, practice.clock())
        planned = yield from closing_reminders.reminder_of(community_id, member_id)
        return planned or ClosingReminder(community_id, member_id, at), community

    return await practice.store.write(transaction())


async def stop(practice: Practice, community_id: str, member_id: str) -> bool:
    """Tell a member nothing any more; return whether they had asked for it."""
    return await practice.store.write(closing_reminders.remove_reminder(community_id, member_id))


def plan(community: Community, now: datetime) -> Transaction[None]:
    """Note when members are to be told next, from when the round closes as the schedule is now.

    Belongs into every transaction that opens a round or moves the schedule.
    """
    for at in (yield from closing_reminders.wanted_times(community.id)):
        yield from closing_reminders.plan(community.id, at, _moment(community, at, now))


async def send_due(practice: Practice, publisher: Publisher) -> None:
    """Write to those whose time has come and who have not answered; one closed door does not stop the others."""
    if not publisher.is_ready():
        return
    now = practice.clock()
    for wanted in await practice.store.read(closing_reminders.due_reminders(now, _BATCH)):
        # Noted before it is sent: a crash in between loses one reminder, and never sends two.
        closing = await practice.store.write(_take(practice, wanted, now))
        if closing is None:
            continue
        try:
            await publisher.remind_closing(wanted.member_id, closing)
        except RefusedError:
            shut = replace(wanted, next_at=None, told_round=closing.round.id, shut=True)
            await practice.store.write(closing_reminders.save_reminder(shut))
        except PublishError as error:
            _log.warning("a reminder could not be sent: %s", error)


def _take(practice: Practice, wanted: ClosingReminder, now: datetime) -> Transaction[Closing | None]:
    """Read what a member is to be told, if anything, and note that they were told."""
    this = yield from rounds.open_round(wanted.community_id)
    community = yield from communities.community(wanted.community_id)
    due = community.next_due if community else None
    is_told = this is None or wanted.told_round == this.id
    told = replace(wanted, next_at=None, told_round=this.id if this else wanted.told_round)
    yield from closing_reminders.save_reminder(told)
    if this is None or due is None or is_told or due.at - now < _TOO_LATE or this.is_excused:
        return None
    if (yield from answers.has_answered(this.id, wanted.member_id)):
        return None
    if (yield from absences.away_on(this.community_id, wanted.member_id, this.day)):
        return None
    streak = yield from standings.member_streak(this.community_id, wanted.member_id)
    return Closing(this, practice.bank.question(this.question_id), due.at, streak.current)


def _moment(community: Community, at: time | None, now: datetime) -> datetime | None:
    """Return when to tell of the round that is open: the last such time before it closes, if that is still to come."""
    due = community.next_due
    if due is None:
        return None
    if at is None:
        moment: datetime | None = due.at - BEFORE_CLOSE
    else:
        daily = Schedule(at, community.schedule.zone, EVERY_DAY)
        latest = latest_due(daily, due.at - timedelta(seconds=1))
        moment = latest.at if latest else None
    return moment if moment is not None and moment > now else None
