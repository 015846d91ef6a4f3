"""The disk fills up under a running bot: it does nothing that it could not record, says so, and goes on once it can.

A process whose files may not grow is refused by its kernel with another error than that of a full disk. The error of a
full disk comes from the real store of a bot in this process, whose database is given no further page.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from bot.app import App, open_app
from bot.settings import Settings
from bot.storage.errors import StorageError, StorageFull
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement
from loopback.payload import walk
from loopback.permissions import Permission
from loopback.server import LoopbackDiscord
from loopback.watcher import online
from process.beforehand import fall_due, open_round
from study import cache

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.storage.statement import Transaction
    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.interaction import Interaction
    from loopback.message import Message
    from loopback.people import Member
    from process.host import Child, Host

ROOMY = 1_000_000
COMMUNITIES = 60
SEND = r"/channels/\d+/messages"
A_LEASE, READ_AGAIN = timedelta(minutes=3), timedelta(minutes=11)
# Larger than any page, so that there is room for it in none that the database has already.
LONG = "梯度沿着计算图向后流动" * 180


def questions(channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if "Round" in message.text]


def answer_button(question: Message) -> str:
    ids = (str(each.get("custom_id", "")) for top in question.components for each in walk(top))
    return next(custom_id for custom_id in ids if custom_id.startswith("pb:answer:"))


async def fill_in(server: LoopbackDiscord, member: Member, question: Message, text: str) -> Interaction:
    """Let a member answer a question in its form."""
    opened = server.press(member, question, answer_button(question))
    await opened.form()
    return server.submit(opened, {"text": text})


@contextmanager
def files_may_not_grow(bot: Child) -> Iterator[None]:
    """Refuse a process every write to a file, until the block ends."""
    soft, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits the files of a running process")
async def test_a_process_that_can_write_no_more_does_nothing_and_goes_on_once_it_can(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, ada: Member
) -> None:
    bob = guild.add_member("Bob")
    lab = server.add_guild("Lab")
    bench, admin = lab.add_text_channel("daily"), lab.add_member("Grace", permissions=Permission.MANAGE_GUILD)
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    async with host.running() as bot:
        await host.until(lambda: host.rows("SELECT state FROM round") == [("open",)])
        (question,), (thread,) = questions(channel), guild.threads
        later = f"{server.clock() + timedelta(hours=2):%H:%M}"
        await server.slash(admin, bench, "setup", channel=bench, time=later, timezone="UTC").shown()
        with files_may_not_grow(bot):
            reply = server.member_says(ada, thread, "what cannot be written down yet")
            refused = await (await fill_in(server, bob, question, LONG)).shown()
            asked = await server.slash(admin, bench, "daily post-now").shown()
            done = reply.reactions, bench.messages, host.rows("SELECT id FROM answer")
            before = [len(each) for each in done]

        server.drop_gateway()
        await server.until(lambda: reply.reactions)
        taken = await (await fill_in(server, bob, question, LONG)).shown()
        opened = await server.slash(admin, bench, "daily post-now").shown()

        assert "Something went wrong on my side" in refused.text
        assert "Something went wrong on my side" in asked.text
        assert before == [0, 0, 0]
        assert "Counted" in taken.text
        assert "Round 1 is open" in opened.text
        assert host.rows("SELECT member_id FROM answer ORDER BY created_at") == [(str(ada.id),), (str(bob.id),)]
        assert [len(questions(each)) for each in (channel, bench)] == [1, 1]
        assert (await bot.stop()).code == 0


class Tenant:
    """A bot in this process, connected, on a disk whose size the test decides."""

    def __init__(self, app: App, server: LoopbackDiscord) -> None:
        self.app = app
        self.server = server

    async def fill_up(self) -> None:
        """Let the database grow no further, and use up the pages that it has to spare."""
        await self.pragma("max_page_count = 1")
        with contextlib.suppress(StorageFull):
            for number in range(ROOMY):
                await self.app.practice.store.write(ballast(number))

    async def make_room(self) -> None:
        await self.pragma(f"max_page_count = {ROOMY}")

    async def pragma(self, setting: str) -> None:
        """Set the connection that writes."""
        assert isinstance(self.app.practice.store, SQLite)
        connection = self.app.practice.store._writer._connection
        assert connection is not None
        await connection.execute_fetchall(f"PRAGMA {setting}")

    async def tick(self) -> None:
        """Ring once, as the ticker does: what fails is tried again at the next ring."""
        with contextlib.suppress(StorageError):
            await self.app.tick()


@pytest.fixture
async def tenant(tmp_path: Path) -> AsyncIterator[Tenant]:
    async with LoopbackDiscord() as server:
        with server.pointed_at():
            settings = Settings(database=tmp_path / "practice.db", cache=cache(), backups=False, requests_a_second=0)
            async with open_app(settings, clock=server.clock, random=Random(7)) as app:
                yield Tenant(app, server)


def ballast(number: int) -> Transaction[None]:
    yield Statement(
        "INSERT INTO report (id, community_id, member_id, question_id, text, at) VALUES (?1, 'none', 'none', 1, ?2, 0)",
        (f"ballast {number}", LONG),
    )


async def claims(tenant: Tenant) -> set[str]:
    """Return the channels for which a round is recorded, whatever has become of it."""

    def transaction() -> Transaction[set[str]]:
        return {str(channel_id) for (channel_id,) in (yield Statement("SELECT channel_id FROM round"))}

    return await tenant.app.practice.store.read(transaction())


@asynccontextmanager
async def connected(tenant: Tenant) -> AsyncIterator[None]:
    client = tenant.app.discord()
    async with online(client, tenant.server.token):
        await client.wait_until_ready()
        yield


async def test_a_member_whose_form_finds_no_room_is_told_so_and_the_form_is_taken_once_there_is_some(
    tenant: Tenant,
) -> None:
    server = tenant.server
    guild = server.add_guild()
    channel, ada = guild.add_text_channel("daily"), guild.add_member("Ada")
    await fall_due(tenant.app.practice.store, channel, now=server.clock())
    async with connected(tenant):
        await tenant.tick()
        (question,) = questions(channel)
        await tenant.fill_up()

        refused = await (await fill_in(server, ada, question, LONG)).shown()
        streak = await server.slash(ada, channel, "streak").shown()
        await tenant.make_room()
        taken = await (await fill_in(server, ada, question, LONG)).shown()
        after = await server.slash(ada, channel, "streak").shown()

    assert "My disk is full, so what you did just now is not recorded. Keep your text" in refused.text
    assert refused.ephemeral
    assert "0 rounds in a row" in streak.text
    assert "Counted" in taken.text
    assert "1 round in a row" in after.text


async def test_a_reply_that_found_no_room_is_not_marked_and_is_read_again_by_itself_once_there_is_some(
    tenant: Tenant,
) -> None:
    server = tenant.server
    guild = server.add_guild()
    channel, ada, bob = guild.add_text_channel("daily"), guild.add_member("Ada"), guild.add_member("Bob")
    thread: Thread = await open_round(tenant.app.practice.store, server, channel)
    async with connected(tenant):
        await tenant.fill_up()
        replies = [server.member_says(member, thread, LONG) for member in (ada, bob)]
        # What a command shows is shown after the replies before it were taken, or could not be.
        streaks = [(await server.slash(member, channel, "streak").shown()).text for member in (ada, bob)]
        marked = [bool(reply.reactions) for reply in replies]

        await tenant.make_room()
        server.clock.advance(READ_AGAIN)
        await tenant.tick()
        await server.until(lambda: all(reply.reactions for reply in replies))

    assert all("0 rounds in a row" in streak for streak in streaks)
    assert marked == [False, False]


async def test_of_many_questions_due_on_a_full_disk_none_is_posted_that_was_not_claimed_and_each_comes_once_in_the_end(
    tenant: Tenant,
) -> None:
    server = tenant.server
    channels = [server.add_guild(f"Guild {n}").add_text_channel("daily") for n in range(COMMUNITIES)]
    for channel in channels:
        await fall_due(tenant.app.practice.store, channel, now=server.clock())
    async with connected(tenant):
        await tenant.fill_up()
        for _ in range(3):
            await tenant.tick()
            server.clock.advance(A_LEASE)
        claimed = await claims(tenant)
        posted = {str(channel.id) for channel in channels if channel.messages}

        await tenant.make_room()
        for _ in range(3):
            server.clock.advance(A_LEASE)
            await tenant.tick()
        in_the_end = await claims(tenant)

    assert posted <= claimed < in_the_end
    assert in_the_end == {str(channel.id) for channel in channels}
    assert {len(questions(channel)) for channel in channels} == {1}
    assert {len(channel.guild.threads) for channel in channels if channel.guild} == {1}


async def test_a_question_that_was_posted_when_nothing_could_be_recorded_any_more_is_found_and_not_sent_twice(
    tenant: Tenant,
) -> None:
    server = tenant.server
    server.world.nonce_ttl = timedelta(0)
    guild = server.add_guild()
    channel = guild.add_text_channel("daily")
    await fall_due(tenant.app.practice.store, channel, now=server.clock())
    async with connected(tenant):
        sending = server.faults.hang("POST", SEND, after=True)
        ringing = asyncio.create_task(tenant.tick())
        await sending.hit()
        await tenant.pragma("query_only = ON")
        sending.release()
        await ringing
        before = len(questions(channel)), len(guild.threads), await claims(tenant)

        await tenant.pragma("query_only = OFF")
        server.clock.advance(A_LEASE)
        await tenant.tick()

    assert before == (1, 0, {str(channel.id)})
    assert len(questions(channel)) == len(guild.threads) == 1
