"""The loopback Discord: start it, point a client at it, and act as its members."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.http import Route

from loopback.account import Account
from loopback.clock import ServerClock
from loopback.commands import Commands, OptionValue
from loopback.counts import Counts
from loopback.events import PRIVILEGED, Event, Intent
from loopback.faults import Faults
from loopback.form import filled_form
from loopback.gateway import Gateway
from loopback.interaction import Interaction, Kind
from loopback.message import Message, MessageKind
from loopback.payload import Body, Payload, text, walk
from loopback.people import Member
from loopback.permissions import ORDINARY
from loopback.rest import PREFIX, FrontDoor
from loopback.rest_account import AccountRoutes
from loopback.rest_channels import ChannelRoutes
from loopback.rest_guilds import GuildRoutes
from loopback.rest_interactions import InteractionRoutes
from loopback.rest_messages import MessageRoutes
from loopback.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType
    from typing import Self, TypeVar

    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.people import User

    T = TypeVar("T")

HOST = "127.0.0.1"
TOKEN = "loopback.token.of-no-account"  # noqa: S105  # why: it opens nothing but this server
MAX_REQUEST = 25 * 1024 * 1024
SHUTDOWN_SECONDS = 1.0


class LoopbackDiscord:
    """One Discord on 127.0.0.1, served from the running event loop.

    Args:
        token: The one token that REST and gateway accept.
        clock: The server's time; `ServerClock(runs=True)` for a bot in another process.
        approved: The privileged intents approved for the bot; all of them unless told otherwise.
        nonce_ttl: How long an enforced nonce is remembered, in server time.
        port: Where to listen; 0 takes a free port.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        clock: ServerClock | None = None,
        approved: Intent = PRIVILEGED,
        nonce_ttl: timedelta = timedelta(minutes=5),
        port: int = 0,
    ) -> None:
        self.clock = clock if clock is not None else ServerClock()
        self.account = Account(token, approved)
        self.world = World(self.clock, nonce_ttl=nonce_ttl)
        self.counts = Counts()
        self.faults = Faults(self.world.news.pulse)
        self.gateway = Gateway(self.world, self.account, self.counts)
        self.commands = Commands(self.clock, self.world.me.id)
        self.interactions: dict[str, Interaction] = {}
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def token(self) -> str:
        return self.account.token

    @property
    def url(self) -> str:
        """The address for PRACTICE_BOT_DISCORD_API."""
        return f"http://{HOST}:{self.port}"

    @property
    def me(self) -> User:
        """The bot's own user."""
        return self.world.me

    async def __aenter__(self) -> Self:
        door = FrontDoor(self.account, self.counts, self.faults, self.world.news.pulse)
        app = web.Application(middlewares=[door.admit], client_max_size=MAX_REQUEST)
        app.router.add_get("/gateway", self.gateway.serve)
        for routes in (
            AccountRoutes(self.world, self.account, self.gateway, self.commands),
            GuildRoutes(self.world),
            ChannelRoutes(self.world),
            MessageRoutes(self.world, self.account, self.counts),
            InteractionRoutes(self.world, self.interactions),
        ):
            app.router.add_routes(routes.table(PREFIX))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.gateway.url = f"ws://{HOST}:{self.port}/gateway"
        self.world.attachment_url = f"{self.url}/attachments"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @contextmanager
    def pointed_at(self) -> Iterator[None]:
        """Send every discord.py client of this process here, until the block ends."""
        rest, socket = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
        Route.BASE = self.url + PREFIX
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(self.gateway.url)
        try:
            yield
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = rest, socket

    async def until(self, condition: Callable[[], T | None], *, within: float = 5.0) -> T:
        """Wait until `condition()` is true, asking after every change, and return what it returned.

        Raises:
            TimeoutError: It was still false after `within` seconds of real time.
        """
        return await self.world.news.pulse.until(condition, within=within)

    def add_guild(self, name: str = "Practice", *, bot_permissions: int = ORDINARY) -> Guild:
        """Create a guild with the bot in it; the bot hears of it as of an invitation."""
        return self.world.add_guild(name, bot_permissions)

    def remove_guild(self, guild: Guild, *, outage: bool = False) -> None:
        """Kick the bot out of a guild, or with `outage` make the guild unavailable for a while."""
        self.world.remove_guild(guild, outage=outage)

    def drop_gateway(self, *, forget: bool = False) -> None:
        """Cut every gateway connection; with `forget` no session can be resumed."""
        self.gateway.drop(forget=forget)

    def silence_gateway(self, *, forget: bool = False) -> None:
        """Let every gateway connection stand and say nothing more; with `forget` no session can be resumed."""
        self.gateway.fall_silent(forget=forget)

    def pause_gateway(self) -> None:
        """Refuse new gateway connections; open ones stay."""
        self.gateway.accepting = False

    def open_gateway(self) -> None:
        """Accept gateway connections again."""
        self.gateway.accepting = True

    def member_says(
        self,
        member: Member,
        place: Channel | int,
        said: str,
        *,
        reply_to: Message | None = None,
        ping: bool = True,
    ) -> Message:
        """Let a member write in a channel, a thread or their DM channel, given as such or by id.

        Raises:
            Refusal: The member may not write there, or the thread is locked.
        """
        kind = MessageKind.DEFAULT if reply_to is None else MessageKind.REPLY
        everything: Payload = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        body = Body({"content": said, "allowed_mentions": everything})
        return self.world.post(self._place(place), member.user, body, kind=kind, replies_to=reply_to)

    def member_edits(self, message: Message, said: str) -> None:
        """Let the author change what they wrote."""
        self.world.require_editable(message, message.author)
        self.world.edit(message, Body({"content": said}))

    def member_deletes(self, message: Message) -> None:
        """Let the author, or a moderator, delete a message."""
        self.world.delete(message)

    def member_reacts(self, member: Member, message: Message, emoji: str) -> None:
        self.world.react(message, member.user, emoji)

    def archive(self, thread: Thread, *, locked: bool = False) -> None:
        """Archive a thread as inactivity does, or with `locked` as a moderator does."""
        self.world.change_thread(thread, archived=True, locked=locked or thread.locked)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a thread, or a text channel with its threads."""
        self.world.remove_place(channel)

    def direct_channel(self, member: Member) -> Channel:
        """The DM channel of a member with the bot."""
        return self.world.direct_channel(member.user)

    def press(self, member: Member, message: Message, custom_id: str, *values: str) -> Interaction:
        """Let a member press a button, or choose `values` in a select menu.

        Raises:
            LookupError: The message has no enabled component with that id.
        """
        everything = [each for top in message.components for each in walk(top) if "custom_id" in each]
        enabled = {text(each, "custom_id"): each for each in everything if not each.get("disabled")}
        if custom_id not in enabled or message.deleted:
            raise LookupError(f"There is no {custom_id!r} to press; there is: {', '.join(enabled) or 'nothing'}.")
        data: Payload = {"custom_id": custom_id, "component_type": enabled[custom_id]["type"]}
        chosen: Payload = {"values": list(values)} if values else {}
        return self._begin(Kind.COMPONENT, member, message.channel, {**data, **chosen}, message)

    def submit(self, opened: Interaction, answers: dict[str, str | list[str]]) -> Interaction:
        """Let a member fill in and send the form that an interaction opened; fields by custom id.

        Raises:
            LookupError: There is no such form or field.
            ValueError: A required field is left empty.
        """
        if opened.opened is None:
            raise LookupError("This interaction opened no form; await its form() first.")
        data = filled_form(opened.opened, answers)
        return self._begin(Kind.FORM, opened.user, opened.channel, data, opened.message)

    def slash(self, member: Member, place: Channel | int, path: str, **options: OptionValue) -> Interaction:
        """Let a member call a slash command, such as "quiz" or "setup schedule".

        Raises:
            LookupError: The bot registered no such command or option.
            ValueError: A required option is missing, or a value is not one of the choices.
        """
        channel = self._place(place)
        return self._begin(Kind.COMMAND, member, channel, self._call(channel, path, options, None))

    def autocomplete(
        self, member: Member, place: Channel | int, path: str, focused: str, **options: OptionValue
    ) -> Interaction:
        """Let a member type into the option `focused`, which asks the bot for its choices."""
        channel = self._place(place)
        return self._begin(Kind.AUTOCOMPLETE, member, channel, self._call(channel, path, options, focused))

    def _place(self, place: Channel | int) -> Channel:
        return self.world.channel(place if isinstance(place, int) else place.id)

    def _call(self, channel: Channel, path: str, options: Mapping[str, OptionValue], focused: str | None) -> Payload:
        guild_id = channel.guild.id if channel.guild is not None else None
        return self.commands.call(guild_id, path, options, focused=focused)

    def _begin(
        self,
        kind: Kind,
        who: Member | User,
        channel: Channel,
        data: Payload,
        message: Message | None = None,
    ) -> Interaction:
        user = who.user if isinstance(who, Member) else who
        interaction = Interaction(self.world, kind, user=user, channel=channel, data=data, message=message)
        self.interactions[interaction.token] = interaction
        guild_id = channel.guild.id if channel.guild is not None else None
        self.world.news.tell(Event("INTERACTION_CREATE", Intent.NONE, guild_id, interaction.payload()))
        return interaction
