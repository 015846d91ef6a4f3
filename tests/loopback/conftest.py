from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loopback.server import LoopbackDiscord
from loopback.watcher import Watcher, online

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.people import Member


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    """A running server that every discord.py client of the test is sent to."""
    async with LoopbackDiscord() as running:
        with running.pointed_at():
            yield running


@pytest.fixture
def guild(server: LoopbackDiscord) -> Guild:
    return server.add_guild()


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.add_text_channel("daily")


@pytest.fixture
def ada(guild: Guild) -> Member:
    return guild.add_member("Ada")


@pytest.fixture
async def client(server: LoopbackDiscord, channel: Channel, ada: Member) -> AsyncIterator[Watcher]:
    """A client that is ready, in a guild with one channel and one member."""
    watcher = Watcher(server)
    async with online(watcher, server.token):
        yield watcher
