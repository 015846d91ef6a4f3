"""Going back to a backup: only to one that is whole, and never over the only copy of what was there."""

import contextlib
import logging
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.storage.backup import flush, newest_first
from bot.storage.diagnosis import diagnosis
from bot.storage.errors import StorageError
from bot.storage.preparation import APPLICATION_ID

_log = logging.getLogger(__name__)

_AT_WORK_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the backup that is the database now, from when it is, and where the old database went."""

    backup: Path
    made_at: datetime
    aside: Path | None


def fault_of(backup: Path) -> str | None:
    """Say what is wrong with a backup; None if it is a whole database of ours."""
    if not backup.is_file():
        return "there is no such file"
    try:
        with closing(sqlite3.connect(f"{backup.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            verdict: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        return str(error)
    if application != APPLICATION_ID:
        return "it is not a database of practice-bot"
    return None if verdict == "ok" else " ".join(verdict.split())


def newest_whole_backup(path: Path) -> Path | None:
    """Find the newest backup of the database at `path` that is whole."""
    for backup in newest_first(path):
        fault = fault_of(backup)
        if fault is None:
            return backup
        _log.warning("the backup %s is passed over: %s", backup, fault)
    return None


def restore(path: Path, backup: Path, *, now: datetime) -> Restored:
    """Put a backup in the place of the database at `path`, which nobody may be using, and keep the old one aside.

    Raises:
        StorageError: the backup is not whole, or cannot be copied; the database is as it was.
    """
    fault = fault_of(backup)
    if fault is not None:
        raise StorageError(f"{backup} cannot be restored: {fault}. Nothing was changed; name another backup.")
    if path.exists() and backup.samefile(path):
        raise StorageError(f"{backup} is the database itself; name one of its backups.")
    finish(path)
    try:
        made_at = datetime.fromtimestamp(backup.stat().st_mtime, UTC)
        # Written first: a crash in between makes us look for what is not missing, never miss what is.
        _marker(path).write_text(min(made_at, recover_since(path) or made_at).isoformat(), encoding="ascii")
        return Restored(backup, made_at, _replace(path, backup, now))
    except OSError as error:
        raise StorageError(f"{backup} was not restored; the database is as it was. {diagnosis(error, path)}") from error


def recover_since(path: Path) -> datetime | None:
    """Return since when the platform knows more than the database at `path`; None if no backup was restored."""
    try:
        return datetime.fromisoformat(_marker(path).read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def forget_recovery(path: Path) -> None:
    """Note that what happened since a backup has been read back."""
    _marker(path).unlink(missing_ok=True)


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}.recover-since")


def finish(path: Path) -> Path | None:
    """Carry a restoration to its end that was decided and cut off; return where the old database went, if any.

    Can be cut off and carried on at any point: the decision is a file, and putting it into its place consumes it.
    """
    waiting = _waiting(path)
    if not waiting.exists():
        return None
    aside = _put_aside(path, datetime.fromtimestamp(waiting.stat().st_mtime, UTC))
    waiting.replace(path)
    flush(path.parent)
    return aside


def drop_leftovers(path: Path, now: datetime) -> None:
    """Remove the copies that killed backups and restorations left unfinished, once nobody can be at work on them."""
    for pattern in (f"{path.name}.restoring-*", f"backups/{path.stem}-*.partial-*"):
        for file in path.parent.glob(pattern):
            with contextlib.suppress(OSError):
                if now.timestamp() - file.stat().st_mtime > _AT_WORK_SECONDS:
                    file.unlink()


def _waiting(path: Path) -> Path:
    return path.with_name(f"{path.name}.restoring")


def _replace(path: Path, backup: Path, now: datetime) -> Path | None:
    """Decide for a copy of the backup by giving it a name that is recognised, then carry that out."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.restoring-", dir=path.parent)
    os.close(descriptor)
    copy = Path(name)
    try:
        shutil.copyfile(backup, copy)
        shutil.copymode(path if path.exists() else backup, copy)
        os.utime(copy, (now.timestamp(), now.timestamp()))
        flush(copy)
        copy.replace(_waiting(path))
        flush(path.parent)
    finally:
        copy.unlink(missing_ok=True)
    return finish(path)


def _put_aside(path: Path, now: datetime) -> Path | None:
    """Rename a database with its log; a log that stayed would be replayed into the backup."""
    aside = path.with_name(f"{path.name}.replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(f"{path.name}{suffix}")
        if part.exists():
            part.replace(aside.with_name(f"{aside.name}{suffix}"))
    return aside if aside.exists() else None
