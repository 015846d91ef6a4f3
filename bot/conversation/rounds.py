"""The daily round, as people read it: the question, its hints, its recap, and what the thread is told."""

from datetime import date
from itertools import groupby

from bot.conversation.buttons import Press, button_id, pressed
from bot.conversation.say import (
    Button,
    Buttons,
    Channel,
    Colour,
    Divider,
    Field,
    Form,
    Jump,
    Markdown,
    Mention,
    Part,
    Say,
    Text,
    Tone,
    md,
    text,
)
from bot.conversation.wording import classed, listed, plural
from bot.domain.answers import LEAST_LETTERS
from bot.domain.questions import Bank, Question
from bot.domain.rounds import Round, day_and_take
from bot.practice.publisher import Opening, Recap

_NAMED = 10


def question_post(opening: Opening, bank: Bank) -> Say:
    """The day's question; its first button's id is how the bot recognises this message again."""
    this, question = opening.round, opening.question
    return Say(
        (
            md(f"-# Round {this.number} · {this.day:%A} {this.day.day} {this.day:%B}\n## {question.title}"),
            md(question.prompt),
            md(f"-# {classed(question, bank.topic(question.topic).title)}"),
            *_before(opening),
            Divider(),
            md("Answer in the thread, or privately with the button. Open until the next question."),
            Buttons(
                (
                    Button(question_marker(this), "Answer", Tone.MAIN, "✍️"),
                    Button(button_id(Press.HINT, this.key, 0), "Hint", emoji="💡"),
                    Button(button_id(Press.REVEAL, this.key), "Model answer", emoji="📖"),
                    Button(button_id(Press.STREAK), "My streak", emoji="🔥"),
                )
            ),
        ),
        Colour.QUESTION,
    )


def question_marker(this: Round) -> str:
    """The button id that only this round's question carries."""
    return button_id(Press.ANSWER, this.key, this.question_id)


def asked(identity: str) -> tuple[date, int, int] | None:
    """Read the local day, the take and the question's id from a question's first button; None for any other."""
    known = pressed(identity)
    if known is None or known[0] is not Press.ANSWER or len(known[1]) != 2:
        return None
    key, question_id = known[1]
    try:
        return (*day_and_take(key or ""), int(question_id or ""))
    except ValueError:
        return None


def recap_marker(this: Round) -> str:
    """The button id that only this round's recap carries."""
    return button_id(Press.STREAK, this.key)


def thread_name(this: Round, question: Question) -> str:
    """The name of a round's thread, at most 100 characters."""
    return f"{this.number} · {question.title}"[:100]


def answer_form(key: str, question: Question) -> Form:
    """The form for those who would rather not write in the thread."""
    return Form(
        button_id(Press.ANSWER, key, question.id),
        f"Your answer · #{question.id}",
        Field("text", "What would you say in the interview?", question.title[:100], LEAST_LETTERS, 4000),
    )


def hint(this: Round, question: Question, which: int) -> Say:
    """One hint, and the way to the next one."""
    which = min(which, len(question.hints) - 1)
    more = which + 1 < len(question.hints)
    buttons = [Button(question_marker(this), "Answer", Tone.MAIN, "✍️")]
    if more:
        buttons.append(Button(button_id(Press.HINT, this.key, which + 1), "Another hint", emoji="💡"))
    return Say(
        (
            md(f"-# Hint {which + 1} of {len(question.hints)}"),
            md(question.hints[which]),
            Buttons(tuple(buttons)),
        ),
        Colour.CARE,
    )


def recap(closed: Recap) -> Say:
    """What closes a round: the model answer, for everyone, and what came of the round."""
    question = closed.question
    answered = plural(closed.answered, "member") if closed.answered else "Nobody"
    return Say(
        (
            md(f"-# Round {closed.round.number} is closed · {answered} answered\n## Model answer"),
            md(question.short_answer),
            Divider(),
            md(f"**A strong answer says**\n{listed(tuple(point.label for point in question.key_points))}"),
            *_came_of(closed),
            Buttons(
                (
                    Button(button_id(Press.FULL, closed.round.key), "Full answer", Tone.MAIN, "📖"),
                    Button(button_id(Press.SOURCES, closed.round.key), "Mistakes and sources", emoji="🔎"),
                    Button(recap_marker(closed.round), "My streak", emoji="🔥"),
                )
            ),
        ),
        Colour.ANSWER,
    )


def milestone(member_id: str, rounds: int) -> Say:
    """A word of praise, without a ping."""
    return Say(
        (text(Markdown("🎉 "), Mention(member_id), Markdown(f" has answered **{rounds} rounds in a row**.")),),
        Colour.GOOD,
    )


def backfilled(answers: int) -> Say:
    """A note that nothing written meanwhile was lost."""
    verb = "is" if answers == 1 else "are"
    return Say((md(f"I was away for a while. {plural(answers, 'answer')} written meanwhile {verb} counted."),))


def _before(opening: Opening) -> tuple[Text, ...]:
    """One line about the round that this one closes."""
    before = opening.before
    if before is None:
        return ()
    number = before.round.number
    told = f"{plural(before.answered, 'member')} answered" if before.answered else "Nobody answered"
    if before.round.thread_id is None:
        return (md(f"-# {told} round {number}."),)
    where = Channel(before.round.thread_id)
    return (text(Markdown(f"-# {told} round {number}; its model answer is in "), where, Markdown(".")),)


def _came_of(closed: Recap) -> tuple[Text | Divider, ...]:
    """Whose streak reached a milestone, and the answers that others found most helpful."""
    parts: list[Part] = []
    for rounds, members in groupby(closed.milestones, key=lambda reached: reached[1]):
        names = [member_id for member_id, _ in members]
        parts.append(Markdown(f"🎉 **{rounds} rounds in a row**: "))
        for place, member_id in enumerate(names[:_NAMED]):
            parts += [Markdown(", " if place else ""), Mention(member_id)]
        more = len(names) - _NAMED
        parts.append(Markdown(f" and {plural(more, 'other')}\n" if more > 0 else "\n"))
    if closed.helpful and closed.round.thread_id:
        parts.append(Markdown("👍 **Most helpful answers**\n"))
        for each in closed.helpful:
            parts += [
                Markdown("- "),
                Mention(each.member_id),
                Markdown(f" · 👍 **{each.votes}** · "),
                Jump("read it", closed.round.community_id, closed.round.thread_id, each.answer_id),
                Markdown("\n"),
            ]
    return (Divider(), Text(tuple(parts))) if parts else ()
