"""Boards as people read them: who does how much, and how it is counted."""

from functools import cache

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Markdown, Mention, Part, Say, Text, Tone, md
from bot.domain.standings import Board, By, Period, Place, Standing, Turn
from bot.practice.boards import Visibility

_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
_PERIODS = {Period.WEEK: "this week", Period.MONTH: "this month", Period.ALL: "all time"}
_TITLES = {By.STREAK: "Streaks", By.ANSWERS: "Rounds answered", By.QUIZ: "Quiz questions right"}
_FORMULAS = {
    By.STREAK: (
        "**Streaks**: rounds answered in a row, with rounds saved by a freeze, void ones and days away left out. "
        "*This week* shows the streaks that run now, *All time* the longest that each member ever had."
    ),
    By.ANSWERS: (
        "**Rounds answered**: one for each round with an answer of yours that counts, however many you wrote. A round "
        "belongs to the local day on which it opened."
    ),
    By.QUIZ: (
        "**Quiz questions right**: one for each multiple-choice question of `/quiz` that you chose rightly, on the "
        "local day on which you did."
    ),
}


def board(page: Board) -> Say:
    """A page of a board, with the reader's own place below it."""
    blocks: list[Text | Buttons] = [md(f"## {_title(page.by, page.period)}")]
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
    blocks += [md(_own(page)), _periods(page.by, page.period), Buttons(tuple(_ways(page)))]
    return Say(tuple(blocks), Colour.CALM)


def counted(by: By, period: Period, seen: Visibility) -> Say:
    """How a board counts, and the way off it or back on."""
    hide = Button(button_id(Press.SHOWN, by, period, "no"), "Hide me from boards", emoji="🙈")
    show = Button(button_id(Press.SHOWN, by, period, "yes"), "Show me on boards", Tone.GOOD, "👋")
    return Say(
        (
            md(f"## How it counts\n{_FORMULAS[by]}"),
            md(
                "Equal counts share a rank, and the next rank is left out: 1, 2, 2, 4. Weeks and months are those of "
                "this server's own clock. Members who have left are not shown."
            ),
            md(
                "-# You are shown on boards, digests and recaps."
                if seen.shown
                else "-# You are hidden: nobody but you sees your place."
            ),
            Buttons((Button(button_id(Press.BOARD, by, period), "Back", emoji="↩️"), hide if seen.shown else show)),
        ),
        Colour.CALM,
    )


def _title(by: By, period: Period) -> str:
    scope = _PERIODS[period]
    if by is By.STREAK:
        scope = "longest ever" if period is Period.ALL else "current"
    return f"{_TITLES[by]} · {scope}"


@cache
def _periods(by: By, shown: Period) -> Buttons:
    return Buttons(
        tuple(
            Button(
                button_id(Press.BOARD, by, period),
                _PERIODS[period].capitalize(),
                Tone.MAIN if period is shown else Tone.PLAIN,
            )
            for period in Period
            if by is not By.STREAK or period is not Period.MONTH
        )
    )


def _ways(page: Board) -> list[Button]:
    ways: list[Button] = []
    if page.before or page.after:
        ways += [_way(page, page.before, "◀", Turn.BEFORE), _way(page, page.after, "▶", Turn.AFTER)]
    own = page.own
    if own and not page.hidden and own not in page.standings:
        ways.append(_way(page, Place(Turn.AROUND, own.value, own.member_id), "My place", Turn.AROUND))
    ways.append(Button(button_id(Press.COUNTED, page.by, page.period), "How it counts", emoji="ℹ️"))
    return ways


def _way(page: Board, place: Place | None, label: str, turn: Turn) -> Button:
    """Make the button to another page; where there is none it stays in place, and cannot be pressed."""
    state = (turn.value, place.value, place.member_id) if place else (turn.value,)
    return Button(button_id(Press.BOARD, page.by, page.period, *state), label, disabled=place is None)


def _place(standing: Standing) -> str:
    return _MEDALS.get(standing.rank, f"**{standing.rank}.**")


def _own(page: Board) -> str:
    if page.own is None:
        return "-# You are not on this board yet."
    if page.hidden:
        return f"-# You are hidden. With {page.own.value:,} your place would be **{page.own.rank}**."
    return f"-# Your place: **{page.own.rank}** of {page.total:,}, with {page.own.value:,}."
