"""From an error of SQLite or of the operating system to a sentence for the person who can put it right."""

import os
import shlex
import sqlite3
import sys
from pathlib import Path

from bot.storage.backup import newest_backup
from bot.storage.errors import DamagedStorageError, StorageError, StorageFull, is_disk_full, primary_code

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_REFUSED = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH)
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def diagnosis(error: sqlite3.Error | OSError, path: Path) -> sqlite3.Error | StorageError:
    """Turn what befell the database at `path` into a StorageError.

    An error of the statement rather than of the file (a broken constraint, a mistake in the SQL) is returned as it
    is: it belongs to whoever wrote the statement.
    """
    if is_disk_full(error):
        return StorageFull(f"{path.parent}: the disk is full; free some space; nothing was recorded")
    if isinstance(error, OSError):
        return refused(path, error.strerror or str(error))
    code = primary_code(error)
    if code in _DAMAGED:
        return damaged(path, str(error))
    if code in _REFUSED:
        return refused(path, str(error))
    if code in _IN_USE:
        return StorageError(
            f"{path} is locked by another process; nothing was recorded. Close whatever has the file open "
            "(an SQLite shell, a copy in progress), then try again."
        )
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(
            f"{path}: the disk could not be read or written ({error}); nothing was recorded. "
            "Check the disk and its free space, then start practice-bot again."
        )
    return error


def refused(path: Path, reason: str) -> StorageError:
    """Say who may not use the file, and the command that allows it."""
    who, owner = "this user", "<user>"
    if sys.platform != "win32":
        who, owner = f"uid {os.geteuid()}", f"{os.geteuid()}:{os.getegid()}"
    return StorageError(
        f"{path} cannot be opened for writing by {who}: {reason}. If the folder belongs to someone else: "
        f"sudo chown -R {owner} {shlex.quote(str(path.parent))}"
    )


def damaged(path: Path, reason: str) -> DamagedStorageError:
    """Say how to go back to the newest backup, or how to rescue what can be read when there is none."""
    backup = newest_backup(path)
    file = shlex.quote(str(path))
    if backup is None:
        rescued = shlex.quote(f"{path}.rescued")
        return DamagedStorageError(
            f"{path} is damaged ({reason}), and there is no backup of it in {path.parent / 'backups'}. Copy one of "
            f"your own over it, or rescue what can still be read: sqlite3 {file} .recover | sqlite3 {rescued}"
        )
    aside, log, index = (shlex.quote(f"{path}{suffix}") for suffix in (".damaged", "-wal", "-shm"))
    return DamagedStorageError(
        f"{path} is damaged ({reason}). The newest backup is {backup}. To go back to it: "
        f"mv {file} {aside} && rm -f {log} {index} && cp {shlex.quote(str(backup))} {file}"
    )
