"""Discord is told at every start which commands there are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from loopback.watcher import online
from process.beforehand import fall_due

if TYPE_CHECKING:
    import pytest

    from bot.app import App
    from loopback.channel import Channel
    from loopback.people import Member
    from loopback.server import LoopbackDiscord

COMMANDS = r"/applications/\d+/commands"


async def test_a_bot_that_cannot_tell_its_commands_posts_all_the_same_and_tells_them_later(
    app: App, server: LoopbackDiscord, channel: Channel, ada: Member, caplog: pytest.LogCaptureFixture
) -> None:
    await fall_due(app.practice.store, channel, now=server.clock())
    server.faults.fail("PUT", COMMANDS, status=403, code=50001)
    client = app.discord()

    async with online(client, server.token):
        await app.tick()
        posted = len(channel.messages)
        server.clock.advance(timedelta(minutes=11))
        await app.tick()
        helped = await server.slash(ada, channel, "help").shown()

    assert posted == 1
    assert "commands may be missing or outdated" in caplog.text
    assert "One question a day" in helped.text
