"""What the log tells: nothing that anybody wrote, and no secret, at its most talkative."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import OK
from loopback.payload import walk
from process.beforehand import fall_due

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.people import Member
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM for a child")

MARK = r"/channels/\d+/messages/\d+/reactions/.+/@me"
ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original"


def answer_button(question: Message) -> str:
    ids = (str(each.get("custom_id", "")) for top in question.components for each in walk(top))
    return next(custom_id for custom_id in ids if custom_id.startswith("pb:answer:"))


async def test_the_log_holds_no_token_and_no_text_even_when_things_fail(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, ada: Member
) -> None:
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    async with host.running(LOG_LEVEL="DEBUG") as bot:
        await server.until(lambda: guild.threads, within=10)
        await host.until(lambda: host.rows("SELECT 1 FROM round WHERE state = 'open'") != [])
        thread, question = guild.threads[0], next(iter(channel.messages.values()))

        unmarked = server.faults.fail("PUT", MARK, status=403, code=50013)
        server.member_says(ada, thread, "a secret that cannot be marked")
        await unmarked.hit()
        reply = server.member_says(guild.add_member("Bob"), thread, "a secret that can be marked")
        await server.until(lambda: reply.reactions)
        server.member_edits(reply, "an edited secret that counts")
        server.faults.limit("PATCH", ORIGINAL, retry_after=0.01)
        await server.slash(ada, channel, "streak").shown()
        refused = server.faults.fail("PATCH", ORIGINAL, status=404, code=10015)
        server.slash(ada, channel, "leaderboard")
        await refused.hit()
        lost = server.faults.lose("PATCH", ORIGINAL)
        form = server.press(ada, question, answer_button(question))
        await form.form()
        server.submit(form, {"text": "a secret in the form"})
        await lost.hit()
        ended = await bot.stop()

        texts = {text for (text,) in host.rows("SELECT text FROM answer")}
        assert texts == {"a secret that cannot be marked", "an edited secret that counts", "a secret in the form"}
        assert ended.code == OK
        assert "DEBUG" in ended.stderr
        assert not [secret for secret in (server.token, "interaction-", "secret") if secret in ended.stderr]
