"""A community with a history, written straight into a database."""

import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from bot.domain.clock import to_epoch
from bot.domain.communities import Community
from bot.domain.schedule import Schedule
from bot.domain.standings import Period, period_key
from bot.domain.streaks import Streak, after_answer, after_miss
from bot.storage.boards import count_boards
from bot.storage.communities import save_community
from bot.storage.sqlite import SQLite

CHANNEL_ID = "1100000000000000002"
# The local day on which the history ends.
TODAY = datetime(2026, 1, 1, tzinfo=UTC)
FAR_DOWN = 0.9
TEXT = "Because the gradient vanishes. " * 4


def attended(random: Random, of: int) -> int:
    """Which of so many rounds a member answered, as bits; how many eighths of them differs from member to member."""
    often, result = random.randrange(1, 8), 0
    for bit in range(3):
        draw = random.getrandbits(of)
        result = result | draw if often >> bit & 1 else result & draw
    return result


def last_days(count: int) -> list[date]:
    return [TODAY.date() - timedelta(days=ago) for ago in reversed(range(count))]


def answer_rows(community_id: str, members: Mapping[str, int], of: int) -> Iterator[tuple[object, ...]]:
    """All answers in the order in which they were written: round by round."""
    ids = itertools.count(1_300_000_000_000_000_000, 1000)
    moment = to_epoch(TODAY)
    for number in range(of):
        for member_id, bits in members.items():
            if bits >> number & 1:
                yield str(next(ids)), number + 1, community_id, member_id, "reply", TEXT, 1, moment


def standing_rows(community_id: str, members: Mapping[str, int], of: int) -> Iterator[tuple[object, ...]]:
    """Everybody's streak; the last round is still open, so that nobody has missed it yet."""
    answered, missed = cache(after_answer), cache(after_miss)
    for member_id, bits in members.items():
        theirs = Streak()
        for at in range(of):
            if bits >> at & 1:
                theirs = answered(theirs)
            elif at < of - 1:
                theirs = missed(theirs)
        yield community_id, member_id, theirs.current, theirs.longest, theirs.freezes


def tally_rows(community_id: str, members: Mapping[str, int], days: Sequence[date]) -> Iterator[tuple[object, ...]]:
    rounds_of: defaultdict[str, int] = defaultdict(int)
    for at, day in enumerate(days):
        for period in Period:
            rounds_of[period_key(period, day)] |= 1 << at
    for key, theirs in rounds_of.items():
        for member_id, bits in members.items():
            if answered := (bits & theirs).bit_count():
                yield community_id, key, member_id, answered


def fill(path: Path, community_id: str, members: Mapping[str, int], days: Sequence[date]) -> None:
    """Write a community's history straight into its tables, and their indexes afterwards."""
    moment = to_epoch(TODAY)
    round_rows = [
        (at + 1, community_id, day.isoformat(), at + 1, at + 1, "closed", CHANNEL_ID, moment, moment, moment, "")
        for at, day in enumerate(days)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE tbl_name IN ('answer', 'standing', 'tally')"
            " AND type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.executemany(
            "INSERT INTO round (id, community_id, day, number, question_id, state, channel_id, due_at, claimed_at,"
            " retry_at, recap_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            round_rows,
        )
        connection.execute("UPDATE round SET state = 'open', recap_id = NULL WHERE id = ?", (len(days),))
        connection.executemany(
            "INSERT INTO answer (id, round_id, community_id, member_id, source, text, counts, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            answer_rows(community_id, members, len(days)),
        )
        connection.executemany(
            "INSERT INTO standing (community_id, member_id, current, longest, freezes) VALUES (?, ?, ?, ?, ?)",
            standing_rows(community_id, members, len(days)),
        )
        connection.executemany(
            "INSERT INTO tally (community_id, period, member_id, answers) VALUES (?, ?, ?, ?)",
            tally_rows(community_id, members, days),
        )
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")


async def build(path: Path, community_id: str, count: int, of: int) -> tuple[int, str]:
    """Make a community's database; return how many answers it has, and who is far down on the board."""
    random = Random(count)
    ids = random.sample(range(1_000_000_000_000_000_000, 1_200_000_000_000_000_000), count)
    members = {str(member_id): attended(random, of) for member_id in ids}
    store = await SQLite.open(path, now=TODAY)
    paused = Community(community_id, CHANNEL_ID, Schedule(TODAY.time(), "UTC", frozenset(range(7))), paused=True)
    await store.write(save_community(paused, TODAY))
    await store.close()
    fill(path, community_id, members, last_days(of))
    store = await SQLite.open(path, now=TODAY)
    await store.write(count_boards(community_id))
    await store.close()
    order = sorted(members, key=lambda member_id: (-members[member_id].bit_count(), member_id))
    return sum(bits.bit_count() for bits in members.values()), order[int(FAR_DOWN * count)]
