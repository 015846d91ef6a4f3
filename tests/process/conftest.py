from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app import utc_now
from loopback.clock import ServerClock
from loopback.server import LoopbackDiscord
from process.host import Host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    """A running server in real time, as the bot's process is."""
    async with LoopbackDiscord(clock=ServerClock(utc_now(), runs=True)) as running:
        yield running


@pytest.fixture
def host(tmp_path: Path, server: LoopbackDiscord) -> Host:
    return Host(tmp_path, server)
