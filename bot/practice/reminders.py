"""A word in the morning to those who asked for it, when cards are due and never otherwise."""

import logging
from datetime import datetime, time, timedelta

from bot.domain.schedule import Schedule, latest_due, next_due
from bot.practice.context import Practice
from bot.practice.publisher import Publisher, PublishError, RefusedError, UnsentError
from bot.practice.sitting import waiting
from bot.storage import communities, reminders
from bot.storage.reminders import Reminder

__all__ = ["Reminder", "remind_at", "send_due", "stop"]

_log = logging.getLogger(__name__)

# Direct messages are sent one after another, at most so many a tick, which keeps far from the platform's limits.
_BATCH = 20
_AGAIN = timedelta(minutes=1)
# After a longer downtime a morning's word would come in the evening.
_STILL_MORNING = timedelta(hours=3)


async def remind_at(practice: Practice, community_id: str, member_id: str, at: time) -> Reminder:
    """Tell a member each day at this time of the community's clock when cards are due."""
    now = practice.clock()
    community = await practice.store.read(communities.community(community_id))
    schedule = Schedule(at, community.schedule.zone if community else "UTC")
    wanted = Reminder(community_id, member_id, schedule, _next(schedule, now))
    await practice.store.write(reminders.save_reminder(wanted))
    return wanted


async def stop(practice: Practice, community_id: str, member_id: str) -> None:
    """Tell a member nothing any more."""
    await practice.store.write(reminders.remove_reminder(community_id, member_id))


async def send_due(practice: Practice, publisher: Publisher) -> None:
    """Write to those whose time has come and who have cards due; one member's closed door does not stop the others."""
    if not publisher.is_ready():
        return
    now = practice.clock()
    for wanted in await practice.store.read(reminders.due_reminders(now, _BATCH)):
        latest = latest_due(wanted.schedule, now)
        # Moved on before it is sent: a crash in between loses one morning, and never sends two.
        await practice.store.write(reminders.put_off(wanted, _next(wanted.schedule, now)))
        if latest is None or now - latest.at > _STILL_MORNING:
            continue
        found = await waiting(practice, wanted.community_id, wanted.member_id)
        if not found.due:
            continue
        try:
            await publisher.remind(wanted.community_id, wanted.member_id, len(found.due))
        except RefusedError:
            await practice.store.write(reminders.put_off(wanted, None))
        except UnsentError as error:
            _log.warning("a reminder could not be sent: %s; trying again", error)
            await practice.store.write(reminders.put_off(wanted, now + _AGAIN))
        except PublishError as error:
            _log.warning("a reminder could not be sent: %s", error)


def _next(schedule: Schedule, now: datetime) -> datetime | None:
    due = next_due(schedule, now)
    return due.at if due else None
