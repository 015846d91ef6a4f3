"""The numbered steps that bring a database from any older schema to the newest."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.storage.errors import StorageError, StorageFull, is_disk_full

SHIPPED: Traversable = files("bot.storage") / "migrations"

_FILE = re.compile(r"V(\d{4})__(\w+)\.sql")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_ENDS_TRANSACTION = re.compile(r"(BEGIN|COMMIT|END|ROLLBACK|VACUUM)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from schema `version - 1` to schema `version`."""

    version: int
    file: str
    statements: tuple[str, ...]


def migrations(folder: Traversable = SHIPPED) -> tuple[Migration, ...]:
    """Read the migrations of a folder, in order.

    Raises:
        StorageError: there is none, or one is missing, misnamed or cut short; the text names the file.
    """
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    if not names:
        raise StorageError(f"There are no migrations in {folder}; install practice-bot again.")
    found = []
    for expected, name in enumerate(names, start=1):
        match = _FILE.fullmatch(name)
        if match is None:
            raise StorageError(f"{name} is no migration's name; call it V{expected:04}__what_it_does.sql.")
        if int(match[1]) != expected:
            raise StorageError(f"{name} should be migration {expected:04}: number them from 0001 without gaps.")
        text = (folder / name).read_text(encoding="utf-8")
        found.append(Migration(expected, name, tuple(_statements(name, text))))
    return tuple(found)


def migrate(connection: sqlite3.Connection, pending: Sequence[Migration]) -> None:
    """Apply migrations in order, each wholly or not at all together with its version number.

    The connection must be in autocommit mode (`isolation_level=None`). Foreign keys are off meanwhile, as the
    rebuilding of a table needs, and are checked before each commit. Source:
    https://www.sqlite.org/lang_altertable.html, section 7.

    Raises:
        StorageFull: the disk is full; the failed migration left nothing behind.
        StorageError: a migration failed and left nothing behind; the text names the statement.
    """
    connection.execute("PRAGMA foreign_keys = OFF")
    for migration in pending:
        connection.execute("BEGIN IMMEDIATE")
        try:
            _apply(connection, migration)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    connection.execute("PRAGMA foreign_keys = ON")


def _apply(connection: sqlite3.Connection, migration: Migration) -> None:
    for statement in (*migration.statements, f"PRAGMA user_version = {migration.version}"):
        try:
            connection.execute(statement)
        except sqlite3.Error as error:
            undone = f"the database is as it was at schema {migration.version - 1}"
            if is_disk_full(error):
                raise StorageFull(
                    f"The disk is full; free some space; migration {migration.file} was undone and {undone}"
                ) from error
            raise StorageError(
                f"Migration {migration.file} failed ({error}) at {_shortened(statement)}; {undone}. "
                "Install the version of practice-bot that ran before, and report this."
            ) from error
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise StorageError(
            f"Migration {migration.file} would leave rows of {broken[0]} that refer to missing rows of "
            f"{broken[2]}; the database is as it was at schema {migration.version - 1}. "
            "Install the version of practice-bot that ran before, and report this."
        )


def _statements(name: str, text: str) -> Iterator[str]:
    statement = ""
    for piece in re.split(r"(?<=;)", text):
        statement += piece
        # Only SQLite can tell a statement's end from a semicolon in a string, a comment or a trigger.
        if piece.endswith(";") and sqlite3.complete_statement(statement):
            words = _COMMENT.sub(" ", statement).strip()
            if _ENDS_TRANSACTION.match(words):
                raise StorageError(f"{name} must leave its transaction to the engine; remove {_shortened(words)}.")
            yield statement.strip()
            statement = ""
    if _COMMENT.sub(" ", statement).strip():
        raise StorageError(
            f"{name} ends in the middle of a statement; close it with a semicolon: {_shortened(statement)}"
        )


def _shortened(statement: str) -> str:
    words = " ".join(_COMMENT.sub(" ", statement).split())
    return repr(words if len(words) <= 80 else f"{words[:80]}…")
