"""/progress as a member sees it: a picture, and the same in words."""

from PIL.ImageDraw import ImageDraw

from bot.conversation import drawing
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Picture, Say, Tone, md
from bot.conversation.wording import plural
from bot.practice.progress import Progress, TopicProgress

_MOST_ALTERNATIVE = 1000
_ROW = 40
_TITLE, _LABEL, _SMALL = 30, 19, 16
_BAR_LEFT, _BAR_WIDTH, _BAR_HEIGHT = 352, 208, 14


def progress(standing: Progress) -> Say:
    """How much of each topic is met and still known, what is due, and on which days it was practised."""
    if not standing.met:
        return Say(
            (
                md(
                    "## Nothing met yet\nAnswer a round or take a `/quiz`: every question you meet becomes a card, and "
                    "this page shows how much of it you still know."
                ),
            ),
            Colour.CALM,
        )
    lines = "\n".join(_line(each) for each in standing.topics if each.met)
    due = (
        (Buttons((Button(button_id(Press.REVIEW), f"Review {plural(standing.due, 'card')}", Tone.MAIN, "▶️"),)),)
        if standing.due
        else ()
    )
    return Say(
        (
            md(f"-# Your progress\n## {plural(standing.met, 'question')} met"),
            Picture("progress", _alternative(standing), lambda: draw(standing)),
            md(lines),
            md("-# Known: how likely you recall a question of the topic today, on average over those you have met."),
            *due,
        ),
        Colour.GOOD,
    )


def draw(standing: Progress) -> bytes:
    """Draw the picture of a member's progress as a PNG."""
    rows = drawing.MARGIN + 86
    heat = rows + len(standing.topics) * _ROW + 22
    image, pen = drawing.panel(heat + 34 + drawing.HEAT_HEIGHT + drawing.MARGIN)
    pen.text((drawing.MARGIN, drawing.MARGIN - 6), "What you remember", drawing.TEXT, drawing.font(_TITLE))
    _legend(pen, drawing.MARGIN + 42)
    for number, topic in enumerate(standing.topics):
        _row(pen, rows + number * _ROW, topic)
    active = sum(1 for count in standing.days.values() if count)
    label = f"Rounds answered and reviews done in the last year: {plural(active, 'active day')}"
    pen.text((drawing.MARGIN, heat), label, drawing.FAINT, drawing.font(_SMALL))
    drawing.heat_map(pen, heat + 30, standing.days, standing.today)
    return drawing.png(image)


def _legend(pen: ImageDraw, top: int) -> None:
    left = float(drawing.MARGIN)
    for colour, words in ((drawing.KNOWN, "known today"), (drawing.MET, "met"), (drawing.TRACK, "not met yet")):
        pen.rounded_rectangle((left, top + 3, left + 15, top + 18), 3, fill=colour)
        pen.text((left + 23, top), words, drawing.FAINT, drawing.font(_SMALL))
        left += 23 + pen.textlength(words, drawing.font(_SMALL)) + 26


def _row(pen: ImageDraw, top: int, topic: TopicProgress) -> None:
    ink = drawing.TEXT if topic.met else drawing.FAINT
    label = drawing.fitting(pen, topic.topic.title, _LABEL, _BAR_LEFT - drawing.MARGIN - 14)
    pen.text((drawing.MARGIN, top), label, ink, drawing.font(_LABEL))
    middle = top + 6
    met = _BAR_WIDTH * topic.met / max(topic.total, 1)
    for width, colour in ((_BAR_WIDTH, drawing.TRACK), (met, drawing.MET), (met * topic.recalled, drawing.KNOWN)):
        if width >= 1:
            box = (_BAR_LEFT, middle, _BAR_LEFT + max(width, 4), middle + _BAR_HEIGHT)
            pen.rounded_rectangle(box, 4, fill=colour)
    right = _BAR_LEFT + _BAR_WIDTH + 16
    pen.text((right, top), f"{topic.met} of {topic.total}", ink, drawing.font(_LABEL))
    if topic.due:
        pen.text((right + 100, top), f"{topic.due} due", drawing.DUE, drawing.font(_LABEL))


def _line(topic: TopicProgress) -> str:
    due = f" · **{topic.due} due**" if topic.due else ""
    return f"- {topic.topic.title}: {topic.met} of {topic.total} met · {topic.recalled:.0%} known{due}"


def _alternative(standing: Progress) -> str:
    met = "; ".join(
        f"{each.topic.title} {each.met} of {each.total}, {each.recalled:.0%} known"
        for each in standing.topics
        if each.met
    )
    return f"Progress by topic: {met}."[:_MOST_ALTERNATIVE]
