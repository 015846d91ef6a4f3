"""What admins ask for: check that they may, do it, say what came of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.conversation import reports as reports_say
from bot.conversation import setup as words
from bot.conversation import typed
from bot.conversation.asker import Asker
from bot.conversation.say import Say
from bot.domain.communities import Community
from bot.domain.schedule import Schedule
from bot.practice import daily, setup
from bot.practice import reports as waiting_reports
from bot.practice.context import Practice
from bot.practice.publisher import Publisher


async def set_up(
    practice: Practice, asker: Asker, *, channel_id: str, at: str, zone: str, days: str, missing: Sequence[str]
) -> Say:
    """Set the daily question up from what an admin typed."""
    if not asker.may_manage:
        return words.not_allowed()
    time = typed.time_of_day(at)
    if time is None:
        return words.unknown_time(at)
    name = typed.zone(zone)
    if name is None:
        return words.unknown_zone(zone)
    weekdays = typed.days(days)
    if weekdays is None:
        return words.unknown_days(days)
    schedule = Schedule(time, name, weekdays)
    return words.done(await setup.set_up(practice, asker.community_id, channel_id, schedule), missing)


async def status(practice: Practice, asker: Asker, missing_in: Callable[[str], Sequence[str]]) -> Say:
    """Tell where the community stands."""
    if not asker.may_manage:
        return words.not_allowed()
    overview = await setup.overview(practice, asker.community_id)
    if overview is None:
        return words.not_set_up()
    waiting = await waiting_reports.waiting(practice, asker.community_id)
    return words.status(overview, missing_in(overview.community.channel_id), reports=len(waiting))


async def pause(practice: Practice, asker: Asker) -> Say:
    """Stop asking until resumed."""
    community = await _community(practice, asker)
    if isinstance(community, Say):
        return community
    await setup.pause(practice, community)
    return words.paused()


async def resume(practice: Practice, asker: Asker) -> Say:
    """Ask again."""
    community = await _community(practice, asker)
    if isinstance(community, Say):
        return community
    return words.resumed(await setup.resume(practice, community))


async def skip(practice: Practice, asker: Asker) -> Say:
    """Leave out the next scheduled question."""
    community = await _community(practice, asker)
    if isinstance(community, Say):
        return community
    skipped = await setup.skip(practice, community)
    return words.skipped(*skipped) if skipped else words.nothing_to_skip()


async def post_now(practice: Practice, publisher: Publisher, asker: Asker) -> Say:
    """Post the next question at once."""
    community = await _community(practice, asker)
    if isinstance(community, Say):
        return community
    this = await daily.post_now(practice, publisher, community)
    after = await setup.overview(practice, asker.community_id)
    return words.posted(this, after.community.blocked if after else None)


async def reports(practice: Practice, asker: Asker) -> Say:
    """Show what members reported and nobody has seen to yet."""
    if not asker.may_manage:
        return words.not_allowed()
    return reports_say.reported(await waiting_reports.waiting(practice, asker.community_id), practice.bank)


async def settle_reports(practice: Practice, asker: Asker, until: datetime) -> Say:
    """Note that reports up to a moment have been seen to, and show what is left."""
    if not asker.may_manage:
        return words.not_allowed()
    await waiting_reports.settle(practice, asker.community_id, until)
    return await reports(practice, asker)


async def _community(practice: Practice, asker: Asker) -> Community | Say:
    if not asker.may_manage:
        return words.not_allowed()
    overview = await setup.overview(practice, asker.community_id)
    return overview.community if overview else words.not_set_up()
