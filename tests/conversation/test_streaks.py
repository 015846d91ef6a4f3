"""A streak in words: the rule beside each round, the days between, and what fits into a message."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.conversation import streaks
from bot.conversation.buttons import LIMIT, Press, pressed
from bot.conversation.say import Button, Buttons, Markdown, Mention, Picture, Say, Text
from bot.domain.absences import Absence
from bot.domain.streaks import MOST_FREEZES, Attendance, Outcome, Streak, explained
from bot.practice.streaks import SHOWN_ROUNDS, Away, Explained, Refusal, StreakReport, Uncounted

ANSWERED, UNANSWERED, AWAY, EXCUSED, OPEN = (
    Attendance.ANSWERED,
    Attendance.UNANSWERED,
    Attendance.AWAY,
    Attendance.EXCUSED,
    Attendance.OPEN,
)
DAY = timedelta(days=1)
THURSDAY = date(2026, 1, 1)
LONGEST_ID = "9" * 20
MOST_CHARACTERS, MOST_OF_AN_ALTERNATIVE = 4000, 1024

HISTORIES = some.lists(
    some.tuples(some.sampled_from([ANSWERED, ANSWERED, ANSWERED, UNANSWERED, AWAY, EXCUSED]), some.integers(1, 5)),
    max_size=60,
)


def a_report(
    attended: list[Attendance],
    days: list[date] | None = None,
    *,
    member_id: str = "ada",
    absence: Absence | None = None,
) -> StreakReport:
    """Tell of rounds that were attended so, on these days or on one day after another."""
    days = days or [THURSDAY + place * DAY for place in range(len(attended))]
    told = explained(attended)
    befores = [Streak(), *(after for _, after in told)]
    rounds = [
        Explained(number, day, outcome, before, after)
        for number, (day, (outcome, after), before) in enumerate(zip(days, told, befores, strict=False), start=1)
    ]
    return StreakReport(
        member_id,
        told[-1][1] if told else Streak(),
        tuple(rounds[-SHOWN_ROUNDS:]),
        {each.day: each.outcome for each in rounds},
        days[-1] if days else THURSDAY,
        absence,
    )


def spread(history: list[tuple[Attendance, int]]) -> StreakReport:
    """Tell of rounds that lie so many days apart, the last of them open."""
    days = [THURSDAY]
    for _, apart in history:
        days.append(days[-1] + apart * DAY)
    return a_report([*(attended for attended, _ in history), OPEN], days, member_id=LONGEST_ID)


def read(say: Say) -> str:
    parts = [part for block in say.blocks if isinstance(block, Text) for part in (*block.parts, Markdown("\n"))]
    return "".join(
        f"<@{part.member_id}>" if isinstance(part, Mention) else str(getattr(part, "source", part)) for part in parts
    )


def lines(report: StreakReport, uncounted: dict[int, Uncounted] | None = None) -> list[str]:
    """Return the lines of an explanation that tell of rounds and days."""
    told = read(streaks.explanation(report, uncounted or {}, own=True)).splitlines()
    return [line for line in told if line.startswith((*streaks.MARKS.values(), "▫️"))]


def buttons(say: Say) -> list[Button]:
    return [button for block in say.blocks if isinstance(block, Buttons) for button in block.buttons]


def picture(say: Say) -> Picture | None:
    return next((block for block in say.blocks if isinstance(block, Picture)), None)


@pytest.mark.parametrize(
    ("attended", "line"),
    [
        ([ANSWERED], "🟩 **1** · Thu 1 Jan · answered → **1**"),
        ([ANSWERED] * 7, "🟩 **7** · Wed 7 Jan · answered → **7**, which earns a freeze"),
        ([*[ANSWERED] * 7, UNANSWERED], "🧊 **8** · Thu 8 Jan · not answered, a freeze is spent → **7** stays"),
        ([UNANSWERED], "⬜ **1** · Thu 1 Jan · not answered → **0**"),
        ([ANSWERED, UNANSWERED], "⬜ **2** · Fri 2 Jan · not answered, no freeze held → **0**"),
        ([ANSWERED, UNANSWERED, UNANSWERED], "⬜ **3** · Sat 3 Jan · not answered → **0**"),
        ([ANSWERED, AWAY], "⏸️ **2** · Fri 2 Jan · away, counts neither way → **1** stays"),
        ([ANSWERED, EXCUSED], "⚪ **2** · Fri 2 Jan · void, counts against nobody → **1** stays"),
        ([ANSWERED, OPEN], "🟨 **2** · Fri 2 Jan · open now: answer it before the next question"),
    ],
)
def test_beside_each_round_stands_the_rule_that_it_follows(attended: list[Attendance], line: str) -> None:
    assert lines(a_report(attended))[0] == line


def test_a_freeze_is_earned_only_while_fewer_than_two_are_held() -> None:
    told = lines(a_report([ANSWERED] * 21))

    earning = [line for line in told if "earns a freeze" in line]
    assert [line.split(" ")[1] for line in earning] == ["**14**"]
    assert told[0] == "🟩 **21** · Wed 21 Jan · answered → **21**"


@pytest.mark.parametrize(
    ("uncounted", "why"),
    [
        (Uncounted(late=False, looked=False), "not answered"),
        (Uncounted(late=True, looked=False), "answered after it had closed"),
        (Uncounted(late=False, looked=True), "the model answer was seen before an answer"),
        (Uncounted(late=True, looked=True), "the model answer was seen before an answer"),
    ],
)
def test_why_an_answer_does_not_count_is_told(uncounted: Uncounted, why: str) -> None:
    assert lines(a_report([ANSWERED, UNANSWERED]), {2: uncounted})[0].endswith(f" · {why}, no freeze held → **0**")


@pytest.mark.parametrize(
    ("second", "between"),
    [
        (date(2026, 1, 1), None),
        (date(2026, 1, 2), None),
        (date(2026, 1, 3), "▫️ Fri 2 Jan · no round, so nothing to miss"),
        (date(2026, 1, 5), "▫️ Fri 2 Jan to Sun 4 Jan · no round, so nothing to miss"),
    ],
)
def test_days_without_a_round_stand_between_the_rounds_beside_them(second: date, between: str | None) -> None:
    told = lines(a_report([ANSWERED, ANSWERED], [THURSDAY, second]))

    assert told[1:-1] == ([between] if between else [])


@given(HISTORIES)
def test_the_last_rounds_are_told_newest_first_each_in_a_line_and_all_of_it_fits(
    history: list[tuple[Attendance, int]],
) -> None:
    report = spread(history)

    said = streaks.explanation(report, own=False)

    told = [line for line in lines(report) if not line.startswith("▫️")]
    numbers = [int(line.split("**")[1]) for line in told]
    newest = len(history) + 1
    assert numbers == list(range(newest, max(0, newest - SHOWN_ROUNDS), -1))
    assert len(read(said)) <= MOST_CHARACTERS


@given(HISTORIES.filter(bool))
def test_beside_the_newest_closed_round_stands_the_streak_of_the_heading(history: list[tuple[Attendance, int]]) -> None:
    report = spread(history)

    newest_closed = next(line for line in lines(report) if "→" in line)

    assert f"→ **{report.streak.current}**" in newest_closed


@given(HISTORIES)
def test_the_legend_names_the_marks_of_the_rounds_shown_and_no_others(history: list[tuple[Attendance, int]]) -> None:
    report = spread(history)

    said = read(streaks.streak(report, own=True))

    strip, legend = next(
        (line, following)
        for line, following in zip(said.splitlines(), said.splitlines()[1:], strict=False)
        if "newest on the right" in following
    )
    shown = {each.outcome for each in report.rounds}
    assert strip == "".join(streaks.MARKS[each.outcome] for each in report.rounds)
    assert {outcome for outcome, mark in streaks.MARKS.items() if mark in legend} == shown


@given(HISTORIES)
def test_a_streak_fits_into_a_message_and_its_picture_has_words(history: list[tuple[Attendance, int]]) -> None:
    said = streaks.streak(spread(history), own=False)

    drawn = picture(said)
    assert drawn is not None
    assert 0 < len(drawn.alternative) <= MOST_OF_AN_ALTERNATIVE
    assert len(read(said)) <= MOST_CHARACTERS
    assert all(len(button.id) <= LIMIT for button in buttons(said))


def test_every_mark_is_another() -> None:
    assert len(set(streaks.MARKS.values())) == len(streaks.MARKS) == len(Outcome)


def test_the_words_of_the_picture_count_the_days_that_it_shows() -> None:
    said = streaks.streak(a_report([ANSWERED, ANSWERED, UNANSWERED, AWAY, EXCUSED, OPEN]), own=True)

    drawn = picture(said)
    assert drawn is not None
    assert drawn.alternative == (
        "Calendar of rounds: 2 days answered, 1 day missed, 1 day away, 1 day void, 1 day open now."
    )


@pytest.mark.parametrize(
    ("streak", "words"),
    [
        (Streak(), "7 more rounds in a row earn the next freeze"),
        (Streak(6, 6), "1 more round in a row earns the next freeze"),
        (Streak(7, 7, 1), "7 more rounds in a row earn the next freeze"),
        (Streak(20, 20, MOST_FREEZES), "You hold as many freezes as there can be (2)."),
    ],
)
def test_how_far_the_next_freeze_is_agrees_in_number(streak: Streak, words: str) -> None:
    assert words in read(streaks.streak(replace(a_report([]), streak=streak), own=True))


def test_explain_and_back_carry_whose_streak_it_is() -> None:
    report = a_report([ANSWERED], member_id=LONGEST_ID)

    there = buttons(streaks.streak(report, own=False))
    back = buttons(streaks.explanation(report, own=False))

    assert [pressed(button.id) for button in there] == [(Press.EXPLAIN, (LONGEST_ID,))]
    assert [pressed(button.id) for button in back] == [(Press.STREAK_OF, (LONGEST_ID,))]


def test_only_who_is_away_themselves_is_offered_the_way_back() -> None:
    away = a_report([AWAY], absence=Absence(THURSDAY, THURSDAY + 7 * DAY, THURSDAY, 1))

    own, seen = streaks.streak(away, own=True), streaks.streak(away, own=False)

    assert "You are away until Thu 8 Jan" in read(own)
    assert "Is away until Thu 8 Jan" in read(seen)
    assert [button.label for button in buttons(own)] == ["Explain", "I am back"]
    assert [button.label for button in buttons(seen)] == ["Explain"]


def test_each_refusal_says_that_nothing_was_changed_and_what_to_do() -> None:
    said = [read(streaks.away(Away(None, refusal, 1, 2026))) for refusal in Refusal]

    assert all("Nothing was changed: choose a" in each for each in said)
    assert len(set(said)) == len(Refusal)
    assert "1 day left in 2026" in said[list(Refusal).index(Refusal.TOO_LONG)]


@pytest.mark.parametrize("typed", ["", "x" * 6000, "**@everyone**"])
def test_what_is_no_day_is_repeated_as_it_was_typed_and_cut(typed: str) -> None:
    said = streaks.unknown_day(typed)

    (block,) = said.blocks
    assert isinstance(block, Text)
    assert block.parts[0] == (typed[:80] or "That")
    assert len(read(said)) < 200
