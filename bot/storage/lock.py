"""One process per database file."""

import contextlib
import os
import sys
from pathlib import Path

from bot.storage.errors import StorageError

if sys.platform == "win32":
    import msvcrt

    # Windows forbids others to read a locked byte, and the pid at the start of the file has to stay readable.
    _LOCKED_BYTE = 1 << 30

    def _try_to_lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
else:
    import fcntl

    def _try_to_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lock:
    """The exclusive right to a database file, held in a file beside it and freed by the system when we die."""

    def __init__(self, path: Path) -> None:
        """Take the right to the database at `path`.

        Raises:
            StorageError: another process has it; the text names that process.
            OSError: the lock file cannot be written.
        """
        self.path = path.with_name(f"{path.name}.lock")
        self._descriptor: int | None = None
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _try_to_lock(descriptor)
        except (BlockingIOError, PermissionError) as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise StorageError(f"{path} is in use by another practice-bot (pid {holder}). Stop it first.") from error
        except OSError:
            os.close(descriptor)
            raise
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the right back. The file stays: removing it could give two processes the right at once."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None
