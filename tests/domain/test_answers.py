from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.answers import counts

WRITTEN = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("closed_at", "revealed_at", "does_count"),
    [
        pytest.param(None, None, True, id="open, not revealed"),
        pytest.param(WRITTEN + MOMENT, None, True, id="before the close"),
        pytest.param(WRITTEN, None, True, id="in the moment of the close"),
        pytest.param(WRITTEN - MOMENT, None, False, id="after the close"),
        pytest.param(None, WRITTEN + MOMENT, True, id="before the reveal"),
        pytest.param(None, WRITTEN, False, id="in the moment of the reveal"),
        pytest.param(None, WRITTEN - MOMENT, False, id="after the reveal"),
        pytest.param(WRITTEN + MOMENT, WRITTEN - MOMENT, False, id="open, but revealed"),
        pytest.param(WRITTEN - MOMENT, WRITTEN + MOMENT, False, id="not revealed, but closed"),
    ],
)
def test_an_answer_counts_when_written_before_close_and_reveal(
    closed_at: datetime | None, revealed_at: datetime | None, *, does_count: bool
) -> None:
    assert counts(WRITTEN, closed_at, revealed_at) is does_count
