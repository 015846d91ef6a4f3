"""Reports of mistakes, as members write them and admins read them."""

from collections.abc import Sequence

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import (
    Block,
    Button,
    Buttons,
    Colour,
    Field,
    Form,
    Markdown,
    Mention,
    Moment,
    Say,
    Tone,
    md,
    text,
)
from bot.conversation.wording import plural
from bot.domain.clock import to_epoch
from bot.domain.questions import Bank, Question
from bot.practice.reports import Report

# What fits one message when every character of a report is a sign that must be escaped.
_ROOM = 3400
_ROOM_AROUND = 160
NOTHING = "Nobody has reported a mistake that is not seen to yet."
RETIRED = "a retired question"


def report_button(question: Question) -> Button:
    """The way to say that a question is wrong."""
    return Button(button_id(Press.REPORT, question.id), "Report a mistake", emoji="🚩")


def report_form(question: Question) -> Form:
    """The form that asks for one sentence."""
    return Form(
        button_id(Press.REPORT, question.id),
        f"A mistake in question #{question.id}",
        Field("text", "What is wrong, and how do you know?", "A source helps: a paper or a calculation", 10, 1000),
    )


def thanks() -> Say:
    """The report has arrived."""
    return Say(
        (md("## Thank you\nYour report is in front of this community's admins, and on the list of whoever runs me."),),
        Colour.GOOD,
    )


def reported(waiting: Sequence[Report], bank: Bank) -> Say:
    """What members reported and nobody has seen to yet."""
    if not waiting:
        return Say((md(f"## No reports\n{NOTHING}"),), Colour.GOOD)
    shown = _that_fit(waiting)
    seen = Button(button_id(Press.SETTLE, to_epoch(shown[-1].at)), "Seen to", Tone.MAIN, "✅")
    rest = f"\n-# The oldest {len(shown)}; the others follow." if len(waiting) > len(shown) else ""
    return Say(
        (
            md(f"## {plural(len(waiting), 'report')} of mistakes{rest}"),
            *(_entry(each, bank) for each in shown),
            Buttons((seen,)),
        ),
        Colour.CARE,
    )


def _that_fit(waiting: Sequence[Report]) -> list[Report]:
    """Return the oldest reports that one message holds whole, at least one: what is not shown is not seen to."""
    shown: list[Report] = []
    room = _ROOM
    for each in waiting:
        room -= 2 * len(each.text) + _ROOM_AROUND
        if room < 0 and shown:
            break
        shown.append(each)
    return shown


def _entry(each: Report, bank: Bank) -> Block:
    title = bank.question(each.question_id).title if each.question_id in bank else RETIRED
    return text(
        Markdown(f"**#{each.question_id} · {title}**\n-# "),
        Mention(each.member_id),
        Markdown(" · "),
        Moment(each.at, "relative"),
        Markdown("\n"),
        each.text,
    )
