"""The backups that are made by themselves: where they lie, what they are called, and which are dropped."""

import logging
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.backups import is_due, worth_keeping
from bot.storage.backup import back_up

_log = logging.getLogger(__name__)
_STAMP = "%Y%m%dT%H%M%SZ"


def backup_path(path: Path, now: datetime) -> Path:
    """Return where a backup of the database at `path`, made at an aware moment, belongs."""
    return path.parent / "backups" / f"{path.stem}-{now.astimezone(UTC).strftime(_STAMP)}.db"


def backups_of(path: Path) -> dict[datetime, Path]:
    """Find the backups that were made by themselves, or without another name, by when; oldest first."""
    found: dict[datetime, Path] = {}
    folder = path.parent / "backups"
    for file in folder.glob(f"{path.stem}-*.db") if folder.is_dir() else ():
        try:
            made = datetime.strptime(f"{file.stem.removeprefix(f'{path.stem}-')}+0000", f"{_STAMP}%z")
        except ValueError:
            continue  # one from before a migration, or somebody's own
        found[made] = file
    return dict(sorted(found.items()))


def back_up_if_due(path: Path, now: datetime) -> Path | None:
    """Make the hourly backup when it is due; return it, None while the newest one is young enough.

    Raises:
        StorageError: as `back_up_and_rotate`.
    """
    newest = max(backups_of(path), default=None)
    return back_up_and_rotate(path, now) if is_due(newest, now) else None


def back_up_and_rotate(path: Path, now: datetime) -> Path:
    """Back the database up beside itself and drop the backups that are not worth keeping any more; return the new one.

    Raises:
        StorageFull: the disk is full; the backups there were are still there.
        StorageError: the copy could not be made; the backups there were are still there.
    """
    target = backup_path(path, now)
    back_up(path, target)
    made = backups_of(path)
    kept = worth_keeping(made)
    for moment, file in made.items():
        if moment not in kept and file != target:
            file.unlink(missing_ok=True)
            _log.debug("dropped the backup %s", file.name)
    return target
