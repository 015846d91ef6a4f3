"""A word to those who asked for it, before a round closes that they have not answered; never to anyone else."""

import logging
from dataclasses import replace
from datetime import datetime, time, timedelta

from bot.domain.communities import Community
from bot.domain.rounds import Round
from bot.domain.schedule import EVERY_DAY, Schedule, latest_due
from bot.practice.context import Practice
from bot.practice.publisher import Closing, Publisher, PublishError, RefusedError, UnsentError
from bot.storage import absences, answers, closing_reminders, communities, hidden, rounds, standings
from bot.storage.closing_reminders import ClosingReminder
from bot.storage.hidden import Reason
from bot.storage.statement import Transaction

__all__ = ["ClosingReminder", "plan", "remind_before_close", "send_due", "stop"]

_log = logging.getLogger(__name__)

BEFORE_CLOSE = timedelta(hours=3)
# Direct messages are sent one after another, at most so many a tick, which keeps far from the platform's limits.
_BATCH = 5
_AGAIN = timedelta(minutes=1)
# Told so shortly before the close, nobody could still answer.
_TOO_LATE = timedelta(minutes=5)


async def remind_before_close(
    practice: Practice, community_id: str, member_id: str, at: time | None
) -> tuple[ClosingReminder, Community | None]:
    """Tell a member before a round closes which they have not answered: at a local time, or three hours before.

    Of the open round they are told only if that time is still to come.
    """
    now = practice.clock()

    def transaction() -> Transaction[tuple[ClosingReminder, Community | None]]:
        community = yield from communities.community(community_id)
        this = yield from rounds.open_round(community_id)
        before = yield from closing_reminders.reminder_of(community_id, member_id)
        moment = _moment(community, at) if community else None
        told_round = before.told_round if before else None
        if this is not None and moment is not None and moment <= now:
            told_round = this.id
        next_at = moment if this is None or told_round != this.id else None
        wanted = ClosingReminder(community_id, member_id, at, next_at, told_round)
        yield from closing_reminders.save_reminder(wanted)
        return wanted, community

    return await practice.store.write(transaction())


async def stop(practice: Practice, community_id: str, member_id: str) -> bool:
    """Tell a member nothing any more; return whether they had asked for it."""
    return await practice.store.write(closing_reminders.remove_reminder(community_id, member_id))


def plan(community: Community, now: datetime) -> Transaction[None]:
    """Note when members are to be told next, from when the round closes as the schedule is now.

    Belongs into every transaction that opens a round or moves the schedule. Whose time has come already, and who only
    waits for their turn, keeps it.
    """
    for at in (yield from closing_reminders.wanted_times(community.id)):
        moment = _moment(community, at)
        if moment is not None and moment <= now:
            # The close was moved near. An hour of somebody's own is over when it is over.
            moment = now if at is None else None
        yield from closing_reminders.plan(community.id, at, moment, now)


async def send_due(practice: Practice, publisher: Publisher) -> None:
    """Write to those whose time has come and who have not answered; one closed door does not stop the others."""
    if not publisher.is_ready():
        return
    for wanted in await practice.store.read(closing_reminders.due_reminders(practice.clock(), _BATCH)):
        try:
            await _remind(practice, publisher, wanted)
        except Exception:  # noqa: BLE001  # why: one member's fault must not cost the others their reminder
            _log.exception("a reminder failed")


async def _remind(practice: Practice, publisher: Publisher, wanted: ClosingReminder) -> None:
    # Noted before it is sent: a crash in between loses one reminder, and never sends two.
    now = practice.clock()
    taken = await practice.store.write(_take(wanted, now))
    if taken is None:
        return
    this, closes_at, streak = taken
    try:
        closing = Closing(this, practice.bank.question(this.question_id), closes_at, streak)
        await publisher.remind_closing(wanted.member_id, closing)
    except RefusedError:
        await practice.store.write(closing_reminders.shut(wanted.community_id, wanted.member_id))
    except UnsentError as error:
        _log.warning("a reminder could not be sent: %s; trying again", error)
        await practice.store.write(closing_reminders.put_back(wanted, now + _AGAIN))
    except PublishError as error:
        _log.warning("a reminder could not be sent: %s", error)


def _take(due: ClosingReminder, now: datetime) -> Transaction[tuple[Round, datetime, int] | None]:
    """Read of which round a member is to be told, if of any, when it closes and how long their streak is; note it."""
    wanted = yield from closing_reminders.reminder_of(due.community_id, due.member_id)
    if wanted is None:
        return None
    this = yield from rounds.open_round(wanted.community_id)
    community = yield from communities.community(wanted.community_id)
    moment = _moment(community, wanted.at) if community else None
    if this is None or community is None or community.next_due is None or moment is None:
        yield from closing_reminders.save_reminder(replace(wanted, next_at=None))
        return None
    if now < moment:
        # Its time was that of an earlier round.
        yield from closing_reminders.save_reminder(replace(wanted, next_at=moment))
        return None
    yield from closing_reminders.save_reminder(replace(wanted, next_at=None, told_round=this.id))
    closes_at = community.next_due.at
    if wanted.told_round == this.id or closes_at - now < _TOO_LATE or this.is_excused:
        return None
    if not (yield from _could_answer(this, wanted.member_id)):
        return None
    streak = yield from standings.member_streak(this.community_id, wanted.member_id)
    return this, closes_at, streak.current


def _could_answer(this: Round, member_id: str) -> Transaction[bool]:
    """Whether an answer of a member would still count: they are here, have none yet, and have not looked first."""
    if Reason.LEFT in (yield from hidden.reasons(this.community_id, member_id)):
        return False
    if (yield from answers.has_answered(this.id, member_id)):
        return False
    if (yield from answers.revealed(this.id, member_id)) is not None:
        return False
    return not (yield from absences.is_away(this, member_id))


def _moment(community: Community, at: time | None) -> datetime | None:
    """Return when to tell of the round that is open: the last such time before it closes."""
    due = community.next_due
    if due is None:
        return None
    if at is None:
        return due.at - BEFORE_CLOSE
    daily = Schedule(at, community.schedule.zone, EVERY_DAY)
    latest = latest_due(daily, due.at - timedelta(seconds=1))
    return latest.at if latest else None
