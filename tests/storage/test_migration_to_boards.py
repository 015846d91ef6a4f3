"""A database of schema 4 with a practice in it: what members earned is the same after the step to schema 5."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.standings import By, Period, Standing, period_key
from bot.storage import boards, communities, rounds, standings
from bot.storage.migrations import migrate, migrations
from bot.storage.preparation import APPLICATION_ID
from bot.storage.sqlite import SQLite
from bot.storage.statement import Transaction

NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)
OLD = 4
# Round, day, state and thread; who answered it. The fourth had no thread, so that it was answered by form alone.
ROUNDS = (
    (1, "2026-12-30", "closed", "t1", "ab"),
    (2, "2026-12-31", "closed", "t2", "a"),
    (3, "2027-01-01", "closed", "t3", "ab"),
    (4, "2027-01-03", "closed", None, "ac"),
    (5, "2027-01-04", "open", None, "c"),
)
STANDINGS = {"a": (4, 4, 0), "b": (0, 1, 0), "c": (2, 2, 0)}
ANSWERS = {
    "2026-W53": {"a": 4, "b": 2, "c": 1},
    "2027-W01": {"c": 1},
    "2026-12": {"a": 2, "b": 1},
    "2027-01": {"a": 2, "b": 1, "c": 2},
    "all": {"a": 4, "b": 2, "c": 2},
}
QUIZ = {"2026-W53": {"d": 2, "c": 1}, "2026-12": {"d": 2, "c": 1}, "all": {"d": 2, "c": 1}}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database as the version before left it, with two communities: `club` as above, and an untouched `lab`."""
    path = tmp_path / "practice.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # Nobody would miss it.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(connection, migrations()[:OLD])
        for name in ("club", "lab"):
            connection.execute(
                "INSERT INTO community (id, channel_id, at, zone, weekdays, created_at)"
                " VALUES (?, '1', '09:00', 'UTC', '0123456', 0)",
                (name,),
            )
        for number, day, state, thread, members in ROUNDS:
            at = moment(day)
            connection.execute(
                "INSERT INTO round (id, community_id, day, number, question_id, state, channel_id, due_at, claimed_at,"
                " retry_at, message_id, thread_id, opened_at, recap_id)"
                " VALUES (?1, 'club', ?2, ?1, ?1, ?3, '1', ?4, ?4, ?4, 'm' || ?1, ?5, ?4, ?6)",
                (number, day, state, at, thread, "r" if state == "closed" else None),
            )
            connection.executemany(
                "INSERT INTO answer (id, round_id, community_id, member_id, source, text, counts, created_at)"
                " VALUES (?, ?, 'club', ?, 'form', 'mine', 1, ?)",
                [(f"{member}{number}", number, member, at) for member in members],
            )
        connection.executemany(
            "INSERT INTO quiz_result (id, community_id, member_id, question_id, correct, day, at)"
            " VALUES (?, 'club', ?, 1, ?, '2026-12-31', 0)",
            [("d1", "d", 1), ("d2", "d", 1), ("d3", "d", 0), ("c1", "c", 1)],
        )
        connection.executemany(
            "INSERT INTO standing (community_id, member_id, current, longest, freezes) VALUES ('club', ?, ?, ?, ?)",
            [(member, *values) for member, values in STANDINGS.items()],
        )
        for column, periods in (("answers", ANSWERS), ("quiz", QUIZ)):
            connection.executemany(
                f"INSERT INTO tally (community_id, period, member_id, {column}) VALUES ('club', ?, ?, ?)"  # noqa: S608  # why: one of two constants
                f" ON CONFLICT (community_id, period, member_id) DO UPDATE SET {column} = excluded.{column}",
                [(period, member, count) for period, counts in periods.items() for member, count in counts.items()],
            )
    return path


@pytest.fixture
async def store(database: Path) -> AsyncIterator[SQLite]:
    """That database, opened by the present version."""
    opened = await SQLite.open(database, now=NOW)
    yield opened
    await opened.close()


