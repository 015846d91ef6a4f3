from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loopback.watcher import Watcher, online

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from loopback.channel import Channel
    from loopback.people import Member
    from loopback.server import LoopbackDiscord


@pytest.fixture
async def client(server: LoopbackDiscord, channel: Channel, ada: Member) -> AsyncIterator[Watcher]:
    """A client that is ready, in a guild with one channel and one member."""
    watcher = Watcher(server)
    async with online(watcher, server.token):
        yield watcher
