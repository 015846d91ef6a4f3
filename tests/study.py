"""A study group in a simulated Discord, with the real bot in it: the stage on which most tests play."""

import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle
from simcord.env import Env
from simcord.results import InteractionResult, ResponseMessage

from bot.app import App, open_app
from bot.settings import Settings

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def cache() -> Path:
    """Return where the parsed bank is kept during one run of the tests, by them and by the processes they start."""
    return Path(os.environ["XDG_CACHE_HOME"], "practice-bot")


class WorldClock:
    """The clock of a simulated Discord, which starts on 2026-01-01 and moves only when told to."""

    env: Env | None = None

    def __call__(self) -> datetime:
        return self.env.now() if self.env else START


@dataclass
class Process:
    """The bot's process: its database stays when it is restarted, everything else is new."""

    database: Path
    clock: WorldClock
    settings: dict[str, Any] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _app: App | None = None

    async def start(self) -> App:
        settings = Settings(
            database=self.database, cache=cache(), **({"backups": False, "requests_a_second": 0} | self.settings)
        )
        self._app = await self._stack.enter_async_context(open_app(settings, clock=self.clock, random=Random(7)))
        return self._app

    async def stop(self) -> None:
        await self._stack.aclose()
        self._app = None

    @property
    def app(self) -> App:
        assert self._app is not None
        return self._app


@dataclass
class Study:
    """A server with a channel, an admin and members, in which the bot is set up or about to be."""

    env: Env
    process: Process
    guild: GuildHandle
    channel: ChannelHandle
    admin: MemberActor

    @property
    def app(self) -> App:
        return self.process.app

    def member(self, name: str) -> MemberActor:
        return self.guild.add_member(self.env.create_user(name))

    async def set_up(self, *, at: str = "09:00", zone: str = "UTC", days: str = "every day") -> InteractionResult:
        return await self.admin.slash(self.channel, "setup", channel=self.channel, time=at, timezone=zone, days=days)

    async def advance(self, by: timedelta) -> None:
        """Let time pass, and let the ticker ring once at its end."""
        await self.env.advance_time(by.total_seconds())
        await self.app.tick()

    async def advance_to(self, moment: datetime) -> None:
        await self.advance(moment - self.env.now())

    async def restart(self) -> None:
        """End the process and start a new one on the same database."""
        await self.process.stop()
        app = await self.process.start()
        await self.env.restart_bot(app.discord())

    @property
    def posts(self) -> list[discord.Message]:
        """The questions in the channel, oldest first."""
        return [message for message in self.channel.history() if "Round" in shown(message)]

    @property
    def thread(self) -> ChannelHandle:
        """The newest thread."""
        return self.channel.threads[-1]


def new_study(env: Env, process: Process, name: str = "Study") -> Study:
    guild = env.create_guild(name)
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    return Study(
        env=env,
        process=process,
        guild=guild,
        channel=guild.create_text_channel("daily-question"),
        admin=guild.add_member(env.create_user(f"admin-{name}"), roles=[managers]),
    )


def shown(message: discord.Message | ResponseMessage | InteractionResult | None) -> str:
    """Return all text that a message shows."""
    if isinstance(message, InteractionResult):
        message = message.response
    if message is None:
        return ""
    components = message.components
    raw = [part if isinstance(part, dict) else part.to_dict() for part in components]
    return "\n".join([message.content, *_texts(raw)])


def labels(message: discord.Message | ResponseMessage | InteractionResult) -> list[str]:
    """Return the labels of a message's buttons."""
    if isinstance(message, InteractionResult):
        assert message.response is not None
        message = message.response
    raw = [part if isinstance(part, dict) else part.to_dict() for part in message.components]
    return [str(part["label"]) for part in _walk(raw) if part.get("type") == discord.ComponentType.button.value]


def ids(message: discord.Message | ResponseMessage | InteractionResult) -> list[str]:
    """Return the ids of a message's buttons."""
    if isinstance(message, InteractionResult):
        assert message.response is not None
        message = message.response
    raw = [part if isinstance(part, dict) else part.to_dict() for part in message.components]
    return [str(part["custom_id"]) for part in _walk(raw) if "custom_id" in part]


def marks(channel: ChannelHandle, text: str) -> list[str]:
    """Return the reactions to the message with this text."""
    return [
        str(reaction.emoji)
        for message in channel.history()
        if message.content == text
        for reaction in message.reactions
    ]


def _walk(components: list[Any]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walk(component.get("components", []))


def _texts(components: list[Any]) -> list[str]:
    return [
        str(part["content"])
        for part in _walk(components)
        if part.get("type") == discord.ComponentType.text_display.value
    ]
