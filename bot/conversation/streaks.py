"""A streak as people read it: what it is, round by round why, and being away."""

from collections.abc import Mapping
from datetime import date, timedelta

from bot.conversation import streak_picture
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Markdown, Mention, Part, Picture, Say, Tone, md, text
from bot.conversation.wording import on_day, plural
from bot.domain.absences import DAYS_A_YEAR, Absence
from bot.domain.rounds import Excuse
from bot.domain.streaks import MOST_FREEZES, ROUNDS_PER_FREEZE, Outcome
from bot.practice.streaks import Away, Explained, Refusal, StreakReport, Uncounted

MARKS = {
    Outcome.ANSWERED: "🟩",
    Outcome.SAVED: "🧊",
    Outcome.MISSED: "⬜",
    Outcome.AWAY: "⏸️",
    Outcome.EXCUSED: "⚪",
    Outcome.OPEN: "🟨",
}
_MEANINGS = {
    Outcome.ANSWERED: "answered",
    Outcome.SAVED: "saved by a freeze",
    Outcome.MISSED: "missed",
    Outcome.AWAY: "away",
    Outcome.EXCUSED: "void",
    Outcome.OPEN: "open now",
}
_EXCUSES = {
    Excuse.VOID: "void",
    Excuse.UNWRITABLE: "its thread could not be written to",
    Excuse.CUT_SHORT: "closed earlier than announced",
}
_NO_UNCOUNTED: Mapping[int, Uncounted] = {}
_DAY = timedelta(days=1)


def streak(report: StreakReport, *, own: bool) -> Say:
    """A member's streak with the days behind it."""
    state = report.streak
    strip = "".join(MARKS[each.outcome] for each in report.rounds) or "No round yet."
    shown = dict.fromkeys(each.outcome for each in report.rounds)
    legend = " · ".join(f"{MARKS[outcome]} {meaning}" for outcome, meaning in _MEANINGS.items() if outcome in shown)
    blocks = [
        text(Markdown("-# "), *_whose(report, own=own), Markdown(f"\n## 🔥 {plural(state.current, 'round')} in a row")),
        md(f"{strip}\n-# {legend} · newest on the right" if legend else strip),
        md(
            f"Longest: **{state.longest}** · Freezes held: **{state.freezes}** of {MOST_FREEZES}\n"
            f"-# {_next_freeze(state.rounds_to_freeze)}"
            " A freeze is spent by itself when you miss a round. Days without a round never count."
        ),
    ]
    picture = (Picture("streak", _alternative(report), lambda: streak_picture.draw(report)),) if report.days else ()
    away = (md(f"⏸️ {_away_until(report.absence, report.today, own=own)}"),) if report.absence else ()
    buttons = []
    if report.rounds:
        buttons.append(Button(button_id(Press.EXPLAIN, report.member_id), "Explain", emoji="🔎"))
    if report.absence and own:
        buttons.append(Button(button_id(Press.RETURN), "I am back", Tone.MAIN, "👋"))
    return Say((blocks[0], *picture, *blocks[1:], *away, *((Buttons(tuple(buttons)),) if buttons else ())), Colour.CALM)


def explanation(report: StreakReport, uncounted: Mapping[int, Uncounted] = _NO_UNCOUNTED, *, own: bool) -> Say:
    """The latest rounds one by one, newest first, with the rule that each follows and the streak after it."""
    lines: list[str] = []
    following: Explained | None = None
    for each in reversed(report.rounds):
        if following is not None:
            lines += _without_round(each.day, following.day)
        lines.append(_explained(each, uncounted.get(each.number)))
        following = each
    return Say(
        (
            text(
                Markdown("-# "),
                *_whose(report, own=own),
                Markdown(
                    f", explained · the last {plural(len(report.rounds), 'round')}, newest first\n"
                    f"## 🔥 {plural(report.streak.current, 'round')} in a row"
                ),
            ),
            md("\n".join(lines) or "No round yet."),
            md(
                f"-# {ROUNDS_PER_FREEZE} rounds in a row earn a freeze, {MOST_FREEZES} are held at most. A round is "
                "open until the next one opens, whatever the time where you live."
            ),
            Buttons((Button(button_id(Press.STREAK_OF, report.member_id), "Back", emoji="↩️"),)),
        ),
        Colour.CALM,
    )


