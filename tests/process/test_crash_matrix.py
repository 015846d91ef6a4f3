"""The bot or one of its commands dies at each further step that leaves something half done, and the next start ends it.

`test_crash` kills the bot around its questions and replies. Where a process must die at a very place in its own work,
its kernel does it: at a rename that an audit hook counts, or at the byte that a limit on its files does not allow.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain.standings import week_of
from bot.storage import communities, digests
from bot.storage.migrations import migrate, migrations
from bot.storage.preparation import APPLICATION_ID
from bot.storage.restoration import fault_of, newest_whole_backup, recover_since
from bot.storage.rotation import back_up_and_rotate, backup_path, backups_of
from bot.storage.sqlite import SQLite
from process.beforehand import open_round

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage.digests import Pending
    from bot.storage.statement import Transaction
    from bot.storage.store import Store
    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.server import LoopbackDiscord
    from process.host import Host

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no limit on files")

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORGOTTEN = timedelta(0)
# A digest waits for the next ring of the ticker.
RING_SECONDS = 20.0
SEND = r"/channels/{place}/messages"
CHANGE = r"/channels/{place}"
OLD, PAGE = 4, 4096

# The kernel ends a process that writes past the limit on its files, as long as it does not ask to be spared.
DYING = """
import asyncio, os, resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.__main__ import main
from bot.storage.sqlite import SQLite

signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

def write_at_most(count):
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, count))

def at_rename(number, what):
    seen = iter(range(1, number + 1))
    sys.addaudithook(lambda event, _: what() if event == "os.rename" and next(seen, None) == number else None)

def die():
    os.kill(os.getpid(), signal.SIGKILL)
