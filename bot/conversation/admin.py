"""What admins ask for: check that they may, do it, say what came of it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.conversation import reports as reports_say
from bot.conversation import roles as role_words
from bot.conversation import setup as words
from bot.conversation import typed
from bot.conversation.asker import Asker
from bot.conversation.roles import RoleObstacle
from bot.conversation.say import Say
from bot.conversation.wording import on_day
from bot.domain.communities import Community
from bot.domain.schedule import Schedule
from bot.practice import closing, daily, digests, roles, setup
from bot.practice import reports as waiting_reports
from bot.practice.context import Practice
from bot.practice.publisher import Publisher

_OFFERED, _LOOKED_THROUGH = 25, 400


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
    community = await setup.set_up(practice, asker.community_id, channel_id, schedule, asker.member_id)
    return words.done(community, missing, await setup.window(practice, community))


async def status(practice: Practice, asker: Asker, missing_in: Callable[[str], Sequence[str]]) -> Say:
    """Tell where the community stands."""
    if not asker.may_manage:
        return words.not_allowed()
    overview = await setup.overview(practice, asker.community_id)
    if overview is None:
        return words.not_set_up()
    waiting = await waiting_reports.waiting(practice, asker.community_id)
    given = await roles.roles_of(practice, asker.community_id)
    return words.status(overview, missing_in(overview.community.channel_id), reports=len(waiting), roles=given)


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


async def void(practice: Practice, asker: Asker, number: int | None, *, voided: bool = True) -> Say:
    """Let a round count against nobody, the newest by default; or take that back."""
    if not asker.may_manage:
        return words.not_allowed()
    this = await closing.void(practice, asker.community_id, number, voided=voided)
    return words.voided(this) if this else words.no_such_round(number)


async def rounds_offered(practice: Practice, community_id: str, typed_so_far: str) -> list[tuple[int, str]]:
    """Offer rounds while an admin types, newest first, as (number, what it was)."""
    offered = [
        (this.number, f"{this.number} · {on_day(this.day)} · {practice.bank.question(this.question_id).title}"[:100])
        for this in await closing.latest_rounds(practice, community_id, _LOOKED_THROUGH)
        if this.number is not None
    ]
    wanted = typed_so_far.strip().lower()
    return [
        (number, name)
        for number, name in offered
        if (str(number).startswith(wanted) if wanted.isdecimal() else wanted in name.lower())
    ][:_OFFERED]


async def milestone_role(
    practice: Practice, asker: Asker, rounds: int, role_id: str | None, obstacle: RoleObstacle | None
) -> Say:
    """Give a role for a streak from now on, or no more when no role is named."""
    if not asker.may_manage:
        return words.not_allowed()
    if role_id is None:
        return role_words.role_removed(rounds, was_there=await roles.remove_rule(practice, asker.community_id, rounds))
    if obstacle is not None:
        return role_words.role_refused(role_id, obstacle)
    await roles.set_rule(practice, asker.community_id, rounds, role_id)
    return role_words.role_set(rounds, role_id)


async def digest(practice: Practice, asker: Asker, *, wanted: bool, week_starts: int | None) -> Say:
    """Post a digest each week or no more, and let weeks begin on another day."""
    community = await _community(practice, asker)
    if isinstance(community, Say):
        return community
    if week_starts is not None:
        community = await setup.start_weeks_on(practice, community, week_starts)
    return words.digest_set(await digests.want_digest(practice, community, wanted=wanted))


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
