"""What closes a round: the recap in its thread, the thread put away, and one line in the next question."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import App, open_app
from bot.frontends.discord.line import Line
from bot.settings import Settings
from loopback.server import LoopbackDiscord
from loopback.watcher import online
from process.beforehand import fall_due
from study import DAY, HOUR, Study, cache, labels, shown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    import discord
    from simcord.actors import MemberActor
    from simcord.builders import ChannelHandle

    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.message import Message

SAID = "what I would say in the interview"
MINUTE = timedelta(minutes=1)
ARCHIVE = r"/channels/\d+"
SEND = r"/channels/{}/messages"
REACTIONS = "/channels/*/messages/*/reactions/*"
HELPFUL = "Most helpful answers"


async def open_first(study: Study) -> ChannelHandle:
    """Set the daily question up, open its first round, and return the thread of it."""
    await study.set_up(at="09:00")
    await study.advance(10 * HOUR)
    return study.thread


async def vote(message: discord.Message, *members: MemberActor, thumb: str = "👍") -> None:
    for member in members:
        await member.react(message, thumb)


def recaps(thread: ChannelHandle) -> list[discord.Message]:
    return [message for message in thread.history() if "is closed" in shown(message)]


def recap(thread: ChannelHandle) -> str:
    """Return what the one recap of a thread says."""
    (found,) = recaps(thread)
    return shown(found)


def helpful(thread: ChannelHandle) -> list[str]:
    """Return the lines of a recap that name helpful answers."""
    _, _, told = recap(thread).partition(HELPFUL)
    return [line for line in told.splitlines() if line.startswith("- ")]


def line(message: discord.Message, writer: MemberActor, votes: int) -> str:
    """Return how a recap names a helpful answer."""
    assert message.guild is not None
    where = f"https://discord.com/channels/{message.guild.id}/{message.channel.id}/{message.id}"
    return f"- <@{writer.id}> · 👍 **{votes}** · [read it]({where})"


def is_archived(thread: ChannelHandle) -> bool:
    metadata = thread._channel.thread_metadata
    assert metadata is not None
    return metadata.archived


async def test_the_recap_has_the_model_answer_its_key_points_and_how_many_answered(study: Study) -> None:
    thread = await open_first(study)
    question = next(question for question in study.app.practice.bank if question.title in shown(study.posts[0]))
    for name in ("alice", "bob"):
        await study.member(name).send(thread, SAID)

    await study.advance(DAY)

    told = recap(thread)
    assert "Round 1 is closed · 2 members answered" in told
    assert question.short_answer in told
    assert all(f"- {point.label}" in told for point in question.key_points)
    assert HELPFUL not in told
    assert "in a row" not in told
    assert labels(recaps(thread)[0]) == ["Full answer", "Mistakes and sources", "My streak"]


async def test_after_its_recap_a_thread_is_put_away_and_the_new_one_is_not(study: Study) -> None:
    thread = await open_first(study)
    before = is_archived(thread)

    await study.advance(DAY)

    assert (before, is_archived(thread)) == (False, True)
    assert not is_archived(study.thread)
    assert thread.last_message is not None
    assert "is closed" in shown(thread.last_message)


async def test_nobody_is_no_number(study: Study) -> None:
    thread = await open_first(study)

    await study.advance(DAY)

    assert "Round 1 is closed · Nobody answered" in recap(thread)
    assert f"-# Nobody answered round 1; its model answer is in <#{thread.id}>." in shown(study.posts[1])


async def test_a_question_tells_in_one_line_how_the_round_before_went_and_the_first_one_nothing(study: Study) -> None:
    first = await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(first, SAID)
    await study.advance(DAY)
    second = study.thread
    await alice.send(second, SAID)
    await bob.send(second, SAID)

    await study.advance(DAY)

    lines = [[line for line in shown(post).splitlines() if "answered round" in line] for post in study.posts]
    assert lines == [
        [],
        [f"-# 1 member answered round 1; its model answer is in <#{first.id}>."],
        [f"-# 2 members answered round 2; its model answer is in <#{second.id}>."],
    ]


async def test_of_a_round_without_a_thread_the_next_question_tells_no_more_than_how_many_answered(study: Study) -> None:
    await study.set_up(at="09:00")
    study.env.inject_error("POST", "/channels/*/threads", status=403, code=50013, message="Missing Permissions")
    await study.advance(10 * HOUR)
    alice = study.member("alice")
    form = await alice.click(study.posts[0], label="Answer")
    await alice.submit_modal(form, {"text": SAID})

    await study.advance(DAY)

    assert "-# 1 member answered round 1.\n" in shown(study.posts[1])
    assert recaps(study.thread) == []


async def test_the_seventh_round_in_a_row_is_in_its_recap_and_in_no_other(study: Study) -> None:
    await open_first(study)
    alice, bob, late, shy = (study.member(name) for name in ("alice", "bob", "late", "shy"))
    board = await shy.slash(study.channel, "leaderboard")
    assert board.response is not None
    await shy.click(board.response, label="How it counts")
    await shy.click(board.response, label="Hide me from boards")
    for day in range(8):
        for member in (alice, bob, shy) if day < 6 else (alice, bob, shy, late):
            await member.send(study.thread, SAID)
        await study.advance(DAY)

    told = [recap(thread) for thread in study.channel.threads[:-1]]

    assert ["in a row" in each for each in told] == [False] * 6 + [True, False]
    assert f"🎉 **7 rounds in a row**: <@{alice.id}>, <@{bob.id}>" in told[6].splitlines()
    assert f"<@{late.id}>" not in told[6]
    assert f"<@{shy.id}>" not in told[6]


async def test_up_to_three_most_helpful_answers_are_listed_with_a_link_to_each(study: Study) -> None:
    thread = await open_first(study)
    writers = [study.member(name) for name in ("alice", "bob", "carol", "dave", "erin")]
    readers = [study.member(f"reader{number}") for number in range(3)]
    said = [await writer.send(thread, f"{SAID}, says {writer.name}") for writer in writers]
    for message, votes in zip(said, (1, 3, 0, 1, 2), strict=True):
        await vote(message, *readers[:votes])

    await study.advance(DAY)

    assert helpful(thread) == [line(said[1], writers[1], 3), line(said[4], writers[4], 2), line(said[0], writers[0], 1)]


async def test_each_look_at_who_voted_waits_for_its_own_turn(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    asking = Line.asking

    def noted(self: Line, doing: str, *, courtesy: bool = False) -> AbstractAsyncContextManager[None]:
        turns.append(doing)
        return asking(self, doing, courtesy=courtesy)

    monkeypatch.setattr(Line, "asking", noted)
    thread = await open_first(study)
    for name in ("alice", "bob", "carol"):
        await vote(await study.member(name).send(thread, SAID), study.admin)

    await study.advance(DAY)

    assert len(helpful(thread)) == 3
    assert turns.count("reading the votes") == 1 + 3


async def test_ones_own_vote_a_bots_and_the_mark_of_ours_count_nothing(study: Study) -> None:
    thread = await open_first(study)
    alice, bob, carol = (study.member(name) for name in ("alice", "bob", "carol"))
    robot = study.guild.add_member(study.env.create_user("robot", bot=True))
    loud, vain, liked = [await member.send(thread, SAID) for member in (alice, bob, carol)]
    await vote(loud, alice, robot, carol)
    await vote(vain, bob, robot)
    await vote(vain, alice, thumb="✅")
    await vote(liked, alice, bob)

    await study.advance(DAY)

    assert helpful(thread) == [line(liked, carol, 2), line(loud, alice, 1)]


async def test_a_thumb_counts_in_every_tone_of_skin_and_each_member_once(study: Study) -> None:
    thread = await open_first(study)
    alice, bob, carol = (study.member(name) for name in ("alice", "bob", "carol"))
    said = await alice.send(thread, SAID)
    await vote(said, bob)
    await vote(said, bob, carol, thumb="👍🏽")
    await vote(said, alice, thumb="👍🏿")
    await vote(said, carol, thumb="👎")

    await study.advance(DAY)

    assert helpful(thread) == [line(said, alice, 2)]


async def test_what_is_no_answer_that_counts_is_not_listed_however_many_like_it(study: Study) -> None:
    thread = await open_first(study)
    alice, bob, carol = (study.member(name) for name in ("alice", "bob", "carol"))
    asked = await alice.click(study.posts[0], label="Model answer")
    assert asked.response is not None
    await alice.click(asked.response, label="Show me anyway")
    looked = await alice.send(thread, SAID)
    talk = await carol.send(thread, "good morning")
    said = await bob.send(thread, SAID)
    for message in (looked, talk):
        await vote(message, bob, study.admin)
    await vote(said, alice)

    await study.advance(DAY)

    assert helpful(thread) == [line(said, bob, 1)]


async def test_whoever_hides_is_not_listed_among_the_most_helpful(study: Study) -> None:
    thread = await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    board = await alice.slash(study.channel, "leaderboard")
    assert board.response is not None
    await alice.click(board.response, label="How it counts")
    await alice.click(board.response, label="Hide me from boards")
    await vote(await alice.send(thread, SAID), bob)

    await study.advance(DAY)

    assert "1 member answered" in recap(thread)
    assert HELPFUL not in recap(thread)
    assert f"<@{alice.id}>" not in recap(thread)


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (500, 0)])
async def test_a_recap_is_posted_without_votes_that_cannot_be_read(study: Study, status: int, code: int) -> None:
    thread = await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await vote(await alice.send(thread, SAID), bob)
    study.env.inject_error("GET", REACTIONS, status=status, code=code, times=None)

    await study.advance(DAY)

    assert "1 member answered" in recap(thread)
    assert HELPFUL not in recap(thread)
    assert is_archived(thread)


async def test_a_thread_that_could_not_be_put_away_is_put_away_after_a_restart_with_one_recap(study: Study) -> None:
    thread = await open_first(study)
    study.env.inject_error("PATCH", f"/channels/{thread.id}", status=500)
    await study.advance(DAY)
    at_first = (len(recaps(thread)), is_archived(thread))

    await study.restart()

    assert at_first == (1, False)
    assert (len(recaps(thread)), is_archived(thread)) == (1, True)
    assert len(study.posts) == 2


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    """A Discord that forgets nonces at once, so that only what stands in a thread tells of it."""
    async with LoopbackDiscord(nonce_ttl=timedelta(0)) as running:
        with running.pointed_at():
            yield running


@asynccontextmanager
async def running(server: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[App]:
    """The bot's process with the real client, connected."""
    settings = Settings(database=tmp_path / "practice.db", cache=cache())
    async with open_app(settings, clock=server.clock, random=Random(7)) as app:
        client = app.discord()
        async with online(client, server.token):
            yield app


