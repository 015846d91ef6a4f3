"""A crash loop is slowed down, whatever restarts the bot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.restarts import Restarts, delay

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def test_a_bot_that_crashes_at_once_logs_in_far_less_often_than_discord_allows(tmp_path: Path) -> None:
    now, logins = NOW, 0

    while now < NOW + 24 * HOUR:
        now += Restarts(tmp_path / "practice.db").begin(now) + 5 * SECOND
        logins += 1

    assert logins < 300


def test_an_operator_who_tries_things_need_not_wait(tmp_path: Path) -> None:
    restarts = Restarts(tmp_path / "practice.db")

    waits = [restarts.begin(NOW + number * SECOND) for number in range(5)]

    assert waits == [timedelta()] * 5


def test_an_orderly_end_is_forgotten_and_so_is_a_start_of_an_hour_ago(tmp_path: Path) -> None:
    restarts = Restarts(tmp_path / "practice.db")
    for number in range(8):
        restarts.begin(NOW + number * SECOND)
    looping = restarts.begin(NOW + 9 * SECOND)

    an_hour_later = restarts.begin(NOW + 2 * HOUR)
    restarts.end()

    assert looping == 40 * SECOND
    assert an_hour_later == timedelta()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"yesterday\n", b"2026-01-01T08:59:00\n", b"9" * 100_000])
def test_a_file_that_makes_no_sense_holds_nobody_up(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "practice.db.starts").write_bytes(content)

    assert Restarts(tmp_path / "practice.db").begin(NOW) == timedelta()


def test_nobody_waits_longer_than_half_an_hour() -> None:
    assert max(delay(starts) for starts in range(10_000)) == timedelta(minutes=30)
