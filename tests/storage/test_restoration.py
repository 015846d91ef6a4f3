"""Backups made by themselves, and the ways back to one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.storage import communities
from bot.storage.errors import DamagedStorageError, StorageError
from bot.storage.restoration import fault_of, forget_recovery, newest_whole_backup, recover_since, restore
from bot.storage.rotation import back_up_and_rotate, back_up_if_due, backup_path, backups_of
from bot.storage.sqlite import SQLite
from storage.steps import set_up

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A closed database in which the club is set up, with a backup; the lab came after it."""
    path = tmp_path / "practice.db"
    store = await SQLite.open(path, now=NOW)
    await set_up(store, "club", NOW)
    back_up_and_rotate(path, NOW)
    await set_up(store, "lab", NOW)
    await store.close()
    return path


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : 4096 + 20_000] = b"\xff" * 20_000
    path.write_bytes(content)


def contents(path: Path) -> bytes:
    return path.read_bytes()


async def names(path: Path, *, heal: bool = False) -> list[str]:
    store = await SQLite.open(path, now=NOW, heal=heal)
    try:
        return [community.id for community in await store.read(communities.active_communities())]
    finally:
        await store.close()


async def test_a_damaged_database_gives_way_to_its_newest_whole_backup(path: Path) -> None:
    damage(path)

    found = await names(path, heal=True)

    assert found == ["club"]
    assert recover_since(path) is not None
    assert [file.name for file in path.parent.glob("*.replaced-*")] == ["practice.db.replaced-20260101T090000Z"]


async def test_a_backup_that_is_damaged_too_is_passed_over(path: Path) -> None:
    back_up_and_rotate(path, NOW + DAY)
    damage(backup_path(path, NOW + DAY))
    damage(path)

    assert fault_of(backup_path(path, NOW + DAY)) is not None
    assert await names(path, heal=True) == ["club"]


async def test_without_a_whole_backup_a_damaged_database_is_refused_and_left_as_it_is(path: Path) -> None:
    for backup in backups_of(path).values():
        damage(backup)
    damage(path)
    content = contents(path)

    with pytest.raises(DamagedStorageError, match="is damaged"):
        await names(path, heal=True)

    assert contents(path) == content
    assert recover_since(path) is None


async def test_a_database_is_not_replaced_by_itself_where_that_is_not_wanted(path: Path) -> None:
    damage(path)

    with pytest.raises(DamagedStorageError, match="To go back to it"):
        await names(path)

    assert newest_whole_backup(path) == backup_path(path, NOW)


async def test_a_restored_backup_leaves_what_was_there_beside_it_to_go_back_to(path: Path) -> None:
    restored = restore(path, backup_path(path, NOW), now=NOW)
    after = await names(path)
    assert restored.aside is not None

    restore(path, restored.aside, now=NOW + HOUR)

    assert after == ["club"]
    assert await names(path) == ["club", "lab"]


async def test_no_log_of_the_old_database_is_replayed_into_a_restored_one(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(f"practice.db{suffix}").write_bytes(b"of the old one")

    restored = restore(path, backup_path(path, NOW), now=NOW)

    assert restored.aside is not None
    assert restored.aside.with_name(f"{restored.aside.name}-wal").read_bytes() == b"of the old one"
    assert await names(path) == ["club"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [(None, "there is no such file"), (b"no database at all", "file is not a database"), (b"", "not a database of")],
)
def test_what_is_no_whole_backup_is_refused_and_nothing_is_changed(
    path: Path, content: bytes | None, fault: str
) -> None:
    other, before = path.with_name("other.db"), path.read_bytes()
    if content is not None:
        other.write_bytes(content)

    with pytest.raises(StorageError, match=f"cannot be restored: .*{fault}"):
        restore(path, other, now=NOW)

    assert path.read_bytes() == before
    assert recover_since(path) is None


def test_the_database_is_no_backup_of_itself(path: Path) -> None:
    with pytest.raises(StorageError, match="is the database itself"):
        restore(path, path, now=NOW)


def test_of_two_restorations_in_a_row_the_earlier_moment_is_where_reading_back_begins(path: Path) -> None:
    back_up_and_rotate(path, NOW + DAY)
    restore(path, backup_path(path, NOW), now=NOW)
    first = recover_since(path)

    restore(path, backup_path(path, NOW + DAY), now=NOW + DAY)
    again = recover_since(path)
    forget_recovery(path)

    assert first == again
    assert recover_since(path) is None


def test_backups_are_made_each_hour_and_the_old_ones_thinned_out(path: Path) -> None:
    mine = path.parent / "backups" / "practice-before-the-move.db"
    mine.write_bytes(b"mine")

    made = [back_up_if_due(path, NOW + number * HOUR / 2) for number in range(1, 24 * 2 * 10)]

    assert sum(backup is not None for backup in made) == 24 * 10 - 1
    assert len(backups_of(path)) == 7 + 1
    assert max(backups_of(path)) == NOW + 24 * 10 * HOUR - HOUR
    assert mine.read_bytes() == b"mine"
