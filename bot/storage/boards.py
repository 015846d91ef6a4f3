"""The SQL of boards: pages by an ordered index, and ranks by how many members have which value."""

from dataclasses import dataclass

from bot.domain.standings import PAGE_SIZE, Board, By, Period, Place, Standing, Turn, ranked
from bot.storage.statement import Row, Statement, Transaction, Value

CURRENT, LONGEST = "current", "longest"
_ABOVE_ON_OWN_PAGE = PAGE_SIZE // 2 - 1


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a board's rows are: a column of a table, within a scope that `params` fill; and its name in the counts."""

    board: str
    column: str
    table: str
    scope: str
    params: tuple[Value, ...]

    def rows(self, condition: str, order: str, *params: Value) -> Statement:
        numbered = condition.replace("?a", f"?{len(self.params) + 1}").replace("?b", f"?{len(self.params) + 2}")
        return Statement(
            # The narrower bound comes first: of two lower ones SQLite takes the first, and walks on from there.
            f"SELECT member_id, {self.column} FROM {self.table} WHERE {self.scope}{numbered}"  # noqa: S608  # why: names are constants of this file
            f" AND {self.column} > 0 AND hidden = 0 ORDER BY {order} LIMIT ?{len(self.params) + len(params)}",
            (*self.params, *params),
        )


def board_of(by: By, period: Period, key: str) -> str:
    """Return the name under which a board is counted; a streak has no period but that of all time, its longest."""
    if by is By.STREAK:
        return LONGEST if period is Period.ALL else CURRENT
    return f"{by}:{key}"


def board(
    community_id: str, *, by: By, period: Period, key: str, member_id: str, place: Place | None = None
) -> Transaction[Board]:
    """Read one page of a board and the asking member's own standing.

    `key` names the period (see `period_key`); the page is the first one unless `place` says otherwise. A streak has no
    period: the board of all time shows the longest ones, any other the current ones.
    """
    source = _source(community_id, by, period, key)
    shown = yield from _page(source, place)
    if not shown and place is not None:
        shown = yield from _page(source, None)
    hidden, value = yield from _own(source, member_id)
    highest, lowest = (shown[0][1], shown[-1][1]) if shown else (0, 0)
    total, above_own, above, below = yield from _members(community_id, source.board, value, highest, lowest)
    standings: tuple[Standing, ...] = ()
    before: Place | None = None
    after: Place | None = None
    if shown:
        standings = ranked(shown, above, (yield from _counts(community_id, source.board, lowest, highest)))
        before = Place(Turn.BEFORE, highest, shown[0][0])
        after = Place(Turn.AFTER, lowest, shown[-1][0])
        # Whoever has another value is beside the page for certain; of those who share one, somebody may be.
        if not above and not (yield from _same(source, before, 1)):
            before = None
        if not below and not (yield from _same(source, after, 1)):
            after = None
    return Board(
        by,
        period,
        standings,
        total,
        Standing(above_own + 1, member_id, value) if value else None,
        hidden=hidden,
        before=before,
        after=after,
    )


def move(community_id: str, board: str, before: int, after: int) -> Transaction[None]:
    """Keep a board's counts in step with one member's value; 0 is on no board."""
    if before == after:
        return
    if before > 0:
        yield Statement(
            "UPDATE board_count SET members = members - 1 WHERE community_id = ?1 AND board = ?2 AND value = ?3",
            (community_id, board, before),
        )
    if after > 0:
        yield Statement(
            "INSERT INTO board_count (community_id, board, value, members) VALUES (?1, ?2, ?3, 1)"
            " ON CONFLICT (community_id, board, value) DO UPDATE SET members = board_count.members + 1",
            (community_id, board, after),
        )


def count_board(community_id: str, column: str) -> Transaction[None]:
    """Count a board of streaks afresh."""
    yield Statement("DELETE FROM board_count WHERE community_id = ?1 AND board = ?2", (community_id, column))
    yield Statement(
        f"INSERT INTO board_count (community_id, board, value, members) SELECT ?1, ?2, {column}, count(*) FROM standing"  # noqa: S608  # why: as above
        f" WHERE community_id = ?1 AND {column} > 0 AND hidden = 0 GROUP BY {column}",
        (community_id, column),
    )