def away(result: Away) -> Say:
    """What came of asking to be away."""
    if result.absence is not None:
        return Say(
            (
                md(
                    f"## ⏸️ Away until {on_day(result.absence.until_day)}\n"
                    f"Rounds from {on_day(result.absence.from_day)} on count neither way; your streak waits for you. "
                    f"You have {plural(result.left, 'day')} of {DAYS_A_YEAR} left in {result.year}."
                ),
                Buttons((Button(button_id(Press.RETURN), "I am back", emoji="👋"),)),
            ),
            Colour.GOOD,
        )
    if result.refusal is Refusal.TOO_LONG:
        return Say(
            (
                md(
                    f"## That is longer than {DAYS_A_YEAR} days a year\nYou have {plural(result.left, 'day')} left in "
                    f"{result.year}. Nothing was changed: choose an earlier day."
                ),
            ),
            Colour.CARE,
        )
    return Say(
        (
            md(
                "## That day has nothing left to pause\nRounds until then are over, or answered by you already. "
                "Nothing was changed: choose a later day."
            ),
        ),
        Colour.CARE,
    )


def unknown_day(written: str) -> Say:
    """What was typed is no day."""
    return Say(
        (
            text(
                written[:80] or "That",
                Markdown(" is not a day I understand. Write it as `2026-12-24`, `24 Dec` or `7 days`."),
            ),
        ),
        Colour.CARE,
    )


def back(*, was_away: bool) -> Say:
    """A member is here again."""
    if not was_away:
        return Say((md("You are not away: rounds count as always."),), Colour.CALM)
    return Say((md("## 👋 Welcome back\nThe open round counts again, and so does every one after it."),), Colour.GOOD)


def _whose(report: StreakReport, *, own: bool) -> tuple[Part, ...]:
    return (Markdown("Your streak"),) if own else (Mention(report.member_id), Markdown("'s streak"))


def _away_until(absence: Absence, today: date, *, own: bool) -> str:
    if absence.until_day < today:
        return "The open round is still paused; the next one counts again."
    who = "You are" if own else "Is"
    return f"{who} away until {on_day(absence.until_day)}: rounds count neither way until then."


def _explained(each: Explained, uncounted: Uncounted | None) -> str:
    return f"{MARKS[each.outcome]} **{each.number}** · {on_day(each.day)} · {_rule(each, uncounted)}"


def _rule(each: Explained, uncounted: Uncounted | None) -> str:
    now = each.after.current
    match each.outcome:
        case Outcome.ANSWERED:
            earned = each.after.freezes > each.before.freezes
            return f"answered → **{now}**" + (", which earns a freeze" if earned else "")
        case Outcome.SAVED:
            return f"{_why_missed(uncounted)}, a freeze is spent → **{now}** stays"
        case Outcome.MISSED:
            return f"{_why_missed(uncounted)}{', no freeze held' if each.before.current else ''} → **0**"
        case Outcome.AWAY:
            return f"away, counts neither way → **{now}** stays"
        case Outcome.EXCUSED:
            return f"{_EXCUSES[each.excuse or Excuse.VOID]}, counts against nobody → **{now}** stays"
        case Outcome.OPEN:
            if uncounted is not None and uncounted.looked:
                return "open now, but the model answer was seen first: an answer does not count any more"
            return "open now: answer it before the next question"


def _why_missed(uncounted: Uncounted | None) -> str:
    if uncounted is not None and uncounted.looked:
        return "the model answer was seen before an answer"
    if uncounted is not None and uncounted.late:
        return "answered after it had closed"
    return "not answered"


def _without_round(earlier: date, later: date) -> list[str]:
    first, last = earlier + _DAY, later - _DAY
    if first > last:
        return []
    span = on_day(first) if first == last else f"{on_day(first)} to {on_day(last)}"
    return [f"▫️ {span} · no round, so nothing to miss"]


def _alternative(report: StreakReport) -> str:
    counted = dict.fromkeys(Outcome, 0)
    first = streak_picture.first_day(report.today)
    for day, outcome in report.days.items():
        counted[outcome] += day >= first
    told = ", ".join(f"{plural(count, 'day')} {_MEANINGS[outcome]}" for outcome, count in counted.items() if count)
    return f"Calendar of rounds: {told}."


def _next_freeze(rounds: int | None) -> str:
    if rounds is None:
        return f"You hold as many freezes as there can be ({MOST_FREEZES})."
    verb = "earns" if rounds == 1 else "earn"
    return f"{plural(rounds, 'more round')} in a row {verb} the next freeze (one for every {ROUNDS_PER_FREEZE})."
