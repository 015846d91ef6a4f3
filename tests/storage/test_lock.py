import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.storage.errors import StorageError
from bot.storage.lock import Lock

HOLDER = """
import sys; from pathlib import Path; from bot.storage.lock import Lock
lock = Lock(Path(sys.argv[1])); print("held", flush=True); sys.stdin.read()
"""


def test_a_second_process_is_told_who_has_the_database_until_that_one_dies(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "practice.db"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StorageError) as refusal:
            Lock(tmp_path / "practice.db")
        holder.send_signal(signal.SIGKILL)

    Lock(tmp_path / "practice.db").release()
    assert str(refusal.value) == (
        f"{tmp_path / 'practice.db'} is in use by another practice-bot (pid {holder.pid}). Stop it first."
    )


def test_a_lock_given_back_can_be_taken_again(tmp_path: Path) -> None:
    lock = Lock(tmp_path / "practice.db")
    with pytest.raises(StorageError, match=f"pid {os.getpid()}"):
        Lock(tmp_path / "practice.db")
    lock.release()
    lock.release()

    Lock(tmp_path / "practice.db").release()


def test_two_databases_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    locks = [Lock(tmp_path / "a.db"), Lock(tmp_path / "b.db")]

    for lock in locks:
        lock.release()
