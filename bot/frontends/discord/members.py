"""Members one by one: who is still here, roles given and taken, and a word in private."""

import asyncio
import logging
from collections.abc import Sequence

import discord

from bot.conversation.say import Say
from bot.frontends.discord.line import Line
from bot.frontends.discord.permissions import why_not_mine
from bot.frontends.discord.render import layout
from bot.frontends.discord.translation import code_of
from bot.practice.publisher import GoneError, PublishError, RefusedError, UnsentError

_log = logging.getLogger(__name__)

# Whoever was here is taken to be here for as long.
_SEEN_SECONDS = 3600.0
_MOST_SEEN = 50_000
_LOOK_SECONDS = 5.0
# They take no direct messages from us, or share no server with us any more.
_CLOSED_DOORS = frozenset({50007, 50278})


class Members:
    """The members of the servers that a client is in, without keeping any of them in memory."""

    def __init__(self, client: discord.Client, line: Line) -> None:
        self._client = client
        self._line = line
        self._seen: dict[tuple[str, str], float] = {}

    def name_of(self, community_id: str) -> str | None:
        """Return the name of a server; None while it cannot be seen."""
        guild = self._client.get_guild(int(community_id))
        return guild.name if guild else None

    def owner_of(self, community_id: str) -> str | None:
        """Return whose server it is; None while it cannot be seen."""
        guild = self._client.get_guild(int(community_id))
        return str(guild.owner_id) if guild and guild.owner_id else None

    async def gone(self, community_id: str, members: Sequence[str]) -> frozenset[str]:
        """Return which of these are no members any more.

        Asks the gateway for all of them at once, which takes no privileged intent; whom it does not name is asked for
        once more, since hiding somebody who is here would be worse than showing somebody who is not.
        """
        now = asyncio.get_running_loop().time()
        asked = [
            each for each in members if self._seen.get((community_id, each), -_SEEN_SECONDS) <= now - _SEEN_SECONDS
        ]
        guild = self._client.get_guild(int(community_id))
        if not asked or guild is None or guild.unavailable:
            return frozenset()
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                found = await guild.query_members(user_ids=[int(each) for each in asked], limit=100, cache=False)
                here = {str(member.id) for member in found}
                gone = {each for each in asked if each not in here and await _is_gone(guild, each)}
        except (TimeoutError, discord.DiscordException, OSError) as error:
            _log.info("server %s: who is still a member could not be read: %s", community_id, type(error).__name__)
            return frozenset()
        if len(self._seen) > _MOST_SEEN:
            self._seen.clear()
        self._seen.update(((community_id, each), now) for each in asked if each not in gone)
        return frozenset(gone)

    async def has_role(self, community_id: str, member_id: str, role_id: str) -> bool:
        """Whether a member has a role; raises as the publisher does."""
        return self._role(community_id, role_id) in (await self._member(community_id, member_id)).roles

    async def give_role(self, community_id: str, member_id: str, role_id: str) -> None:
        """Give a member a role; raises as the publisher does."""
        member, role = await self._member(community_id, member_id), self._role(community_id, role_id)
        if role not in member.roles:
            async with self._line.asking(f"giving the role {role.name}", courtesy=True):
                await member.add_roles(role, reason="their streak reached its milestone")

    async def take_role(self, community_id: str, member_id: str, role_id: str) -> None:
        """Take a role from a member; raises as the publisher does."""
        member, role = await self._member(community_id, member_id), self._role(community_id, role_id)
        async with self._line.asking(f"taking the role {role.name}", courtesy=True):
            await member.remove_roles(role, reason="their streak is below its milestone")

    async def write(self, member_id: str, say: Say) -> None:
        """Write to a member in private.

        Raises:
            RefusedError: they take no messages from us.
            UnsentError: nothing was sent.
            PublishError: it may have been sent.
        """
        try:
            async with self._line.asking("writing to a member", courtesy=True):
                channel = await self._client.create_dm(discord.Object(int(member_id)))
        except PublishError as error:
            raise _door(error, unsent=True) from error
        try:
            async with self._line.asking("writing to a member", courtesy=True):
                await channel.send(view=layout(say))
        except PublishError as error:
            raise _door(error, unsent=isinstance(error, UnsentError | RefusedError)) from error

    def _guild(self, community_id: str) -> discord.Guild:
        guild = self._client.get_guild(int(community_id))
        if guild is None:
            raise RefusedError("I cannot see this server.")
        return guild

    def _role(self, community_id: str, role_id: str) -> discord.Role:
        guild = self._guild(community_id)
        role = guild.get_role(int(role_id))
        if role is None:
            raise RefusedError("The role is gone. Choose another with /daily roles.")
        obstacle = why_not_mine(role)
        if obstacle is not None:
            raise RefusedError(f"I cannot give @{role.name}: {obstacle.value.replace('**', '')}")
        return role

    async def _member(self, community_id: str, member_id: str) -> discord.Member:
        guild = self._guild(community_id)
        try:
            async with self._line.asking("finding a member", courtesy=True):
                return await guild.fetch_member(int(member_id))
        except RefusedError as error:
            if isinstance(error.__cause__, discord.NotFound):
                raise GoneError("the member has left") from error
            raise


def _door(error: PublishError, *, unsent: bool) -> PublishError:
    """Tell a closed door, which only Discord's own code does, from whatever else keeps a message from a member."""
    if code_of(error) in _CLOSED_DOORS:
        return RefusedError(str(error))
    return UnsentError(str(error)) if unsent else PublishError(str(error))


async def _is_gone(guild: discord.Guild, member_id: str) -> bool:
    try:
        await guild.fetch_member(int(member_id))
    except discord.NotFound:
        return True
    return False
