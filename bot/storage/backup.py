"""Copies of the database that are either whole and checked, or not there."""

import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from filecmp import cmp
from pathlib import Path

from bot.storage.errors import StorageError, StorageFull, is_disk_full


def back_up(path: Path, target: Path) -> None:
    """Copy the database at `path`, which may be in use all the while, to `target`.

    The copy is one moment of the database in a single file. What was at `target` is replaced only once the copy has
    passed SQLite's integrity check and is on the disk, so that a backup that fails leaves the one before it alone.

    Raises:
        StorageFull: the disk of `target` is full.
        StorageError: the copy could not be made; the text says why.
    """
    try:
        _refuse_to_harm(path, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, target)
    except (OSError, sqlite3.Error) as error:
        if is_disk_full(error):
            raise StorageFull(f"{target.parent}: the disk is full; free some space; no backup was written") from error
        raise StorageError(f"No backup was written to {target}: {error}. Check the folder, then try again.") from error


def back_up_before(path: Path, version: int, now: datetime) -> Path:
    """Copy the database into `backups/` beside it before schema `version` is applied, and name the copy.

    A copy that turns out to be the same as the newest one for that version is dropped in favour of it: a migration
    that fails at every start of a service must not fill the disk.
    """
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    prefix = f"{path.stem}-before-v{version}-"
    earlier = next(iter(newest_first(path, prefix)), None)
    target = path.parent / "backups" / f"{prefix}{stamp}.db"
    back_up(path, target)
    if earlier is not None and earlier != target and cmp(earlier, target, shallow=False):
        target.unlink()
        return earlier
    return target


def newest_backup(path: Path) -> Path | None:
    """Find the newest backup of the database at `path` in the folder `backups` beside it."""
    return next(iter(newest_first(path)), None)


def newest_first(path: Path, prefix: str = "") -> list[Path]:
    """List the backups of the database at `path` in the folder `backups` beside it, the one written last first."""
    begins = prefix or f"{path.stem}-"
    try:
        found = [file for file in (path.parent / "backups").iterdir() if file.name.startswith(begins)]
        return sorted(
            (file for file in found if file.suffix == ".db"),
            key=lambda file: (file.stat().st_mtime_ns, file.name),
            reverse=True,
        )
    except OSError:
        return []


def _refuse_to_harm(path: Path, target: Path) -> None:
    if target.is_dir():
        raise StorageError(f"{target} is a folder; name the file that the backup should become.")
    if target.exists() and target.samefile(path):
        raise StorageError(f"{target} is the database itself; name another file for its backup.")
    # SQLite would replay the log of the old file into the new one.
    if _log(target).exists():
        raise StorageError(
            f"{target} is in use as a database (there is a {_log(target).name} beside it); name another file."
        )


def _replace(path: Path, target: Path) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.partial-", dir=target.parent)
    os.close(descriptor)
    copy = Path(name)
    try:
        _copy(path, copy)
        shutil.copymode(path, copy)
        flush(copy)
        copy.replace(target)
        flush(target.parent)
    finally:
        for leftover in (copy, _log(copy), copy.with_name(f"{copy.name}-shm")):
            leftover.unlink(missing_ok=True)


def _copy(path: Path, copy: Path) -> None:
    source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    with closing(source), closing(sqlite3.connect(copy, isolation_level=None)) as destination:
        source.backup(destination)
        # A copy in write-ahead-log mode would need two more files beside it, even to be read.
        destination.execute("PRAGMA journal_mode = DELETE")
        verdict: str = destination.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise StorageError(
            f"No backup was written: the copy of {path} failed its integrity check ({' '.join(verdict.split())}). "
            "The database is damaged; keep the backups there are, and restart practice-bot to be told how to "
            "restore one."
        )


def flush(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return  # Windows cannot open a folder, and records its entries by itself.
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
