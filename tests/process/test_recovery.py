"""The database is lost: its newest backup takes its place, and Discord knows the rest."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from bot.app import utc_now
from bot.storage.rotation import back_up_and_rotate
from process.beforehand import fall_due

if TYPE_CHECKING:
    from pathlib import Path

    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.people import Member
    from loopback.server import LoopbackDiscord
    from process.host import Host


def damage(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 : 4096 + 20_000] = b"\xff" * 20_000
    database.write_bytes(content)


def run(host: Host, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the operator's on the host's database."""
    environ = {"PATH": "", "PRACTICE_BOT_DATABASE": str(host.database), "PRACTICE_BOT_LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, cwd=host.folder, env=environ, capture_output=True, text=True, check=False)


async def live_a_day(server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, ada: Member) -> None:
    """Make a backup of a community that is set up; then let a round open and Ada answer it."""
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
        back_up_and_rotate(host.database, utc_now())
    async with host.running() as bot:
        await host.until(lambda: host.rows("SELECT state FROM round") == [("open",)])
        said = server.member_says(ada, guild.threads[0], "what the backup knows nothing of")
        await server.until(lambda: said.reactions)
        await bot.stop()


async def test_after_the_loss_of_the_database_a_round_and_its_answers_are_read_back_from_discord(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, ada: Member
) -> None:
    await live_a_day(server, host, guild, channel, ada)
    damage(host.database)

    async with host.running() as bot:
        await host.until(lambda: "was read back" in bot.log)
        streak = await server.slash(ada, channel, "streak").shown()
        await bot.stop()

    assert "was damaged and is now" in bot.log
    assert "what the backup did not know was read back: 1 round" in bot.log
    assert "1 round in a row" in streak.text
    assert len([message for message in channel.messages.values() if "Round 1" in message.text]) == 1
    assert len(guild.threads) == 1
    assert host.rows("SELECT member_id, counts FROM answer") == [(str(ada.id), 1)]
    assert host.rows("SELECT state, number, thread_id FROM round") == [("open", 1, str(guild.threads[0].id))]


async def test_an_operator_goes_back_to_a_backup_with_one_command(
    server: LoopbackDiscord, host: Host, guild: Guild, channel: Channel, ada: Member
) -> None:
    await live_a_day(server, host, guild, channel, ada)

    told = run(host, "restore")
    without = host.rows("SELECT count(*) FROM round")
    async with host.running() as bot:
        await host.until(lambda: host.rows("SELECT counts FROM answer") == [(1,)])
        await bot.stop()

    assert told.returncode == 0
    assert "is now the backup" in told.stdout
    assert without == [(0,)]
    assert len(guild.threads) == 1


async def test_a_backup_is_made_beside_a_running_bot_and_none_is_restored_under_it(
    server: LoopbackDiscord, host: Host, channel: Channel
) -> None:
    async with host.store() as store:
        await fall_due(store, channel, now=server.clock())
    async with host.running() as bot:
        await host.until(lambda: host.rows("SELECT state FROM round") == [("open",)])

        made = run(host, "backup", "copy.db")
        refused = run(host, "restore", "copy.db")
        await bot.stop()

    assert (made.returncode, refused.returncode) == (0, 78)
    assert "integrity checked" in made.stdout
    assert (host.folder / "copy.db").is_file()
    assert "is in use by another practice-bot" in refused.stderr


def test_a_backup_of_nothing_and_a_restore_from_nothing_say_what_is_missing(host: Host) -> None:
    backup, restore = run(host, "backup"), run(host, "restore")

    assert (backup.returncode, restore.returncode) == (78, 78)
    assert "There is no database at" in backup.stderr
    assert "There is no whole backup of" in restore.stderr