async def yesterdays(app: App, server: LoopbackDiscord, guild: Guild, channel: Channel) -> Thread:
    """Open a round, let a day pass, and return its thread: it closes at the next tick."""
    await fall_due(app.practice.store, channel, now=server.clock())
    await app.tick()
    server.clock.advance(DAY)
    return guild.threads[0]


def posted(thread: Thread) -> list[Message]:
    return [message for message in thread.messages.values() if "is closed" in message.text]


async def test_a_crash_between_recap_and_archive_doubles_nothing_and_leaves_nothing_open(
    server: LoopbackDiscord, guild: Guild, channel: Channel, tmp_path: Path
) -> None:
    async with running(server, tmp_path) as app:
        thread = await yesterdays(app, server, guild, channel)
        archive = server.faults.hang("PATCH", ARCHIVE)
        ticking = asyncio.create_task(app.tick())
        await archive.hit()
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
    at_first = (len(posted(thread)), thread.archived)

    async with running(server, tmp_path) as app:
        await app.tick()

    assert at_first == (1, False)
    assert (len(posted(thread)), thread.archived) == (1, True)
    assert len(channel.messages) == 2


@pytest.mark.parametrize("lost", [("POST", SEND), ("PATCH", "/channels/{}")], ids=["recap", "archive"])
async def test_a_step_of_the_close_whose_answer_was_lost_is_not_taken_twice(
    server: LoopbackDiscord, guild: Guild, channel: Channel, tmp_path: Path, lost: tuple[str, str]
) -> None:
    method, path = lost
    async with running(server, tmp_path) as app:
        thread = await yesterdays(app, server, guild, channel)
        fault = server.faults.lose(method, path.format(thread.id))
        await app.tick()
        struck = fault.struck

        server.clock.advance(10 * MINUTE)
        await app.tick()

    assert struck == 1
    assert (len(posted(thread)), thread.archived) == (1, True)
    assert len(channel.messages) == 2
