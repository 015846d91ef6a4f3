"""Milestone roles: given to everyone whose streak is long enough, and taken when it is not any more."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.practice.boards import departed
from bot.practice.context import Practice
from bot.practice.publisher import GoneError, Publisher, PublishError, RefusedError
from bot.storage import roles
from bot.storage.roles import Change, MilestoneRole
from bot.storage.statement import Transaction

__all__ = ["MilestoneRole", "give_and_take", "remove_rule", "roles_of", "set_rule"]

_log = logging.getLogger(__name__)

# One change after another, at most so many a tick: far from the platform's limits, and soon enough for a role.
_BATCH = 10
_AFTER_REFUSAL = timedelta(hours=1)
_AFTER_FAILURE = timedelta(minutes=1)


async def set_rule(practice: Practice, community_id: str, rounds: int, role_id: str) -> None:
    """Give a role to everyone whose streak is at least so long, from the next tick on."""
    rule = MilestoneRole(community_id, rounds, role_id, practice.clock())
    await practice.store.write(roles.save_role(rule))


async def remove_rule(practice: Practice, community_id: str, rounds: int) -> bool:
    """Give a role no more, and take it back from those who were given it; return whether there was such a rule."""
    return await practice.store.write(roles.remove_role(community_id, rounds))


async def roles_of(practice: Practice, community_id: str) -> list[MilestoneRole]:
    """Read a community's milestone roles, shortest streak first."""
    return await practice.store.read(roles.roles_of(community_id))


async def give_and_take(practice: Practice, publisher: Publisher) -> None:
    """Bring roles in step with streaks, a few a tick; what was refused waits an hour or until its rule is set again."""
    if not publisher.is_ready():
        return
    now = practice.clock()
    refused: set[tuple[str, str]] = set()
    for change in await practice.store.read(roles.pending(now, _BATCH)):
        if (change.community_id, change.role_id) in refused:
            continue
        if not await _change(practice, publisher, change, now):
            refused.add((change.community_id, change.role_id))


async def _change(practice: Practice, publisher: Publisher, change: Change, now: datetime) -> bool:
    key = (change.community_id, change.member_id, change.role_id)
    try:
        if change.give:
            change = await _give(practice, publisher, change)
        elif change.given:
            await publisher.take_role(*key)
    except GoneError:
        await practice.store.write(departed(change.community_id, [change.member_id]))
        return True
    except RefusedError as error:
        _log.warning("community %s: a milestone role: %s", change.community_id, error)
        if change.give or await _is_ruled(practice, change):
            await practice.store.write(
                roles.refuse(change.community_id, change.role_id, str(error), now + _AFTER_REFUSAL)
            )
        else:
            # Nobody is left to be told of it: the rule is gone, or the role itself.
            await practice.store.write(roles.changed(change))
        return False
    except PublishError as error:
        _log.warning("community %s: a milestone role: %s; trying again", change.community_id, error)
        await practice.store.write(roles.refuse(change.community_id, change.role_id, None, now + _AFTER_FAILURE))
        return False
    await practice.store.write(_done(change, now))
    return True


async def _give(practice: Practice, publisher: Publisher, change: Change) -> Change:
    """Give a role, and return what is to be noted of it.

    That it is about to be given is noted first: if no answer comes, or we do not live to hear it, whoever has it then
    has it from us.
    """
    key = (change.community_id, change.member_id, change.role_id)
    if change.sure:
        if await publisher.has_role(*key):
            return replace(change, given=False)
        await practice.store.write(roles.changed(replace(change, sure=False)))
    await publisher.give_role(*key)
    return replace(change, sure=True)


async def _is_ruled(practice: Practice, change: Change) -> bool:
    return any(rule.role_id == change.role_id for rule in await roles_of(practice, change.community_id))


def _done(change: Change, now: datetime) -> Transaction[None]:
    yield from roles.changed(change)
    if change.given:
        yield from roles.refuse(change.community_id, change.role_id, None, now)
