"""What is drawn: of a streak and of a week, readable without colour, and never on the event loop."""

import asyncio
import threading
from datetime import date, timedelta
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageColor

from bot.conversation import digest, drawing, streak_picture
from bot.conversation.say import Picture, Say, md
from bot.domain.digests import Day, Digest, Hardest
from bot.domain.streaks import Outcome, Streak
from bot.frontends.discord.render import files
from bot.practice.streaks import StreakReport

TODAY = date(2026, 11, 28)
FIRST = date(2026, 7, 13)
DAY = timedelta(days=1)
WEEKS = 20
PLAINLY = 40
PANEL = ImageColor.getrgb(drawing.PANEL)
PATIENCE_SECONDS = 10.0


def of(days: dict[date, Outcome], streak: Streak | None = None) -> StreakReport:
    return StreakReport("ada", streak or Streak(), (), days, TODAY, None)


def drawn(report: StreakReport) -> Image.Image:
    return opened(streak_picture.draw(report))


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    image.verify()
    return Image.open(BytesIO(png)).convert("RGB")


def square(image: Image.Image, day: date) -> Image.Image:
    """Return the part of a calendar that is a day's."""
    step = streak_picture._CELL + streak_picture._GAP
    monday = TODAY - timedelta(days=TODAY.weekday())
    left = streak_picture._LEFT + (WEEKS - 1 + (day - monday).days // 7) * step
    top = streak_picture._TOP + 30 + day.weekday() * step
    return image.crop((left, top, left + streak_picture._CELL, top + streak_picture._CELL))


def legend(image: Image.Image) -> Image.Image:
    return image.crop((0, streak_picture._LEGEND, image.width, image.height))


def apart(one: Image.Image, other: Image.Image) -> int:
    """Count the pixels that differ plainly between two pictures without colour."""
    difference = ImageChops.difference(one.convert("L"), other.convert("L"))
    return sum(difference.histogram()[PLAINLY:])


def a_week(*answered: int, week: date = date(2026, 11, 23)) -> Digest:
    days = tuple(Day(number, week + number % 7 * DAY, number + 1, count) for number, count in enumerate(answered))
    return Digest("c", "1", week, days, max(answered, default=0), sum(answered), (), None)


def bar(image: Image.Image, row: int) -> int:
    """Count how many pixels of a row's middle are filled."""
    top = drawing.MARGIN + 92 + row * digest._ROW + 3 + digest._BAR_HEIGHT // 2
    filled = ImageColor.getrgb(drawing.KNOWN)
    return sum(image.getpixel((x, top)) == filled for x in range(image.width))


@pytest.mark.parametrize(
    "report",
    [
        of({}),
        of({TODAY: Outcome.OPEN}),
        of({TODAY: Outcome.ANSWERED, TODAY - DAY: Outcome.MISSED}, Streak(1, 1)),
        of(
            {TODAY - days * DAY: list(Outcome)[days % len(Outcome)] for days in range(1500)},
            Streak(12_345, 12_345, 2),
        ),
    ],
    ids=["no round", "one open round", "two rounds", "years of rounds"],
)
def test_a_calendar_is_a_picture_of_one_size_whatever_it_shows(report: StreakReport) -> None:
    image = drawn(report)

    assert image.size == (drawing.WIDTH, drawn(of({})).height)
    assert image.getpixel((0, 0)) == PANEL


@pytest.mark.parametrize(
    "week",
    [
        a_week(),
        a_week(0),
        a_week(1),
        a_week(3, 0, 7, 12, 1, 4, 9),
        a_week(*[99_999] * 7),
    ],
    ids=["no round", "nobody", "one answer", "a week", "very many"],
)
def test_a_week_is_as_wide_as_any_panel_and_a_row_higher_for_each_round(week: Digest) -> None:
    image = opened(digest.draw(week))

    assert image.width == drawing.WIDTH
    assert image.height == opened(digest.draw(a_week())).height + digest._ROW * len(week.days)


def test_each_outcome_has_a_shape_of_its_own_without_any_colour() -> None:
    squares = {outcome: square(drawn(of({TODAY: outcome})), TODAY) for outcome in Outcome}
    squares_and_none = [*squares.values(), square(drawn(of({})), TODAY)]

    assert all(apart(one, other) >= 20 for one, other in combinations(squares_and_none, 2))


def test_a_day_is_drawn_where_its_week_and_weekday_are() -> None:
    monday = date(2026, 11, 23)
    image, empty = drawn(of({monday: Outcome.ANSWERED, FIRST: Outcome.ANSWERED})), drawn(of({}))

    shown = [FIRST + days * DAY for days in range((TODAY - FIRST).days + 1)]

    assert [day for day in shown if apart(square(image, day), square(empty, day))] == [FIRST, monday]


def test_days_that_are_still_to_come_are_left_out() -> None:
    image = drawn(of({}))

    assert square(image, TODAY).getpixel((14, 14)) != PANEL
    assert square(image, TODAY + DAY).getcolors() == [(streak_picture._CELL**2, PANEL)]


@pytest.mark.parametrize("outcome", Outcome)
def test_the_legend_of_a_calendar_explains_what_is_on_it_and_nothing_else(outcome: Outcome) -> None:
    one, empty = drawn(of({TODAY: outcome})), drawn(of({}))
    two_of_it = drawn(of({TODAY: outcome, TODAY - DAY: outcome}))

    assert legend(empty).getcolors() == [(legend(empty).width * legend(empty).height, PANEL)]
    assert apart(legend(one), legend(empty)) > 0
    assert legend(two_of_it).tobytes() == legend(one).tobytes()


def test_the_legend_of_all_outcomes_ends_before_the_panel_does() -> None:
    image = legend(drawn(of({TODAY - days * DAY: outcome for days, outcome in enumerate(Outcome)})))

    edge = image.crop((image.width - drawing.MARGIN // 2, 0, image.width, image.height))
    assert edge.getcolors() == [(edge.width * edge.height, PANEL)]


def test_what_is_older_than_the_calendar_is_neither_drawn_nor_explained() -> None:
    assert streak_picture.draw(of({FIRST - DAY: Outcome.SAVED})) == streak_picture.draw(of({}))


def test_the_same_days_and_streak_are_drawn_alike_and_others_are_not() -> None:
    report = of({TODAY - days * DAY: list(Outcome)[days % len(Outcome)] for days in range(60)}, Streak(3, 9, 1))

    assert streak_picture.draw(report) == streak_picture.draw(report)
    assert streak_picture.draw(report) != streak_picture.draw(of(dict(report.days), Streak(4, 9, 1)))


def test_a_bar_is_as_long_as_its_share_of_the_best_day() -> None:
    image = opened(digest.draw(a_week(12, 6, 3, 0)))

    full, half, quarter, none = (bar(image, row) for row in range(4))

    assert full > 400
    assert half == pytest.approx(full / 2, abs=3)
    assert quarter == pytest.approx(full / 4, abs=3)
    assert none == 0


def test_a_single_answer_beside_very_many_is_still_to_be_seen() -> None:
    image = opened(digest.draw(a_week(50_000, 1)))

    assert bar(image, 1) >= 8


def test_names_and_titles_do_not_reach_the_picture_of_a_week() -> None:
    plain = a_week(3, 1)
    told = Digest("c", "1", plain.week, plain.days, 3, 4, (("ada", 9),), Hardest(1, "注意力 <@1>", 0, 2, 3))

    assert digest.draw(told) == digest.draw(plain)


async def test_a_picture_is_drawn_in_another_thread_while_the_event_loop_goes_on() -> None:
    drawing_now, go_on = asyncio.Event(), threading.Event()
    loop, threads = asyncio.get_running_loop(), set[int]()

    def draw() -> bytes:
        threads.add(threading.get_ident())
        loop.call_soon_threadsafe(drawing_now.set)
        assert go_on.wait(PATIENCE_SECONDS)
        return b"a picture"

    drawn_files = asyncio.create_task(files(Say((md("words"), Picture("streak", "in words", draw)))))
    await asyncio.wait_for(drawing_now.wait(), PATIENCE_SECONDS)
    go_on.set()
    (sent,) = await drawn_files

    assert threads.isdisjoint({threading.get_ident()})
    assert (sent.filename, sent.description, sent.fp.read()) == ("streak.png", "in words", b"a picture")


async def test_a_message_without_pictures_has_no_files() -> None:
    assert await files(Say((md("words"),))) == []
