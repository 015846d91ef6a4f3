"""The two ways in which storage fails a caller."""

import errno
import sqlite3


class StorageError(Exception):
    """The database cannot be used; the text says why and what to do next."""


class StorageFull(StorageError):  # noqa: N818  # why: it is a kind of StorageError, and reads so where raised
    """There is no room left on the disk; nothing of the transaction was recorded."""


class DamagedStorageError(StorageError):
    """The file is damaged; the text says how to go back to a backup."""


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error of SQLite or of the operating system means that there is no room left."""
    if isinstance(error, sqlite3.Error):
        return primary_code(error) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def primary_code(error: sqlite3.Error) -> int:
    """Name the kind of an SQLite error; 0 for one raised by Python's own module.

    Source: https://www.sqlite.org/rescode.html, "Primary Result Codes versus Extended Result Codes".
    """
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
