"""Streaks and boards as people read them."""

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Markdown, Mention, Part, Say, Text, Tone, md, text
from bot.conversation.wording import plural
from bot.domain.standings import Board, By, Period, Standing
from bot.domain.streaks import MOST_FREEZES, ROUNDS_PER_FREEZE, Outcome
from bot.practice.boards import StreakReport

_MARKS = {Outcome.ANSWERED: "🟩", Outcome.SAVED: "🧊", Outcome.MISSED: "⬜", Outcome.OPEN: "🟨"}
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
_PERIODS = {Period.WEEK: "this week", Period.MONTH: "this month", Period.ALL: "all time"}
_TITLES = {By.STREAK: "Streaks", By.ANSWERS: "Rounds answered", By.QUIZ: "Quiz questions right"}


def streak(report: StreakReport, *, own: bool) -> Say:
    """A member's streak with the rounds behind it."""
    state = report.streak
    whose: tuple[Part, ...] = (Markdown("Your streak"),) if own else (Mention(report.member_id), Markdown("'s streak"))
    strip = "".join(_MARKS[attended.outcome] for attended in report.rounds) or "No round yet."
    blocks = [
        text(Markdown("-# "), *whose, Markdown(f"\n## 🔥 {plural(state.current, 'round')} in a row")),
        md(f"{strip}\n-# 🟩 answered · 🧊 saved by a freeze · ⬜ missed · 🟨 open now · newest on the right"),
        md(
            f"Longest: **{state.longest}** · Freezes held: **{state.freezes}** of {MOST_FREEZES}\n"
            f"-# {_next_freeze(state.rounds_to_freeze)}"
            " A freeze is spent by itself when you miss a round. Days without a round never count."
        ),
    ]
    return Say(tuple(blocks), Colour.CALM)


def board(page: Board) -> Say:
    """A page of a board, with the reader's own place below it."""
    scope = _PERIODS[page.period]
    if page.by is By.STREAK:
        scope = "longest ever" if page.period is Period.ALL else "current"
    blocks: list[Text | Buttons] = [md(f"## {_TITLES[page.by]} · {scope}")]
    if page.standings:
        parts: list[Part] = []
        for standing in page.standings:
            parts += [
                Markdown(f"{_place(standing)} "),
                Mention(standing.member_id),
                Markdown(f" · **{standing.value:,}**\n"),
            ]
        blocks.append(Text(tuple(parts)))
    else:
        blocks.append(md("Nobody yet. The first answer takes the first place."))
    blocks.append(md(_own(page)))
    blocks.append(
        Buttons(
            tuple(
                Button(
                    button_id(Press.BOARD, page.by, period, 0),
                    _PERIODS[period].capitalize(),
                    Tone.MAIN if period is page.period else Tone.PLAIN,
                )
                for period in Period
                if page.by is not By.STREAK or period is not Period.MONTH
            )
            + tuple(
                Button(
                    button_id(Press.BOARD, page.by, page.period, page.page + step, "older" if step > 0 else "newer"),
                    label,
                    disabled=not 0 <= page.page + step < page.pages,
                )
                for step, label in ((-1, "◀"), (1, "▶"))
                if page.pages > 1
            )
        )
    )
    return Say(tuple(blocks), Colour.CALM)


def _place(standing: Standing) -> str:
    return _MEDALS.get(standing.rank, f"**{standing.rank}.**")


def _own(page: Board) -> str:
    if page.own is None:
        return "-# You are not on this board yet."
    return f"-# Your place: **{page.own.rank}** of {page.total:,}, with {page.own.value:,}."


def _next_freeze(rounds: int | None) -> str:
    if rounds is None:
        return f"You hold as many freezes as there can be ({MOST_FREEZES})."
    verb = "earns" if rounds == 1 else "earn"
    return f"{plural(rounds, 'more round')} in a row {verb} the next freeze (one for every {ROUNDS_PER_FREEZE})."
