"""How the bot ends: at once and cleanly when asked, with one sentence and a telling exit code when it cannot go on."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import FAILED, MISCONFIGURED, OK
from loopback.events import PRIVILEGED, Intent
from process.beforehand import fall_due, open_round

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.people import Member
    from loopback.server import LoopbackDiscord
    from process.host import Ended, Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGTERM nor SIGINT for a child")

DATA = Path(__file__).parents[2] / "data"
SOON, AT_ONCE = 5.0, 3.0
MESSAGES = r"/channels/\d+/messages"
THREADS = MESSAGES + r"/\d+/threads"
ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original"
MARK = MESSAGES + r"/\d+/reactions/.+/@me"


def told(ended: Ended) -> str:
    """The one sentence for the operator of a process that ended soon and without a traceback."""
    assert ended.seconds < SOON
    assert "Traceback" not in ended.stderr
    assert len(ended.sentences) == 1
    return ended.sentences[0]


def bank_with_unknown_key(folder: Path, name: str, *, line: int) -> Path:
    shutil.copytree(DATA, folder)
    question = next(folder.glob(f"questions/*/{name}"))
    lines = question.read_text(encoding="utf-8").splitlines()
    lines.insert(line - 1, "colour: blue")
    question.write_text("\n".join(lines), encoding="utf-8")
    return folder


async def test_a_wrong_token_ends_it_with_where_to_get_a_right_one(host: Host) -> None:
    ended = await host.run(DISCORD_TOKEN="not.this.one")  # noqa: S106  # why: it is nobody's

    assert ended.code == MISCONFIGURED
    assert "does not accept this token" in told(ended)
    assert "PRACTICE_BOT_DISCORD_TOKEN" in told(ended)


async def test_a_missing_token_ends_it_with_the_name_of_the_setting(host: Host) -> None:
    ended = await host.run(DISCORD_TOKEN=None)

    assert ended.code == MISCONFIGURED
    assert "PRACTICE_BOT_DISCORD_TOKEN is not set" in told(ended)


async def test_a_refused_intent_that_was_insisted_on_ends_it_with_the_name_of_the_switch(
    server: LoopbackDiscord, host: Host
) -> None:
    server.account.approved = PRIVILEGED & ~Intent.MESSAGE_CONTENT

    ended = await host.run(MESSAGE_CONTENT="on")

    assert ended.code == MISCONFIGURED
    assert "Message Content Intent" in told(ended)
    assert "PRACTICE_BOT_MESSAGE_CONTENT=auto" in told(ended)


@pytest.mark.parametrize("message_content", [None, "off"])
async def test_without_message_content_replies_are_counted_and_their_text_is_not_kept(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, ada: Member, *, message_content: str | None
) -> None:
    bob, carol = guild.add_member("Bob"), guild.add_member("Carol")
    server.account.approved = PRIVILEGED & ~Intent.MESSAGE_CONTENT
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    meanwhile = server.member_says(ada, thread, "while nobody listened")

    async with host.running(MESSAGE_CONTENT=message_content) as bot:
        await server.until(lambda: meanwhile.reactions, within=10)
        live = server.member_says(bob, thread, "while somebody listens")
        mention = server.member_says(carol, thread, f"<@{server.me.id}> which Discord shows all the same")
        await server.until(lambda: live.reactions and mention.reactions)

        stored = host.rows("SELECT id, text, counts FROM answer ORDER BY id")
        assert stored == [(str(reply.id), None, 1) for reply in (meanwhile, live, mention)]
        assert bot.log.count("refuses the Message Content intent") == (message_content is None)


async def test_a_database_below_a_file_ends_it_with_another_path_to_name(host: Host, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ended = await host.run(DATABASE=str(tmp_path / "file" / "practice.db"))

    assert ended.code == MISCONFIGURED
    assert f"{tmp_path / 'file'} is not a folder. Name another path." in told(ended)


async def test_a_folder_for_a_database_ends_it_with_a_file_to_name(host: Host, tmp_path: Path) -> None:
    ended = await host.run(DATABASE=str(tmp_path))

    assert ended.code == MISCONFIGURED
    assert f"{tmp_path} is a folder; name the database file in it" in told(ended)


async def test_a_broken_question_ends_it_with_its_file_and_line(host: Host, tmp_path: Path) -> None:
    ended = await host.run(BANK=str(bank_with_unknown_key(tmp_path / "data", "gan-basics.yaml", line=3)))

    assert ended.code == MISCONFIGURED
    assert told(ended)
    assert "gan-basics.yaml:3" in ended.stderr


async def test_a_machine_without_time_zones_ends_it_with_what_to_install(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tzdata.py").write_text("raise ImportError", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONTZPATH", "")

    ended = await host.run()

    assert ended.code == MISCONFIGURED
    assert "pip install tzdata" in told(ended)


async def test_an_unreachable_discord_ends_it_as_something_that_may_pass(host: Host) -> None:
    ended = await host.run(DISCORD_API="http://127.0.0.1:1")

    assert ended.code == FAILED
    assert "Discord cannot be reached" in told(ended)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_amid_a_burst_ends_it_at_once_and_loses_nothing_it_has_marked(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, number: signal.Signals
) -> None:
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    members = [guild.add_member(f"Member {n}") for n in range(120)]
    async with host.running() as bot:
        await server.until(lambda: server.gateway.sessions, within=10)
        replies = [server.member_says(member, thread, "said amid the burst") for member in members]
        await server.until(lambda: any(reply.reactions for reply in replies))

        asked = asyncio.get_running_loop().time()
        ended = await bot.stop(number)
        taken = asyncio.get_running_loop().time() - asked

        assert ended.code == OK
        assert taken < AT_ONCE
        assert "Traceback" not in ended.stderr
        assert not host.database.with_name("practice.db-wal").exists()
        stored = {answer_id for (answer_id,) in host.rows("SELECT id FROM answer")}
        assert {str(reply.id) for reply in replies if reply.reactions} <= stored


async def test_a_reply_in_hand_is_still_marked_when_it_is_asked_to_end(
    server: LoopbackDiscord, host: Host, channel: Channel, ada: Member
) -> None:
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    marking = server.faults.limit("PUT", MARK, retry_after=0.3)
    async with host.running() as bot:
        await server.until(lambda: server.gateway.sessions, within=10)
        reply = server.member_says(ada, thread, "at the last moment")
        await marking.hit()

        ended = await bot.stop()

        assert ended.code == OK
        assert reply.reactions


async def test_a_command_in_hand_is_still_answered_when_it_is_asked_to_end(
    server: LoopbackDiscord, host: Host, channel: Channel, ada: Member
) -> None:
    showing = server.faults.limit("PATCH", ORIGINAL, retry_after=0.3)
    async with host.running() as bot:
        await server.until(lambda: server.gateway.sessions, within=10)
        command = server.slash(ada, channel, "streak")
        await showing.hit()

        ended = await bot.stop()

        assert ended.code == OK
        assert "in a row" in (await command.shown()).text


async def test_a_question_in_hand_is_still_opened_when_it_is_asked_to_end(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    opening = server.faults.limit("POST", THREADS, retry_after=0.3)
    async with host.running() as bot:
        await opening.hit(within=10)

        ended = await bot.stop()

        assert ended.code == OK
        assert host.rows("SELECT state FROM round") == [("open",)]


async def test_a_discord_that_no_longer_answers_does_not_keep_it_from_ending(
    server: LoopbackDiscord, host: Host, channel: Channel, ada: Member
) -> None:
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    marking, reading = server.faults.hang("PUT", MARK), server.faults.hang("GET", MESSAGES)
    async with host.running() as bot:
        await server.until(lambda: server.gateway.sessions, within=10)
        server.member_says(ada, thread, "at the last moment")
        await asyncio.gather(marking.hit(), reading.hit())

        ended = await bot.stop(within=AT_ONCE)

        assert ended.code == OK
        assert "Traceback" not in ended.stderr


async def test_a_second_bot_on_the_same_database_names_the_first(server: LoopbackDiscord, host: Host) -> None:
    async with host.running() as first:
        await server.until(lambda: server.gateway.sessions, within=10)

        second = await host.run()

        assert second.code == MISCONFIGURED
        assert f"is in use by another practice-bot (pid {first.pid})" in told(second)
        assert (await first.stop()).code == OK


async def test_an_end_between_connecting_and_being_ready_is_as_quiet_as_any(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel
) -> None:
    other = server.add_guild("Other").add_text_channel("daily")
    async with host.store() as store:
        for each in (channel, other):
            await open_round(store, server, each)

    async with host.running() as bot:
        await server.until(lambda: server.gateway.sessions, within=10)
        ended = await bot.stop()

    assert ended.code == OK
    assert "Traceback" not in ended.stderr
