from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.rounds import Round, State, day_and_take, is_worth_posting, nonce, retry_delay

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def a_round(day: date, take: int) -> Round:
    return Round(
        id=1,
        community_id="c",
        day=day,
        take=take,
        number=1,
        question_id=1,
        state=State.OPEN,
        channel_id="1",
        due_at=NOW,
        claimed_at=NOW,
    )


@pytest.mark.parametrize(("take", "key"), [(0, "20261123"), (1, "20261123.1"), (12, "20261123.12")])
def test_a_key_names_the_day_and_only_further_rounds_their_take(take: int, key: str) -> None:
    assert a_round(date(2026, 11, 23), take).key == key


@given(some.dates(date(1000, 1, 1)), some.integers(0, 9999))
def test_a_key_can_be_taken_apart_again(day: date, take: int) -> None:
    assert day_and_take(a_round(day, take).key) == (day, take)


@pytest.mark.parametrize(
    "key",
    [
        *("", "-", "answer", "2026-11-23", "20261323", "2026112", "202611230", " 20261123", "٢٠٢٦١١٢٣"),
        *("20261123.", "20261123.x", "20261123.-1", "20261123.1.1", "20261123.1\n", "20261123.²"),
        "20261123." + "9" * 40,
    ],
)
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"key of a round|month|day"):
        day_and_take(key)


def test_a_nonce_stays_the_same_from_one_release_to_the_next() -> None:
    assert nonce("123", date(2026, 11, 23), 0) == "13672780787318529068"


@given(some.text(), some.dates(), some.integers(0, 9), some.sampled_from(["question", "recap"]))
def test_a_nonce_fits_the_platform_and_is_the_same_every_time(
    community_id: str, day: date, take: int, step: str
) -> None:
    key = nonce(community_id, day, take, step)

    assert key.isdecimal()
    assert len(key) <= 25
    assert key == nonce(community_id, day, take, step)


def test_no_two_messages_of_a_hundred_communities_share_a_nonce() -> None:
    day = date(2026, 11, 23)

    keys = {
        nonce(str(community), day + timedelta(days=offset), take, step)
        for community in range(100)
        for offset in range(20)
        for take in range(3)
        for step in ("question", "recap")
    }

    assert len(keys) == 100 * 20 * 3 * 2


@pytest.mark.parametrize(
    ("late", "worth"),
    [
        (timedelta(minutes=-1), True),
        (timedelta(0), True),
        (timedelta(hours=12), True),
        (timedelta(hours=12, milliseconds=1), False),
    ],
)
def test_a_question_is_worth_posting_for_half_a_day(late: timedelta, *, worth: bool) -> None:
    assert is_worth_posting(NOW, NOW + late) is worth


@pytest.mark.parametrize(("attempts", "hours"), [(0, 1), (1, 1), (2, 6), (3, 24), (4, 24), (1000, 24)])
def test_a_refusal_is_tried_again_ever_more_rarely(attempts: int, hours: int) -> None:
    assert retry_delay(attempts, refused=True) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 15), (1, 15), (2, 30), (3, 60), (6, 480), (7, 900), (10**9, 900)]
)
def test_a_failure_is_tried_again_after_seconds_that_double_up_to_a_quarter_of_an_hour(
    attempts: int, seconds: int
) -> None:
    assert retry_delay(attempts, refused=False) == timedelta(seconds=seconds)
