"""The calendar of a streak: one square a day, told apart by shape as well as by colour."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from PIL.ImageDraw import ImageDraw

from bot.conversation import drawing
from bot.conversation.wording import plural
from bot.domain.streaks import Outcome
from bot.practice.streaks import StreakReport

_WEEKS = 20
_CELL, _GAP = 28, 6
_LEFT = drawing.MARGIN + 44
_TITLE, _LABEL = 30, 17
_TOP = drawing.MARGIN + 84
_LEGEND = _TOP + 30 + 7 * (_CELL + _GAP) + 14
_NO_ROUND = "#26282c"
_WORDS = {
    Outcome.ANSWERED: "answered",
    Outcome.SAVED: "saved by a freeze",
    Outcome.MISSED: "missed",
    Outcome.AWAY: "away",
    Outcome.EXCUSED: "void",
    Outcome.OPEN: "open now",
}


def draw(report: StreakReport) -> bytes:
    """Draw the last 20 weeks of a member's rounds as a PNG, a column a week from Monday down to Sunday."""
    image, pen = drawing.panel(_LEGEND + 30 + drawing.MARGIN)
    pen.text(
        (drawing.MARGIN, drawing.MARGIN - 6),
        f"The last {_WEEKS} weeks",
        drawing.TEXT,
        drawing.font(_TITLE),
    )
    state = report.streak
    facts = (
        f"{plural(state.current, 'round')} in a row",
        f"longest {state.longest:,}",
        f"{plural(state.freezes, 'freeze')} held",
    )
    pen.text((drawing.MARGIN, drawing.MARGIN + 36), "  ·  ".join(facts), drawing.FAINT, drawing.font(_LABEL))
    _calendar(pen, report.days, report.today)
    _legend(pen, {outcome for day, outcome in report.days.items() if day >= first_day(report.today)})
    return drawing.png(image)


def first_day(today: date) -> date:
    """Return the earliest day that the picture shows."""
    return today - timedelta(days=today.weekday(), weeks=_WEEKS - 1)


def _calendar(pen: ImageDraw, days: Mapping[date, Outcome], today: date) -> None:
    first = first_day(today)
    for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")):
        top = _TOP + 30 + weekday * (_CELL + _GAP) + 4
        pen.text((drawing.MARGIN, top), name, drawing.FAINT, drawing.font(_LABEL))
    for week in range(_WEEKS):
        left = _LEFT + week * (_CELL + _GAP)
        begins = first + timedelta(weeks=week)
        if begins.day <= 7:
            pen.text((left, _TOP), f"{begins:%b}", drawing.FAINT, drawing.font(_LABEL))
        for weekday in range(7):
            day = begins + timedelta(days=weekday)
            if day <= today or day in days:
                _cell(pen, left, _TOP + 30 + weekday * (_CELL + _GAP), days.get(day))


def _legend(pen: ImageDraw, shown: set[Outcome]) -> None:
    left = float(drawing.MARGIN)
    for outcome, words in _WORDS.items():
        if outcome in shown:
            _cell(pen, left, _LEGEND, outcome)
            pen.text((left + _CELL + 8, _LEGEND + 4), words, drawing.FAINT, drawing.font(_LABEL))
            left += _CELL + 8 + pen.textlength(words, drawing.font(_LABEL)) + 18


def _cell(pen: ImageDraw, left: float, top: float, outcome: Outcome | None) -> None:
    fill = {Outcome.ANSWERED: drawing.KNOWN, Outcome.SAVED: drawing.MET, None: _NO_ROUND}.get(outcome, drawing.TRACK)
    pen.rounded_rectangle((left, top, left + _CELL - 1, top + _CELL - 1), 6, fill=fill)
    if outcome in _SIGNS:
        _SIGNS[outcome](pen, left + _CELL / 2 - 0.5, top + _CELL / 2 - 0.5)


def _flake(pen: ImageDraw, x: float, y: float) -> None:
    for across, down in ((0, 8), (7, 4), (7, -4)):
        pen.line((x - across, y - down, x + across, y + down), drawing.TEXT, 2)


def _cross(pen: ImageDraw, x: float, y: float) -> None:
    for down in (6, -6):
        pen.line((x - 6, y - down, x + 6, y + down), drawing.DUE, 3)


def _pause(pen: ImageDraw, x: float, y: float) -> None:
    for across in (-4, 4):
        pen.line((x + across, y - 6, x + across, y + 6), drawing.FAINT, 3)


def _dash(pen: ImageDraw, x: float, y: float) -> None:
    pen.line((x - 6, y, x + 6, y), drawing.FAINT, 3)


def _ring(pen: ImageDraw, x: float, y: float) -> None:
    half = _CELL / 2 - 2
    pen.rounded_rectangle((x - half, y - half, x + half, y + half), 5, outline=drawing.KNOWN, width=2)


_SIGNS: Mapping[Outcome | None, Callable[[ImageDraw, float, float], None]] = {
    Outcome.SAVED: _flake,
    Outcome.MISSED: _cross,
    Outcome.AWAY: _pause,
    Outcome.EXCUSED: _dash,
    Outcome.OPEN: _ring,
}
