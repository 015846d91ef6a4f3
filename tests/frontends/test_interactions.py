"""Interactions are acknowledged before anything else, and may be forgotten by Discord before their answer is ready."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.practice import streaks
from bot.storage import answers
from bot.storage.statement import Statement, Transaction
from loopback.interaction import Response
from loopback.payload import walk

if TYPE_CHECKING:
    from bot.app import App
    from bot.frontends.discord.client import PracticeClient
    from loopback.channel import Thread
    from loopback.people import Member
    from loopback.server import LoopbackDiscord

ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original"
CALLBACK = r"/interactions/\d+/[^/]+/callback"
TOO_LATE = timedelta(seconds=901)
SAID = "what I would say in the interview"


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015)])
async def test_a_form_whose_interaction_expires_in_the_middle_is_stored_and_the_log_tells_of_it_in_one_line(
    app: App,
    client: PracticeClient,
    server: LoopbackDiscord,
    thread: Thread,
    ada: Member,
    *,
    caplog: pytest.LogCaptureFixture,
    status: int,
    code: int,
) -> None:
    question = next(iter(thread.parent.messages.values()))
    ids = (str(each.get("custom_id", "")) for top in question.components for each in walk(top))
    form = server.press(ada, question, next(each for each in ids if each.startswith("pb:answer:")))
    await form.form()
    showing = server.faults.fail("PATCH", ORIGINAL, status=status, code=code)
    acknowledging = server.faults.hang("POST", CALLBACK, after=True)
    sent = server.submit(form, {"text": SAID})
    await acknowledging.hit()
    caplog.clear()

    server.clock.advance(TOO_LATE)
    acknowledging.release()
    await showing.hit()
    while client._in_hand:
        await asyncio.wait(client._in_hand)

    told = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == 1
    assert "expired" in told[0].getMessage()
    assert told[0].exc_info is None
    assert sent.token not in caplog.text
    assert [each.text for each in await app.practice.store.read(answers.answers_in_round(1))] == [SAID]
    report = await streaks.streak_report(app.practice, str(ada.guild.id), str(ada.id))
    assert report.streak.current == 1


@pytest.mark.parametrize("command", ["leaderboard", "streak", "progress", "review"])
async def test_discord_is_told_that_an_answer_will_come_before_the_database_has_said_anything(
    app: App, server: LoopbackDiscord, thread: Thread, ada: Member, command: str
) -> None:
    held, go_on = threading.Event(), threading.Event()

    def slow() -> Transaction[None]:
        yield Statement("SELECT 1")
        held.set()
        assert go_on.wait(30)

    reading = app.practice.store.read(slow())
    assert await asyncio.to_thread(held.wait, 30)

    called = server.slash(ada, thread.parent, command)
    acknowledged = await called.acknowledged()
    go_on.set()
    shown = await called.shown()
    await reading

    assert acknowledged is Response.DEFERRED_MESSAGE
    assert shown.text