def count_boards(community_id: str) -> Transaction[None]:
    """Count every board of a community afresh."""
    yield Statement("DELETE FROM board_count WHERE community_id = ?1", (community_id,))
    for column in (CURRENT, LONGEST):
        yield from count_board(community_id, column)
    for by in (By.ANSWERS, By.QUIZ):
        yield Statement(
            "INSERT INTO board_count (community_id, board, value, members)"  # noqa: S608  # why: as above
            f" SELECT ?1, '{by}:' || period, {by}, count(*) FROM tally"
            f" WHERE community_id = ?1 AND {by} > 0 AND hidden = 0 GROUP BY period, {by}",
            (community_id,),
        )


def _source(community_id: str, by: By, period: Period, key: str) -> _Source:
    name = board_of(by, period, key)
    if by is By.STREAK:
        return _Source(name, name, "standing", "community_id = ?1", (community_id,))
    return _Source(name, by.value, "tally", "community_id = ?1 AND period = ?2", (community_id, key))


def _page(source: _Source, place: Place | None) -> Transaction[list[tuple[str, int]]]:
    """Read the rows of a page, highest first; a page that would lack rows at the top begins with the first of all."""
    if place is None:
        rows = yield source.rows("", f"{source.column} DESC, member_id", PAGE_SIZE)
        return [(member, value) for member, value in rows]
    if place.turn is Turn.AROUND:
        above = yield from _beside(source, Place(Turn.BEFORE, place.value, place.member_id), _ABOVE_ON_OWN_PAGE)
        rows = yield source.rows(
            f" AND {source.column} = ?a AND member_id = ?b", "member_id", place.value, place.member_id, 1
        )
        below = yield from _beside(
            source, Place(Turn.AFTER, place.value, place.member_id), PAGE_SIZE - len(rows) - len(above)
        )
        return [(member, value) for member, value in (*above, *rows, *below)]
    rows = yield from _beside(source, place, PAGE_SIZE)
    if place.turn is Turn.BEFORE and len(rows) < PAGE_SIZE:
        return (yield from _page(source, None))
    return [(member, value) for member, value in rows]


def _beside(source: _Source, place: Place, limit: int) -> Transaction[list[Row]]:
    """Read the rows next to a member's, highest first: those of the same value, then those of others."""
    column, forward = source.column, place.turn is Turn.AFTER
    same = yield from _same(source, place, limit)
    others: list[Row] = []
    if len(same) < limit:
        others = yield source.rows(
            f" AND {column} {'<' if forward else '>'} ?a",
            f"{column} DESC, member_id ASC" if forward else f"{column} ASC, member_id DESC",
            place.value,
            limit - len(same),
        )
    rows = [*same, *others]
    return rows if forward else rows[::-1]


def _same(source: _Source, place: Place, limit: int) -> Transaction[list[Row]]:
    """Read the rows of a member's own value next to theirs, the nearest first."""
    forward = place.turn is Turn.AFTER
    return (
        yield source.rows(
            f" AND {source.column} = ?a AND member_id {'>' if forward else '<'} ?b",
            f"member_id {'ASC' if forward else 'DESC'}",
            place.value,
            place.member_id,
            limit,
        )
    )


def _own(source: _Source, member_id: str) -> Transaction[tuple[bool, int]]:
    """Read whether a member is hidden from others, and their value, 0 if they have none."""
    rows = yield Statement(
        f"SELECT hidden, {source.column} FROM {source.table} WHERE {source.scope}"  # noqa: S608  # why: as above
        f" AND member_id = ?{len(source.params) + 1}",
        (*source.params, member_id),
    )
    return (bool(rows[0][0]), rows[0][1]) if rows else (False, 0)


def _members(
    community_id: str, board: str, own: int, highest: int, lowest: int
) -> Transaction[tuple[int, int, int, int]]:
    """Count the members on a board: all, those above one's own value, those above and those below a page's."""
    rows = yield Statement(
        "SELECT coalesce(sum(members), 0), coalesce(sum(members) FILTER (WHERE value > ?3), 0),"
        " coalesce(sum(members) FILTER (WHERE value > ?4), 0), coalesce(sum(members) FILTER (WHERE value < ?5), 0)"
        " FROM board_count WHERE community_id = ?1 AND board = ?2 AND value > 0",
        (community_id, board, own, highest, lowest),
    )
    total, above_own, above, below = map(int, rows[0])
    return total, above_own, above, below


def _counts(community_id: str, board: str, lowest: int, highest: int) -> Transaction[dict[int, int]]:
    """Read how many members have each value between two, both included."""
    rows = yield Statement(
        "SELECT value, members FROM board_count WHERE community_id = ?1 AND board = ?2 AND value BETWEEN ?3 AND ?4",
        (community_id, board, lowest, highest),
    )
    return dict(rows)