"""
RUNNING = "main(sys.argv[1:])"
OPENING = "asyncio.run(SQLite.open(Path(sys.argv[1]), now=datetime(2026, 1, 1, 9, tzinfo=UTC)))"


def ended_by(host: Host, death: str, program: str, *words: str) -> int:
    """Run a program that is to die of something, and return the number of the signal that ended it."""
    command = [sys.executable, "-c", f"{DYING}\n{death}\n{program}", *words]
    # Python's own files must not be what it dies of.
    environ = {"PATH": "", "PYTHONDONTWRITEBYTECODE": "1", "PRACTICE_BOT_DATABASE": str(host.database)}
    return -subprocess.run(command, cwd=host.folder, env=environ, timeout=30, check=False).returncode


def recaps(thread: Channel) -> list[Message]:
    return [message for message in thread.messages.values() if "is closed" in message.text]


def told_weeks(channel: Channel) -> list[Message]:
    return [message for message in channel.messages.values() if "This week's board" in message.text]


def is_recapped(host: Host) -> bool:
    return host.rows("SELECT 1 FROM round WHERE state = 'closed' AND recap_id <> ''") != []


def watermarks(host: Host) -> list[str | None]:
    return [scanned_to for (scanned_to,) in host.rows("SELECT scanned_to FROM round")]


async def test_a_recap_whose_answer_was_lost_just_before_the_end_is_sent_once(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    async with host.store() as store:
        yesterday = await open_round(store, server, channel, due_again=True)
    lost = server.faults.lose("POST", SEND.format(place=yesterday.id))
    async with host.running() as bot:
        await lost.hit(within=10)
        await bot.kill()

    async with host.running():
        await host.until(lambda: is_recapped(host))

        assert len(recaps(yesterday)) == 1
        assert yesterday.archived


async def test_between_its_recap_and_its_archiving_a_round_keeps_its_one_recap_and_is_archived_in_the_end(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    server.world.nonce_ttl = FORGOTTEN
    async with host.store() as store:
        yesterday = await open_round(store, server, channel, due_again=True)
    archiving = server.faults.hang("PATCH", CHANGE.format(place=yesterday.id))
    async with host.running() as bot:
        await archiving.hit(within=10)
        await bot.kill()
    before = len(recaps(yesterday)), is_recapped(host)
    server.faults.clear()
    yesterday.archived = False  # what still hung in the dead process's name has no effect on the world

    async with host.running():
        await host.until(lambda: is_recapped(host))

        assert before == (1, False)
        assert len(recaps(yesterday)) == 1
        assert yesterday.archived


async def test_between_two_pages_of_history_nothing_is_passed_over_and_nothing_lost(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel
) -> None:
    async with host.store() as store:
        thread = await open_round(store, server, channel)
    members = [guild.add_member(f"Member {n}") for n in range(10)]
    replies = [server.member_says(members[n % 10], thread, f"what I thought of, {n}") for n in range(250)]
    reading = SEND.format(place=thread.id)
    first = server.faults.hang("GET", reading)
    async with host.running() as bot:
        await first.hit(within=10)
        second = server.faults.hang("GET", reading)
        first.release()
        await second.hit(within=10)
        live = server.member_says(guild.add_member("Ada"), thread, "heard while the rest was still read")
        await server.until(lambda: live.reactions)
        await bot.kill()
    recorded, before = {answer_id for (answer_id,) in host.rows("SELECT id FROM answer")}, watermarks(host)
    server.faults.clear()

    async with host.running():
        await host.until(lambda: watermarks(host) != [None])

        stored = host.rows("SELECT id, text FROM answer WHERE counts = 1 ORDER BY length(id), id")
        assert {str(replies[0].id), str(live.id)} < recorded
        assert str(replies[-1].id) not in recorded
        assert before == [None]
        assert stored == [(str(reply.id), reply.content) for reply in (*replies, live)]
        assert watermarks(host) == [str(live.id)]


async def test_a_digest_that_was_sent_but_not_recorded_is_not_sent_again(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    server.world.nonce_ttl = FORGOTTEN
    async with host.store() as store:
        await open_round(store, server, channel)
        await store.write(claiming_this_week(server.clock()))
    server.faults.hang("POST", SEND.format(place=channel.id), after=True)
    async with host.running() as bot:
        await server.until(lambda: told_weeks(channel), within=RING_SECONDS)
        await bot.kill()
    server.faults.clear()
    async with host.store() as store:
        await end_the_lease(store, server.clock())

    async with host.running():
        posted = "SELECT 1 FROM digest WHERE message_id IS NOT NULL"
        await host.until(lambda: host.rows(posted) != [], within=RING_SECONDS)

        (told,) = told_weeks(channel)
        assert host.rows("SELECT message_id, attempts FROM digest") == [(str(told.id), 2)]


def claiming_this_week(now: datetime) -> Transaction[None]:
    """Claim, for the one community there is, the digest of the week that is not over yet: it has a round in it."""
    (community,) = yield from communities.active_communities()
    yield from digests.claim_digest(community, week_of(now.date()), now)


async def end_the_lease(store: Store, now: datetime) -> None:
    """Let the minutes pass in which the digest would be left to the process that had begun it."""
    waiting = await store.read(digests.pending_digests(now + HOUR, 1))

    def put_off(pending: Pending) -> Transaction[None]:
        yield from digests.put_off(pending, now)

    await store.write(put_off(waiting[0]))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of schema 4, large enough for the step to schema 5 to write some hundred pages."""
    path = tmp_path_factory.mktemp("old") / "practice.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, migrations()[:OLD])
        connection.execute("BEGIN")
        connection.execute(
            "INSERT INTO community (id, channel_id, at, zone, weekdays, created_at)"
            " VALUES ('club', '1', '09:00', 'UTC', '0123456', 0)"
        )
        members = [f"{n:018}" for n in range(300)]
        for number in range(1, 31):
            connection.execute(
                "INSERT INTO round (id, community_id, day, number, question_id, state, channel_id, due_at, claimed_at,"
                " retry_at, message_id, thread_id, opened_at, recap_id)"
                " VALUES (?1, 'club', ?2, ?1, ?1, 'closed', '1', 0, 0, 0, 'm' || ?1, 't' || ?1, 0, 'r')",
                (number, date(2025, 12, number).isoformat()),
            )
            connection.executemany(
                "INSERT INTO answer (id, round_id, community_id, member_id, source, text, counts, created_at)"
                " VALUES (?, ?, 'club', ?, 'form', 'mine', 1, 0)",
                [(f"{member}{number}", number, member) for member in members],
            )
        connection.executemany(
            "INSERT INTO standing (community_id, member_id, current, longest, freezes) VALUES ('club', ?, 30, 30, 2)",
            [(member,) for member in members],
        )
        connection.executemany(
            "INSERT INTO tally (community_id, period, member_id, answers) VALUES ('club', ?, ?, 7)",
            [(period, member) for period in ("2025-W49", "2025-W50", "2025-12", "all") for member in members],
        )
        connection.execute("COMMIT")
    return path.parent


