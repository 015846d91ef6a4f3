"""The real client, connected to a loopback Discord in which a test may let anything go wrong."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import App, open_app
from bot.settings import Settings
from loopback.permissions import Permission
from loopback.watcher import online
from process.beforehand import fall_due
from study import cache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.frontends.discord.client import PracticeClient
    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.people import Member
    from loopback.server import LoopbackDiscord


@pytest.fixture
def admin(guild: Guild) -> Member:
    return guild.add_member("Grace", permissions=Permission.MANAGE_GUILD)


@pytest.fixture
async def app(server: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[App]:
    settings = Settings(database=tmp_path / "practice.db", cache=cache())
    async with open_app(settings, clock=server.clock, random=Random(7)) as opened:
        yield opened


@pytest.fixture
async def client(app: App, server: LoopbackDiscord, channel: Channel) -> AsyncIterator[PracticeClient]:
    """The real client, ready."""
    built = app.discord()
    async with online(built, server.token):
        yield built


@pytest.fixture
async def thread(app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, channel: Channel) -> Thread:
    """The thread of an open round."""
    await fall_due(app.practice.store, channel, now=server.clock())
    await app.tick()
    return guild.threads[0]
