"""Setting a community up, and pausing, resuming and skipping its daily question."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil

from bot.domain.communities import Community
from bot.domain.rounds import Round
from bot.domain.schedule import Due, Schedule, next_due
from bot.practice.closing_reminders import plan
from bot.practice.context import Practice
from bot.storage import answers, communities, rounds, standings
from bot.storage.statement import Transaction

# The message and its thread.
_REQUESTS_A_QUESTION = 2
_WORTH_TELLING_SECONDS = 60


async def set_up(
    practice: Practice, community_id: str, channel_id: str, schedule: Schedule, steward_id: str | None = None
) -> Community:
    """Store where and when a community practises and who decided so, and return it with its next due time.

    A local day that had its question does not get another one because the schedule was moved.
    """
    now = practice.clock()

    def transaction() -> Transaction[Community]:
        known = yield from communities.known_community(community_id)
        community = replace(known or Community(community_id, channel_id, schedule), channel_id=channel_id)
        community = replace(community, schedule=schedule, paused=False, blocked=None, steward_id=steward_id)
        community = replace(
            community,
            next_due=community.due_after(now),
            digest_at=community.digest_after(now) if community.digest_at else None,
        )
        yield from communities.save_community(community, now)
        yield from plan(community, now)
        return community

    return await practice.store.write(transaction())


@dataclass(frozen=True, slots=True)
class Overview:
    """Where a community stands: its set-up, its newest round and how many answered it.

    Its next question comes within a `window` after it is due, since others may be due at the same moment.
    """

    community: Community
    latest: Round | None
    answered: int
    window: timedelta = timedelta()


async def window(practice: Practice, community: Community) -> timedelta:
    """Return within which time after it is due a community's next question comes, whole minutes."""
    return await practice.store.read(_window(practice, community))


def _window(practice: Practice, community: Community) -> Transaction[timedelta]:
    if not practice.pace or community.next_due is None:
        return timedelta()
    due = yield from communities.due_at_once(community.next_due.at)
    seconds = due * _REQUESTS_A_QUESTION / practice.pace
    return timedelta(minutes=ceil(seconds / 60)) if seconds >= _WORTH_TELLING_SECONDS else timedelta()


async def overview(practice: Practice, community_id: str) -> Overview | None:
    """Read where a community stands; None if it was never set up."""

    def transaction() -> Transaction[Overview | None]:
        community = yield from communities.community(community_id)
        if community is None:
            return None
        latest = yield from rounds.latest_round(community_id)
        answered = (yield from answers.members_who_answered(latest.id)) if latest else 0
        return Overview(community, latest, answered, (yield from _window(practice, community)))

    return await practice.store.read(transaction())


async def leave(practice: Practice, community_id: str) -> None:
    """Note that the bot was removed from a community: nothing is due there any more."""
    await practice.store.write(communities.leave(community_id, practice.clock()))


async def pause(practice: Practice, community: Community) -> Community:
    """Stop asking until resumed; days without a round touch no streak."""
    return await _save(practice, replace(community, paused=True, next_due=None))


async def resume(practice: Practice, community: Community) -> Community:
    """Ask again, from the next time the schedule names."""
    active = replace(community, paused=False)
    return await _save(practice, replace(active, next_due=active.due_after(practice.clock())))


async def start_weeks_on(practice: Practice, community: Community, weekday: int) -> Community:
    """Let a community's weeks begin on another weekday (0 is Monday), those behind it included."""
    now = practice.clock()

    def transaction() -> Transaction[Community]:
        changed = replace(community, week_starts=weekday)
        changed = replace(changed, digest_at=changed.digest_after(now) if changed.digest_at else None)
        yield from communities.set_week(community.id, weekday)
        yield from communities.set_digest(community.id, changed.digest_at)
        if weekday != community.week_starts:
            yield from standings.rebuild_tallies(community.id)
        return changed

    return await practice.store.write(transaction())


async def skip(practice: Practice, community: Community) -> tuple[Due, Due | None] | None:
    """Leave out the next scheduled question; return it and the one after it, or None while paused."""
    left_out = community.next_due
    if left_out is None:
        return None
    following = next_due(community.schedule, practice.clock(), beyond=left_out.day)

    def transaction() -> Transaction[None]:
        yield from communities.settle_day(community.id, left_out.day, following)
        yield from plan(replace(community, next_due=following), practice.clock())

    await practice.store.write(transaction())
    return left_out, following


async def refresh_due_times(practice: Practice) -> None:
    """Compute every future due time afresh, since a time zone's rules may have changed with a new release.

    A due time that has passed stays as it is: the next tick decides what becomes of it.
    """
    now = practice.clock()
    for community in await practice.store.read(communities.active_communities()):
        if community.next_due is None or community.next_due.at <= now:
            continue
        due = community.due_after(now)
        if due != community.next_due:
            settled = community.settled_day or community.schedule.local(now).date() - timedelta(days=1)
            await practice.store.write(_move_due(replace(community, next_due=due), settled, now))


def _move_due(community: Community, settled: date, now: datetime) -> Transaction[None]:
    yield from communities.settle_day(community.id, settled, community.next_due)
    yield from plan(community, now)


async def _save(practice: Practice, community: Community) -> Community:
    now = practice.clock()

    def transaction() -> Transaction[Community]:
        yield from communities.save_community(community, now)
        yield from plan(community, now)
        return community

    return await practice.store.write(transaction())
