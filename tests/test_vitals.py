"""The bot watches itself."""

import pytest

from bot.vitals import Vitals


@pytest.fixture
def vitals() -> Vitals:
    """A bot that has just started, at second 1000 of its clock, and has no connection yet."""
    fresh = Vitals()
    fresh.begin(1000.0)
    return fresh


def test_a_bot_that_has_just_started_is_well(vitals: Vitals) -> None:
    assert vitals.complaints(1000.0) == ()


@pytest.mark.parametrize(
    ("seconds", "complaint"),
    [(121, "no tick came to its end"), (301, "nothing could be written"), (601, "Discord's gateway said nothing")],
)
def test_what_has_not_happened_for_too_long_is_complained_of(vitals: Vitals, seconds: int, complaint: str) -> None:
    before = vitals.complaints(1000.0 + seconds - 2)

    after = vitals.complaints(1000.0 + seconds)

    assert not any(complaint in each for each in before)
    assert any(each.startswith(complaint) and each.endswith(f"for {seconds} seconds") for each in after)


def test_what_has_happened_is_complained_of_no_more(vitals: Vitals) -> None:
    vitals.ticked_at = vitals.wrote_at = 5000.0
    vitals.frame_age = lambda: 12.0

    assert vitals.complaints(5010.0) == ()
    assert vitals.heard_at == 4998.0


def test_the_longest_wait_of_the_last_minute_is_told(vitals: Vitals, caplog: pytest.LogCaptureFixture) -> None:
    vitals.note_lag(2.5)
    for _ in range(30):
        vitals.note_lag(0.001)
    recent = vitals.lag
    for _ in range(60):
        vitals.note_lag(0.001)

    assert (recent, vitals.lag) == (2.5, 0.001)
    assert "the event loop was blocked for 2.5 seconds" in caplog.text
