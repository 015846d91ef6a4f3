"""A quiz or a review as its member reads it: the question, the verdict on a choice, and the end."""

from bot.conversation import feedback as feedback_say
from bot.conversation.buttons import Press, button_id
from bot.conversation.reports import report_button
from bot.conversation.say import Block, Button, Buttons, Colour, Divider, Field, Form, Markdown, Say, Tone, md, text
from bot.conversation.wording import classed, in_days, plural
from bot.domain.questions import Bank, Level, Question
from bot.domain.quiz import LETTERS, ordered
from bot.domain.review import Rating
from bot.domain.sitting import Mode, Sitting
from bot.practice.feedback import Feedback
from bot.practice.sitting import Summary, Turn, Verdict

_LISTED = 15
_JUDGED = {Rating.AGAIN: "🔁", Rating.HARD: "🟠", Rating.GOOD: "🟢", Rating.EASY: "🔵"}


def question(turn: Turn, bank: Bank) -> Say:
    """A drawn question: with four choices, whose buttons only say A to D, or for an answer in one's own words."""
    asked = turn.question
    put = _choices(turn) if turn.sitting.mode is Mode.CHOICE else _open(turn)
    return Say((md(heading(turn, classed(asked, bank.topic(asked.topic).title))), *put), Colour.QUESTION)


def verdict(result: Verdict) -> Say:
    """Whether the chosen one was right, why, what was right instead, and when the question returns."""
    turn = result.turn
    multiple_choice = turn.question.multiple_choice
    choices = ordered(multiple_choice, turn.asked.order)
    chosen, right = choices[turn.asked.chosen or 0], multiple_choice.correct
    lines = [
        f"{_mark(is_right=choice is right, is_chosen=choice is chosen)} **{letter}**  {choice.text}"
        for letter, choice in zip(LETTERS, choices, strict=True)
    ]
    if chosen is right:
        headline, reasons = "## ✅ Right", right.why
    else:
        headline = "## Not quite"
        reasons = (
            f"**{LETTERS[choices.index(chosen)]}**: {chosen.why}\n\n"
            f"**{LETTERS[choices.index(right)]}** is right: {right.why}"
        )
    return Say(
        (
            md(f"{heading(turn, turn.question.title)}\n{headline}"),
            md(f"**{multiple_choice.question}**"),
            md("\n".join(lines)),
            Divider(),
            md(reasons),
            md(f"-# This question returns {in_days(result.days)}."),
            Buttons(
                (
                    Button(button_id(Press.NEXT, turn.sitting.id), "Next question", Tone.MAIN, "➡️"),
                    full_button(turn),
                    finish_button(turn.sitting),
                    report_button(turn.question),
                )
            ),
        ),
        Colour.GOOD if chosen is right else Colour.CARE,
    )


def compared(turn: Turn, feedback: Feedback) -> Say:
    """An answer in one's own words beside the model answer, to be judged by whoever wrote it."""
    return Say(
        (
            md(f"{heading(turn, 'Compare')}\n## {turn.question.title}"),
            *feedback_say.compared(feedback),
            *feedback_say.ratings(feedback, Press.JUDGE, turn.sitting.id, turn.asked.place),
            Buttons((full_button(turn), finish_button(turn.sitting), report_button(turn.question))),
        ),
        Colour.ANSWER,
    )


def summary(result: Summary) -> Say:
    """What a sitting came to: how many were known, and which question returns when."""
    if not result.met:
        command = _name(result.sitting).lower()
        return Say((md(f"## Nothing answered yet\nWhenever you like: `/{command}` begins anew."),), Colour.CALM)
    shown = result.met[:_LISTED]
    lines = [
        f"- {_JUDGED[rating]} {met.title} · {in_days(max(0, (due - result.today).days))}" for met, rating, due in shown
    ]
    if len(result.met) > len(shown):
        lines.append(f"- … and {len(result.met) - len(shown)} more")
    more = (
        f"\n{plural(result.left, 'more card')} {'is' if result.left == 1 else 'are'} due today." if result.left else ""
    )
    go_on = Button(button_id(Press.NEXT, result.sitting.id), "Go on", Tone.MAIN, "➡️")
    onward = (Buttons((go_on,)),) if result.more else ()
    missed = result.tally.answered - result.tally.known
    returns = "What was not known returns first." if missed else "It returns before you would forget it."
    return Say(
        (
            md(
                f"-# {_name(result.sitting)}\n## {result.tally.known} of {result.tally.answered} known\n{returns}{more}"
            ),
            md("\n".join(lines)),
            *onward,
        ),
        Colour.GOOD,
    )


def answer_form(sitting_id: str, place: int, asked: Question) -> Form:
    """The form for an answer in one's own words."""
    return Form(
        button_id(Press.WRITE, sitting_id, place, asked.id),
        f"Your answer · #{asked.id}",
        Field("text", "What would you say in the interview?", asked.title[:100], 1, 4000),
    )


def unknown_topic(written: str) -> Say:
    """There is no such topic."""
    return Say(
        (text(written[:80] or "That", Markdown(" is not a topic. Start typing and choose one from the list.")),),
        Colour.CARE,
    )


def nothing_fits(topic_title: str | None, level: Level | None) -> Say:
    """There is no question of that topic and level."""
    of_level = f"{level.value} " if level else ""
    on_topic = f" on {topic_title}" if topic_title else ""
    return Say(
        (md(f"There are no {of_level}questions{on_topic} in the bank yet. Try `/quiz` with another topic or level."),),
        Colour.CARE,
    )


def _choices(turn: Turn) -> tuple[Block, ...]:
    multiple_choice = turn.question.multiple_choice
    choices = ordered(multiple_choice, turn.asked.order)
    letters = tuple(
        Button(button_id(Press.CHOOSE, turn.sitting.id, turn.asked.place, which), letter, Tone.MAIN)
        for which, letter in enumerate(LETTERS)
    )
    return (
        md(f"**{multiple_choice.question}**"),
        md("\n".join(f"**{letter}**  {choice.text}" for letter, choice in zip(LETTERS, choices, strict=True))),
        Buttons((*letters, finish_button(turn.sitting))),
    )


def _open(turn: Turn) -> tuple[Block, ...]:
    state = turn.sitting.id, turn.asked.place
    return (
        md(f"## {turn.question.title}\n{turn.question.prompt}"),
        Buttons(
            (
                Button(button_id(Press.WRITE, *state, turn.question.id), "Write my answer", Tone.MAIN, "✍️"),
                Button(button_id(Press.SHOW, *state), "I have answered aloud", emoji="🗣️"),
                finish_button(turn.sitting),
            )
        ),
    )


def full_button(turn: Turn) -> Button:
    """The way to the full answer, in a message of its own."""
    return Button(button_id(Press.IN_FULL, turn.sitting.id, turn.asked.place), "Full answer", emoji="📖")


def finish_button(sitting: Sitting) -> Button:
    """The way to a sitting's summary."""
    return Button(button_id(Press.FINISH, sitting.id), "Finish", emoji="🏁")


def heading(turn: Turn, kind: str) -> str:
    """The small print above a question: which sitting, what about, and how it stands."""
    tally = turn.tally
    stands = f" · {tally.known} of {tally.answered} known" if tally.answered else ""
    left = f" · {turn.left} more due" if turn.left else ""
    return f"-# {_name(turn.sitting)} · {kind}{stands}{left}"


def _name(sitting: Sitting) -> str:
    return "Review" if sitting.only_due else "Quiz"


def _mark(*, is_right: bool, is_chosen: bool) -> str:
    if is_right:
        return "✅"
    return "❌" if is_chosen else "⬜"
