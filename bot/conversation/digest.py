"""The weekly digest as a community reads it: a picture, and the same in words."""

from datetime import timedelta

from PIL.ImageDraw import ImageDraw

from bot.conversation import drawing
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Markdown, Mention, Part, Picture, Say, Text, md
from bot.conversation.wording import on_day, plural
from bot.domain.digests import Day, Digest

_TITLE, _LABEL, _SMALL = 30, 19, 17
_ROW, _BAR_LEFT, _BAR_HEIGHT = 40, 150, 20
_SIX_DAYS = timedelta(days=6)


def digest(told: Digest) -> Say:
    """What a week came to; its button's id is how the bot recognises this message again."""
    blocks: list[Text | Picture | Buttons] = [
        md(
            f"-# {_span(told)}\n## {plural(told.members, 'member')} answered "
            f"{plural(told.answers, 'time')} in {plural(len(told.days), 'round')}"
        ),
        Picture("digest", _alternative(told), lambda: draw(told)),
    ]
    if told.streaks:
        parts: list[Part] = [Markdown("🔥 Longest streaks now: ")]
        for place, (member_id, rounds) in enumerate(told.streaks):
            parts += [Markdown(", " if place else ""), Mention(member_id), Markdown(f" **{rounds}**")]
        blocks.append(Text(tuple(parts)))
    if told.hardest:
        hardest = told.hardest
        parts = [
            Markdown(f"🧗 Hardest question: **{hardest.title}** (round {hardest.number}). "),
            Markdown(f"{hardest.again} of {hardest.judged} who judged their own answer found it hard."),
        ]
        blocks.append(Text(tuple(parts)))
    blocks.append(
        Buttons(
            (
                Button(digest_marker(told), "This week's board", emoji="🏁"),
                Button(button_id(Press.STREAK), "My streak", emoji="🔥"),
            )
        )
    )
    return Say(tuple(blocks), Colour.GOOD)


def digest_marker(told: Digest) -> str:
    """The button id that only this digest carries."""
    return button_id(Press.DIGEST, told.week.isoformat())


def draw(told: Digest) -> bytes:
    """Draw how many members answered each round of a week as a PNG."""
    top = drawing.MARGIN + 92
    image, pen = drawing.panel(top + len(told.days) * _ROW + drawing.MARGIN)
    pen.text((drawing.MARGIN, drawing.MARGIN - 6), "The week in answers", drawing.TEXT, drawing.font(_TITLE))
    pen.text(
        (drawing.MARGIN, drawing.MARGIN + 36),
        f"{_span(told)}  ·  {plural(told.members, 'member')} took part",
        drawing.FAINT,
        drawing.font(_SMALL),
    )
    most = max((day.answered for day in told.days), default=0)
    for place, day in enumerate(told.days):
        _row(pen, top + place * _ROW, day, most)
    return drawing.png(image)


def _row(pen: ImageDraw, top: int, day: Day, most: int) -> None:
    pen.text((drawing.MARGIN, top), on_day(day.day), drawing.TEXT, drawing.font(_LABEL))
    width = drawing.WIDTH - drawing.MARGIN - 70 - _BAR_LEFT
    box = (_BAR_LEFT, top + 3, _BAR_LEFT + width, top + 3 + _BAR_HEIGHT)
    pen.rounded_rectangle(box, 5, fill=drawing.TRACK)
    if day.answered:
        filled = max(10.0, width * day.answered / most)
        pen.rounded_rectangle((*box[:2], _BAR_LEFT + filled, box[3]), 5, fill=drawing.KNOWN)
    pen.text((_BAR_LEFT + width + 14, top), str(day.answered), drawing.TEXT, drawing.font(_LABEL))


def _span(told: Digest) -> str:
    return f"{on_day(told.week)} to {on_day(told.week + _SIX_DAYS)}"


def _alternative(told: Digest) -> str:
    days = "; ".join(f"{on_day(day.day)} {day.answered}" for day in told.days)
    return f"Members who answered each round: {days}."[:1000]
