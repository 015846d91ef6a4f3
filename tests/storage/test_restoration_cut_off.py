"""A restoration that is killed at any of its steps: the old database whole, or the backup, and never neither."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.storage.rotation import back_up_and_rotate
from bot.storage.sqlite import SQLite

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
ADD = "INSERT INTO report (id, community_id, member_id, question_id, text, at) VALUES (?, 'c', 'a', 1, 'x', 0)"
# Restores the newest backup, and dies as it is about to rename a file for the n-th time.
DYING = """
import os, signal, sys
sys.dont_write_bytecode = True
from bot.__main__ import main
seen = iter(range(1, int(sys.argv[1]) + 1))
def hook(event, _):
    if event == "os.rename" and next(seen, None) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
main(["restore"])
"""
# Leaves a committed row in the log, as a bot that is killed does.
LIVING = f"""
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
with connection:
    connection.execute({ADD!r}, ("in the log",))
os.kill(os.getpid(), signal.SIGKILL)
"""


async def prepared(database: Path) -> None:
    """Make a database with a backup of it."""
    store = await SQLite.open(database, now=NOW)
    await store.close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(ADD, ("in the backup",))
    back_up_and_rotate(database, NOW)


def die_restoring(database: Path, at_rename: int) -> int:
    command = [sys.executable, "-c", DYING, str(at_rename)]
    environ = {"PATH": "", "PRACTICE_BOT_DATABASE": str(database)}
    return subprocess.run(command, cwd=database.parent, env=environ, check=False, capture_output=True).returncode


def die_writing(database: Path) -> None:
    subprocess.run([sys.executable, "-c", LIVING, str(database)], check=False)


def put_aside(folder: Path) -> Path:
    (aside,) = folder.glob("*.replaced-*Z")
    return aside


async def reports_after_a_start(database: Path) -> list[str]:
    store = await SQLite.open(database, now=NOW)
    await store.close()
    with closing(sqlite3.connect(database)) as connection:
        return [identity for (identity,) in connection.execute("SELECT id FROM report ORDER BY id")]


@pytest.mark.parametrize("at_rename", [1, 2, 3])
async def test_a_restoration_cut_off_leaves_the_database_or_its_backup(tmp_path: Path, at_rename: int) -> None:
    database = tmp_path / "practice.db"
    await prepared(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(ADD, ("later",))

    code = die_restoring(database, at_rename)
    found = await reports_after_a_start(database)

    assert code == -signal.SIGKILL
    assert found == (["in the backup", "later"] if at_rename == 1 else ["in the backup"])


@pytest.mark.parametrize("at_rename", [1, 2, 3, 4])
async def test_what_is_in_the_log_of_a_killed_bot_is_never_lost_alone(tmp_path: Path, at_rename: int) -> None:
    database = tmp_path / "practice.db"
    await prepared(database)
    die_writing(database)

    code = die_restoring(database, at_rename)
    found = await reports_after_a_start(database)

    assert code == -signal.SIGKILL
    if at_rename == 1:
        assert found == ["in the backup", "in the log"]
    else:
        assert found == ["in the backup"]
        assert await reports_after_a_start(put_aside(tmp_path)) == ["in the backup", "in the log"]
