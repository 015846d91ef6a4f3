"""A connection that is asked to end at any moment of its login."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.frontends.discord.client import PracticeClient
from bot.frontends.discord.connection import connect

if TYPE_CHECKING:
    from bot.app import App
    from loopback.server import LoopbackDiscord


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", r"/users/@me"), ("PUT", r"/applications/\d+/commands"), ("GET", r"/gateway/bot")],
)
async def test_a_login_whose_session_is_closed_under_it_ends_as_quietly_as_any(
    app: App, server: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    asked, until, close = server.faults.hang(method, path), asyncio.Event(), PracticeClient.close
    ended: list[bool] = []

    async def close_before_it_is_cancelled(client: PracticeClient) -> None:
        await close(client)
        login = next(task for task in asyncio.all_tasks() if task.get_name() == "discord")
        await asyncio.wait({login}, timeout=5)
        ended.append(login.done())

    monkeypatch.setattr(PracticeClient, "close", close_before_it_is_cancelled)
    connecting = asyncio.create_task(connect(app.discord(), server.token, api=server.url, until=until))
    await asked.hit()

    until.set()
    await connecting

    assert ended == [True]
