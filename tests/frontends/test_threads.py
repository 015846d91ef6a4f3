"""Threads that cannot be opened, that fall asleep and that a moderator locks; and what is never changed again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.rounds import Round, State
from bot.practice import streaks
from bot.storage import communities, rounds
from loopback.payload import walk
from process.beforehand import fall_due
from study import DAY, HOUR

if TYPE_CHECKING:
    from bot.app import App
    from bot.frontends.discord.client import PracticeClient
    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.people import Member
    from loopback.server import LoopbackDiscord

SAID = "what I would say in the interview"
THREADS = r"/channels/\d+/messages/\d+/threads"
TOO_MANY_THREADS = 160006
MINUTE = timedelta(minutes=1)


def questions(channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if "Round" in message.text]


def recaps(thread: Thread) -> list[Message]:
    return [message for message in thread.messages.values() if "is closed" in message.text]


def button(message: Message, press: str) -> str:
    ids = (str(each.get("custom_id", "")) for top in message.components for each in walk(top))
    return next(custom_id for custom_id in ids if custom_id.startswith(f"pb:{press}:"))


async def latest(app: App, guild: Guild) -> Round:
    this = await app.practice.store.read(rounds.latest_round(str(guild.id)))
    assert this is not None
    return this


async def obstacle(app: App, guild: Guild) -> str | None:
    """What keeps the bot from posting as it should, as far as it knows."""
    community = await app.practice.store.read(communities.community(str(guild.id)))
    assert community is not None
    return community.blocked


async def in_a_row(app: App, member: Member) -> int:
    return (await streaks.streak_report(app.practice, str(member.guild.id), str(member.id))).streak.current


async def answer(server: LoopbackDiscord, member: Member, thread: Thread) -> Message:
    reply = server.member_says(member, thread, SAID)
    await server.until(lambda: reply.reactions)
    return reply


async def answer_by_form(server: LoopbackDiscord, member: Member, question: Message) -> Message:
    form = server.press(member, question, button(question, "answer"))
    await form.form()
    return await server.submit(form, {"text": SAID}).shown()


async def test_where_no_more_threads_fit_the_round_is_answered_by_form_and_the_next_one_has_a_thread_again(
    app: App, client: PracticeClient, server: LoopbackDiscord, channel: Channel, ada: Member
) -> None:
    guild = ada.guild
    refused = server.faults.fail("POST", THREADS, status=400, code=TOO_MANY_THREADS)
    await fall_due(app.practice.store, channel, now=server.clock())

    await app.tick()
    first, blocked = await latest(app, guild), await obstacle(app, guild)
    told = await answer_by_form(server, ada, questions(channel)[0])
    server.clock.advance(DAY)
    await app.tick()

    assert refused.struck == 1
    assert (first.number, first.state, first.thread_id) == (1, State.OPEN, None)
    assert "too many active threads" in (blocked or "")
    assert "Your streak: **1 round**" in told.text
    assert (await latest(app, guild)).thread_id == str(guild.threads[0].id)
    assert await obstacle(app, guild) is None
    assert len(questions(channel)) == 2
    assert await in_a_row(app, ada) == 1


async def test_a_thread_that_fell_asleep_is_woken_by_its_recap_and_put_away_again(
    app: App, server: LoopbackDiscord, thread: Thread, ada: Member
) -> None:
    await answer(server, ada, thread)
    server.archive(thread)

    server.clock.advance(DAY)
    await app.tick()

    assert "1 member answered" in recaps(thread)[0].text
    assert (len(recaps(thread)), thread.archived) == (1, True)
    assert len(questions(thread.parent)) == 2


@pytest.mark.parametrize("archived", [False, True])
async def test_a_thread_that_a_moderator_locked_costs_nobody_their_streak_and_does_not_hold_up_the_next_round(
    app: App, server: LoopbackDiscord, guild: Guild, thread: Thread, ada: Member, *, archived: bool
) -> None:
    await answer(server, ada, thread)
    server.clock.advance(DAY)
    await app.tick()
    second = await latest(app, guild)

    server.world.change_thread(guild.threads[-1], archived=archived, locked=True)
    server.clock.advance(DAY)
    await app.tick()
    await answer(server, ada, guild.threads[-1])

    assert ((await latest(app, guild)).number, second.number) == (3, 2)
    assert len(questions(thread.parent)) == 3
    assert await in_a_row(app, ada) == 2


async def test_nothing_that_was_sent_more_than_an_hour_ago_is_changed_until_long_after_its_round(
    app: App, client: PracticeClient, server: LoopbackDiscord, guild: Guild, thread: Thread
) -> None:
    question, told = questions(thread.parent)[0], []

    for n in range(9):
        server.clock.advance(6 * HOUR)
        await app.tick()
        member = guild.add_member(f"Member {n}")
        reply = await answer(server, member, guild.threads[-1])
        server.member_edits(reply, f"{SAID}, on second thoughts")
        told += [await server.press(member, question, button(question, each)).shown() for each in ("hint", "reveal")]
        told.append(await answer_by_form(server, member, questions(thread.parent)[-1]))
        await client.catch_up(whole=True)

    assert server.counts.late_edits == 0
    assert len(questions(thread.parent)) == 3
    assert len(recaps(thread)) == 1
    assert any("A strong answer says" in message.text for message in told)
