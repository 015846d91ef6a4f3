"""Broken connections, lost answers and missing permissions: the real client against a Discord that has bad days."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.rounds import Round, State
from bot.practice.publisher import PublishError
from bot.storage import answers, rounds
from loopback.permissions import Permission
from process.beforehand import fall_due

if TYPE_CHECKING:
    from bot.app import App
    from bot.domain.answers import Answer
    from bot.frontends.discord.client import PracticeClient
    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.people import Member
    from loopback.server import LoopbackDiscord

SEND = r"/channels/\d+/messages"
THREADS = r"/channels/\d+/messages/\d+/threads"
MARKS = "PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me"
FIRST_RETRY = timedelta(seconds=15)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def round_of(app: App, guild: Guild) -> Round | None:
    return await app.practice.store.read(rounds.latest_round(str(guild.id)))


async def standing(app: App, guild: Guild) -> list[Answer]:
    this = await round_of(app, guild)
    assert this is not None
    return await app.practice.store.read(answers.answers_in_round(this.id))


def questions(channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if "Round" in message.text]


async def test_a_question_whose_answer_was_lost_is_posted_once(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, channel: Channel
) -> None:
    server.faults.lose("POST", SEND)
    await fall_due(app.practice.store, channel, now=server.clock())

    await app.tick()
    server.clock.advance(FIRST_RETRY)
    await app.tick()

    this = await round_of(app, guild)
    assert this is not None
    assert (this.state, this.message_id) == (State.OPEN, str(questions(channel)[0].id))
    assert len(channel.messages) == len(guild.threads) == 1


async def test_a_thread_whose_answer_was_lost_is_opened_once(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, channel: Channel
) -> None:
    server.faults.lose("POST", THREADS)
    await fall_due(app.practice.store, channel, now=server.clock())

    await app.tick()
    server.clock.advance(FIRST_RETRY)
    await app.tick()

    this = await round_of(app, guild)
    assert this is not None
    assert (this.state, this.thread_id) == (State.OPEN, str(guild.threads[0].id))
    assert len(channel.messages) == len(guild.threads) == 1


async def test_replies_in_a_thread_that_was_not_recorded_yet_are_counted_as_soon_as_it_is(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, channel: Channel
) -> None:
    ada = guild.add_member("Ada")
    server.faults.lose("POST", THREADS)
    await fall_due(app.practice.store, channel, now=server.clock())
    await app.tick()
    early = server.member_says(ada, guild.threads[0], "quicker than the bot")

    server.clock.advance(FIRST_RETRY)
    await app.tick()

    assert [answer.id for answer in await standing(app, guild)] == [str(early.id)]
    assert early.reactions


async def test_a_question_that_a_moderator_deleted_at_once_is_not_posted_again(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, channel: Channel
) -> None:
    server.faults.lose("POST", SEND)
    await fall_due(app.practice.store, channel, now=server.clock())
    await app.tick()
    server.member_deletes(questions(channel)[0])

    server.clock.advance(FIRST_RETRY)
    await app.tick()

    assert not channel.messages
    assert await round_of(app, guild) is None
    assert await app.practice.store.read(rounds.unfinished_round(str(guild.id))) is None


async def test_a_limit_too_long_to_wait_for_puts_the_question_off(
    app: App, client: PracticeClient, server: LoopbackDiscord, channel: Channel
) -> None:
    server.faults.limit("POST", SEND, retry_after=280)
    await fall_due(app.practice.store, channel, now=server.clock())

    async with asyncio.timeout(5):
        await app.tick()
    at_first = len(questions(channel))
    server.clock.advance(FIRST_RETRY)
    await app.tick()

    assert (at_first, len(questions(channel))) == (0, 1)


async def test_ticks_that_overlap_try_a_failing_community_once(
    app: App, client: PracticeClient, server: LoopbackDiscord, channel: Channel
) -> None:
    server.faults.limit("POST", SEND, retry_after=280)
    await fall_due(app.practice.store, channel, now=server.clock())

    await asyncio.gather(app.tick(), app.tick())

    assert not questions(channel)


async def test_replies_during_a_short_drop_are_counted_and_marked_once(
    app: App, server: LoopbackDiscord, guild: Guild, thread: Thread, ada: Member
) -> None:
    members = [ada, *(guild.add_member(f"Member {n}") for n in range(3))]
    server.drop_gateway()
    missed = [server.member_says(member, thread, "written in the meantime") for member in members[:3]]

    await server.until(lambda: all(reply.reactions for reply in missed))
    last = server.member_says(members[3], thread, "heard at the very moment")
    await server.until(lambda: last.reactions)

    assert [answer.id for answer in await standing(app, guild)] == [str(reply.id) for reply in (*missed, last)]
    assert server.counts.requests[MARKS] == 4
    assert (server.counts.identifies, server.counts.resumes) == (1, 1)


async def test_replies_written_while_a_session_was_lost_are_read_back(
    app: App, server: LoopbackDiscord, guild: Guild, thread: Thread
) -> None:
    members = [guild.add_member(f"Member {n}") for n in range(3)]
    server.drop_gateway(forget=True)
    missed = [server.member_says(member, thread, f"what I would say, {member.user.name}") for member in members]

    await server.until(lambda: all(reply.reactions for reply in missed))

    assert [answer.text for answer in await standing(app, guild)] == [reply.content for reply in missed]
    assert server.counts.requests[MARKS] == 3
    assert server.counts.identifies == 2


async def test_edits_and_deletions_made_meanwhile_hold_for_the_open_round(
    app: App, server: LoopbackDiscord, guild: Guild, thread: Thread, ada: Member
) -> None:
    bob = guild.add_member("Bob")
    kept = server.member_says(ada, thread, "what I thought at first")
    dropped = server.member_says(bob, thread, "what I came to regret")
    await server.until(lambda: kept.reactions and dropped.reactions)

    server.drop_gateway(forget=True)
    server.member_edits(kept, "what I think after all")
    server.member_deletes(dropped)
    last = server.member_says(guild.add_member("Carol"), thread, "what I say meanwhile")
    await server.until(lambda: last.reactions)

    assert [answer.text for answer in await standing(app, guild)] == ["what I think after all", "what I say meanwhile"]
    streak = await server.slash(bob, thread.parent, "streak").shown()
    assert "0 rounds in a row" in streak.text


async def test_without_read_message_history_nothing_is_removed_and_nothing_passed_over(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, thread: Thread
) -> None:
    known = server.member_says(guild.add_member("Ada"), thread, "known for a long time")
    await server.until(lambda: known.reactions)
    guild.permit(thread.parent, guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    before = await round_of(app, guild)

    server.drop_gateway(forget=True)
    await client.wait_for("ready")
    await client.catch_up(whole=True)
    blind = await round_of(app, guild), [answer.text for answer in await standing(app, guild)]
    guild.permit(thread.parent, guild.me)
    server.drop_gateway(forget=True)
    unread = server.member_says(guild.add_member("Bob"), thread, "unread for a long time")
    await server.until(lambda: unread.reactions)

    assert blind == (before, [known.content])
    assert [answer.text for answer in await standing(app, guild)] == [known.content, unread.content]


async def test_a_permission_lost_between_two_pages_removes_nothing(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, thread: Thread
) -> None:
    members = [guild.add_member(f"Member {n}") for n in range(10)]
    server.drop_gateway(forget=True)
    for n in range(150):
        server.member_says(members[n % 10], thread, f"what I thought of, {n}")
    await server.until(lambda: any("150 answers" in message.text for message in thread.messages.values()))
    first = server.faults.hang("GET", SEND)
    scanning = asyncio.create_task(client.catch_up(whole=True))
    await first.hit()
    second = server.faults.hang("GET", SEND)
    first.release()
    await second.hit()

    guild.permit(thread.parent, guild.me, deny=Permission.READ_MESSAGE_HISTORY)
    second.release()
    await scanning

    assert len(await standing(app, guild)) == 150


async def test_a_reply_wakes_an_archived_thread_and_counts(
    app: App, server: LoopbackDiscord, guild: Guild, thread: Thread, ada: Member
) -> None:
    server.archive(thread)

    reply = server.member_says(ada, thread, "after days of silence")
    await server.until(lambda: reply.reactions)

    assert [answer.id for answer in await standing(app, guild)] == [str(reply.id)]


async def test_a_thread_that_was_archived_meanwhile_is_still_read_back(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, thread: Thread
) -> None:
    server.drop_gateway(forget=True)
    missed = server.member_says(guild.add_member("Ada"), thread, "the last word on this matter")
    server.archive(thread)

    await client.wait_for("ready")
    await client.catch_up(whole=True)

    assert [answer.id for answer in await standing(app, guild)] == [str(missed.id)]


async def test_a_deleted_thread_does_not_hold_up_the_next_round(
    app: App, server: LoopbackDiscord, guild: Guild, channel: Channel, thread: Thread
) -> None:
    server.delete_channel(thread)

    server.clock.advance(DAY)
    await app.tick()

    this = await round_of(app, guild)
    assert this is not None
    assert (this.number, this.state) == (2, State.OPEN)
    assert len(questions(channel)) == 2


async def test_what_is_sent_after_the_end_fails_like_any_lost_connection(
    app: App, client: PracticeClient, guild: Guild, thread: Thread
) -> None:
    this = await round_of(app, guild)
    assert this is not None

    await client.close()

    with pytest.raises(PublishError, match="the connection was closed"):
        await client.publisher.tell_backfilled(this, 1)


async def test_a_double_click_posts_one_round(
    client: PracticeClient, server: LoopbackDiscord, guild: Guild, channel: Channel, admin: Member
) -> None:
    await server.slash(admin, channel, "setup", channel=channel, time="18:00", timezone="UTC").shown()

    clicks = [server.slash(admin, channel, "daily post-now") for _ in range(2)]
    said = [(await click.shown()).text for click in clicks]
    again = await server.slash(admin, channel, "daily post-now").shown()

    assert all("Round 1 is open" in text for text in (*said, again.text))
    assert len(questions(channel)) == len(guild.threads) == 1


async def test_a_round_asked_for_after_another_is_a_round_of_its_own(
    client: PracticeClient, server: LoopbackDiscord, channel: Channel, admin: Member
) -> None:
    await server.slash(admin, channel, "setup", channel=channel, time="18:00", timezone="UTC").shown()
    await server.slash(admin, channel, "daily post-now").shown()

    server.clock.advance(MINUTE)
    said = await server.slash(admin, channel, "daily post-now").shown()

    assert "Round 2 is open" in said.text
    assert len(questions(channel)) == 2