def moment(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T09:00+00:00").timestamp() * 1000)


async def test_the_old_database_is_brought_to_the_newest_schema_with_a_copy_kept(store: SQLite) -> None:
    assert store.schema_version == len(migrations()) > OLD
    (copy,) = (store.path.parent / "backups").iterdir()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (OLD,)
        assert connection.execute("SELECT count(*) FROM standing").fetchone() == (len(STANDINGS),)


async def test_what_members_earned_is_what_a_rebuild_from_the_facts_would_give(store: SQLite) -> None:
    kept = await store.read(standings.projections("club"))

    await store.write(standings.rebuild("club"))

    assert await store.read(standings.projections("club")) == kept
    assert {member: tuple(values) for member, *values, _hidden in kept[0]} == STANDINGS


async def test_a_week_is_named_by_its_monday_and_months_keep_their_name(store: SQLite) -> None:
    _, tallies, _ = await store.read(standings.projections("club"))

    assert {period for period, *_ in tallies} == {"2026-12-28", "2027-01-04", "2026-12", "2027-01", "all"}
    assert [row for row in tallies if row[0] == "2026-12-28"] == [
        ("2026-12-28", "a", 4, 0, 0),
        ("2026-12-28", "b", 2, 0, 0),
        ("2026-12-28", "c", 1, 1, 0),
        ("2026-12-28", "d", 0, 2, 0),
    ]


async def test_every_week_of_three_decades_gets_the_name_that_the_present_version_gives_it(database: Path) -> None:
    mondays = [date(2015, 1, 5) + timedelta(weeks=number) for number in range(30 * 52)]
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(
            "INSERT INTO tally (community_id, period, member_id, answers) VALUES ('lab', ?, ?, 1)",
            [(f"{day.isocalendar().year}-W{day.isocalendar().week:02}", day.isoformat()) for day in mondays],
        )

    store = await SQLite.open(database, now=NOW)
    _, tallies, _ = await store.read(standings.projections("lab"))
    await store.close()

    assert any(day.isocalendar().week == 53 for day in mondays)
    assert [(period, member) for period, member, *_ in tallies] == [
        (period_key(Period.WEEK, day + timedelta(days=6)), day.isoformat()) for day in mondays
    ]


@pytest.mark.parametrize(
    ("by", "period", "expected"),
    [
        (By.STREAK, Period.WEEK, [("a", 4), ("c", 2)]),
        (By.STREAK, Period.ALL, [("a", 4), ("c", 2), ("b", 1)]),
        (By.ANSWERS, Period.WEEK, [("c", 1)]),
        (By.ANSWERS, Period.MONTH, [("a", 2), ("c", 2), ("b", 1)]),
        (By.ANSWERS, Period.ALL, [("a", 4), ("b", 2), ("c", 2)]),
        (By.QUIZ, Period.ALL, [("d", 2), ("c", 1)]),
        (By.QUIZ, Period.WEEK, []),
    ],
)
async def test_boards_show_what_was_earned_before_with_its_ranks(
    store: SQLite, by: By, period: Period, expected: list[tuple[str, int]]
) -> None:
    key = period_key(period, NOW.date())

    board = await store.read(boards.board("club", by=by, period=period, key=key, member_id="c"))

    ranks = [1 + sum(other > value for _, other in expected) for _, value in expected]
    assert board.standings == tuple(
        Standing(rank, member, value) for rank, (member, value) in zip(ranks, expected, strict=True)
    )
    assert board.total == len(expected)
    assert board.own == next((each for each in board.standings if each.member_id == "c"), None)


async def test_an_open_round_without_a_thread_ends_nobodys_streak_when_it_closes(store: SQLite) -> None:
    def next_day() -> Transaction[None]:
        this = yield from rounds.claim_round(
            community_id="club",
            channel_id="1",
            day=date(2027, 1, 5),
            take=0,
            due_at=NOW,
            now=NOW,
            choose=lambda _history: 6,
        )
        yield from rounds.published(this.id, "m6")
        yield from rounds.threaded(this.id, "t6")
        yield from rounds.opened(this.id, NOW)

    await store.write(next_day())
    kept = await store.read(standings.projections("club"))
    await store.write(standings.rebuild("club"))

    excused = [(this.number, this.is_excused) for this in await store.read(rounds.latest_rounds("club", 6))]
    assert excused == [(6, False), (5, True), (4, False), (3, False), (2, False), (1, False)]
    assert await store.read(standings.projections("club")) == kept
    assert (await store.read(standings.member_streak("club", "a"))).current == 4


async def test_communities_keep_their_schedule_begin_weeks_on_monday_and_want_no_digest(store: SQLite) -> None:
    club, lab = await store.read(communities.active_communities())

    assert (club.id, lab.id) == ("club", "lab")
    assert (club.schedule, club.week_starts, club.digest_at) == (lab.schedule, 0, None)
    assert await store.read(standings.projections("lab")) == ([], [], [])
