"""The words in which storage speaks to a database engine: statements, rows, and transactions made of both."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

Value: TypeAlias = str | int | float | bytes | None

# why: only the query knows the types of its columns, so whoever unpacks a row names them.
Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One SQL statement with its parameters, numbered `?1`, `?2` and so on in the text."""

    sql: str
    params: tuple[Value, ...] = ()


# `rows = yield Statement(sql, params)`: the engine sends the rows in, or throws the database's error in there.
Transaction: TypeAlias = Generator[Statement, list[Row], T]