def content(database: Path, folder: Path) -> tuple[int, list[str]]:
    """Return the schema and all content of a database with its log, read from a copy of both in a folder."""
    folder.mkdir()
    for suffix in ("", "-wal"):
        part = database.with_name(f"{database.name}{suffix}")
        if part.exists():
            shutil.copy(part, folder / part.name)
    with closing(sqlite3.connect(folder / database.name)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        return version, list(connection.iterdump())


# The log at its first page, and at a later one, cut in two; the copy made beforehand is not limited.
@pytest.mark.parametrize("written", [PAGE, 100 * PAGE + 1000])
async def test_a_migration_that_is_cut_off_leaves_the_old_database_and_is_made_at_the_next_start(
    old: Path, host: Host, tmp_path: Path, written: int
) -> None:
    shutil.copy(old / "practice.db", host.database)
    before = content(host.database, tmp_path / "before")
    undisturbed = tmp_path / "undisturbed.db"
    shutil.copy(old / "practice.db", undisturbed)
    store = await SQLite.open(undisturbed, now=NOW)
    await store.close()

    death = f"at_rename(1, lambda: write_at_most({written}))"
    ended = ended_by(host, death, OPENING, str(host.database))
    cut_off = content(host.database, tmp_path / "cut_off")
    store = await SQLite.open(host.database, now=NOW + HOUR)
    await store.close()

    assert ended == signal.SIGXFSZ
    assert cut_off == before
    assert content(host.database, tmp_path / "after") == content(undisturbed, tmp_path / "wanted")
    backups = list((tmp_path / "backups").glob("practice-before-v5-*.db"))
    assert [fault_of(backup) for backup in backups] == [None]


async def fill(host: Host) -> None:
    """Make a database of some megabytes, all of it in a backup."""
    async with host.store():
        pass
    with closing(sqlite3.connect(host.database)) as connection, connection:
        connection.executemany(
            "INSERT INTO report (id, community_id, member_id, question_id, text, at)"
            " VALUES (?, 'club', 'ada', 1, ?, 0)",
            [(str(n), f"{n} is wrong " * 200) for n in range(2500)],
        )
    back_up_and_rotate(host.database, NOW)


@pytest.mark.parametrize(
    ("death", "number"),
    [
        (f"write_at_most({PAGE - 1})", signal.SIGXFSZ),
        ("write_at_most(3_000_000)", signal.SIGXFSZ),
        ("at_rename(1, die)", signal.SIGKILL),
    ],
    ids=["at its first byte", "halfway", "when it is whole but has no name yet"],
)
async def test_a_backup_that_is_cut_off_is_none_and_leaves_the_one_before_it(
    host: Host, death: str, number: signal.Signals
) -> None:
    await fill(host)
    earlier = backup_path(host.database, NOW)
    whole = earlier.read_bytes()

    ended = ended_by(host, death, RUNNING, "backup")

    assert ended == number
    assert len(whole) > 5_000_000
    assert list(backups_of(host.database).values()) == [earlier]
    assert newest_whole_backup(host.database) == earlier
    assert earlier.read_bytes() == whole
    assert fault_of(host.database) is None


@pytest.mark.parametrize(
    ("death", "number"),
    [("write_at_most(3_000_000)", signal.SIGXFSZ), ("at_rename(1, die)", signal.SIGKILL)],
    ids=["while the backup is copied", "before the old database is put aside"],
)
async def test_a_restoration_that_is_cut_off_before_it_moved_anything_leaves_the_database(
    host: Host, tmp_path: Path, death: str, number: signal.Signals
) -> None:
    await fill(host)
    with closing(sqlite3.connect(host.database)) as connection, connection:
        connection.execute("UPDATE report SET text = 'came after the backup' WHERE id = '1'")
    before = content(host.database, tmp_path / "before")

    ended = ended_by(host, death, RUNNING, "restore")
    async with host.store():
        pass

    assert ended == number
    assert content(host.database, tmp_path / "after") == before
    # It looks for what is not missing, rather than miss what is.
    assert recover_since(host.database) is not None
