from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.answers import counts, says_enough

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


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("good morning!!!!!", id="a greeting"),
        pytest.param("🎉" * 40, id="emoji"),
        pytest.param(" .-_*  \n\t" * 40, id="signs and white space"),
        pytest.param("<@123456789012345678> <@!123456789012345678> <@&123456789012345678> hi", id="mentions"),
        pytest.param("<#123456789012345678> </quiz:123456789012345678> <t:1767258000:R>", id="what Discord writes"),
        pytest.param("</daily status:1234567890123456789> <id:customize>", id="a command of two words"),
        pytest.param("<:partyparrot:123456789012345678><a:partyparrot:123456789012345678>", id="emoji of a server"),
        pytest.param("see https://example.org/a/rather/long/address/of/a/page", id="a link"),
        pytest.param("[it](https://example.org/a/rather/long/address)", id="a masked link"),
        pytest.param("abcdefghijklmn", id="fourteen letters"),
    ],
)
def test_what_says_nothing_is_no_answer_however_long_it_is(text: str) -> None:
    assert not says_enough(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("abcdefghijklmno", id="fifteen letters"),
        pytest.param("a b c d e f g h i j k l m n o", id="however spaced"),
        pytest.param("градиент затухает", id="Cyrillic"),
        pytest.param("残差连接让梯度直接流过每一层网络", id="Chinese"),
        pytest.param("स्किप कनेक्शन ग्रेडिएंट को बचाता है", id="Hindi"),
        pytest.param("12d² + 13d = 7087872 at d = 768", id="a computation"),
        pytest.param("<@123456789012345678> because if a < b then c > d, always", id="beside a mention"),
        pytest.param("It is the residual path, see https://example.org", id="beside a link"),
    ],
)
def test_fifteen_letters_in_any_script_are_an_answer(text: str) -> None:
    assert says_enough(text)


def test_a_text_that_may_not_be_read_is_taken_for_an_answer() -> None:
    assert says_enough(None)
