"""The model answer: asked for, committed to, shown; and what a submitted form is told."""

from bot.conversation import feedback as feedback_say
from bot.conversation.buttons import Press, button_id
from bot.conversation.reports import report_button
from bot.conversation.rounds import question_marker
from bot.conversation.say import Block, Button, Buttons, Colour, Say, Tone, md
from bot.conversation.wording import in_days, listed, plural
from bot.domain.answers import LEAST_LETTERS
from bot.domain.questions import Question, Reference
from bot.domain.rounds import Round
from bot.domain.streaks import MILESTONES
from bot.practice.answers import Access, Compared, Look, Submitted


def not_yet(this: Round) -> Say:
    """Ask for a commitment first, and offer the way round it with its price."""
    return Say(
        (
            md(
                "## Your own answer first\n"
                "Write what you would say, in the thread or privately here. Two sentences are enough to learn from "
                "the difference."
            ),
            md(
                "-# If you look first, what you write in this round afterwards is kept "
                "but does not count for your streak."
            ),
            Buttons(
                (
                    Button(question_marker(this), "Write my answer", Tone.MAIN, "✍️"),
                    Button(button_id(Press.REVEAL_ANYWAY, this.key), "Show me anyway", Tone.DANGER),
                )
            ),
        ),
        Colour.CARE,
    )


def model_answer(look: Look, compared: Compared) -> Say:
    """The short model answer beside what was spotted in one's own; the full one is a press away."""
    notes = {
        Access.COMMITTED: "You have answered. Compare.",
        Access.ANYWAY: "Noted: what you write in this round from now on does not count for your streak.",
        Access.CLOSED: "This round is closed.",
        Access.NOT_YET: "",
    }
    judged: tuple[Block, ...] = (
        feedback_say.ratings(compared.feedback, Press.RATE, look.round.key)
        if compared.returns is None
        else (md(f"-# Noted: `/review` brings this question back {in_days(compared.returns)}."),)
    )
    return Say(
        (
            md(f"-# Model answer · {notes[look.access]}\n## {compared.feedback.question.title}"),
            *feedback_say.compared(compared.feedback),
            *judged,
            Buttons(
                (
                    Button(button_id(Press.FULL, look.round.key), "Full answer", Tone.MAIN, "📖"),
                    Button(button_id(Press.SOURCES, look.round.key), "Mistakes and sources", emoji="🔎"),
                    report_button(compared.feedback.question),
                )
            ),
        ),
        Colour.ANSWER,
    )


def full_answer(question: Question) -> Say:
    """What a strong candidate would say in three to five minutes."""
    return Say(
        (
            md(f"-# Full answer · {question.title}"),
            md(question.full_answer),
            Buttons((report_button(question),)),
        ),
        Colour.ANSWER,
    )


def sources(question: Question) -> Say:
    """Common mistakes, follow-up questions and where to read on."""
    return Say(
        (
            md(f"-# {question.title}"),
            md(f"**Common mistakes**\n{listed(question.common_mistakes)}"),
            md(f"**Follow-ups an interviewer may ask**\n{listed(question.follow_ups)}"),
            md(f"**Sources**\n{listed(tuple(_cited(reference) for reference in question.references))}"),
            Buttons((report_button(question),)),
        ),
        Colour.ANSWER,
    )


def submitted(result: Submitted) -> Say:
    """Say whether an answer from the form counts, and what it did."""
    this, recorded = result.round, result.recorded
    if not result.enough:
        return _too_little(this)
    if not recorded.counts:
        closed = this.closed_at is not None
        why = (
            "This round had already closed when you sent it."
            if closed
            else "You had seen the model answer before, so this round does not count for your streak."
        )
        lines = f"## Kept\n{why} Your text is kept all the same."
    elif recorded.first:
        streak = recorded.streak
        cheer = " 🎉" if streak.current in MILESTONES else ""
        lines = f"## Counted{cheer}\nYour streak: **{plural(streak.current, 'round')}**."
    else:
        lines = "## Kept\nYou had already answered this round; this is kept beside it."
    return Say(
        (
            md(lines),
            Buttons((Button(button_id(Press.REVEAL, this.key), "Model answer", Tone.MAIN, "📖"),)),
        ),
        Colour.GOOD if recorded.counts else Colour.CARE,
    )


def _too_little(this: Round) -> Say:
    return Say(
        (
            md(
                "## That says too little\n"
                f"An answer takes at least {LEAST_LETTERS} letters besides mentions, links and emoji. Nothing is "
                "counted yet; try again."
            ),
            Buttons((Button(question_marker(this), "Write my answer", Tone.MAIN, "✍️"),)),
        ),
        Colour.CARE,
    )


def no_such_round() -> Say:
    """There is nothing to reveal."""
    return Say(
        (md("There is no such round here. When the next question is posted, its buttons will work."),), Colour.CARE
    )


def _cited(reference: Reference) -> str:
    link = (
        f"https://arxiv.org/abs/{reference.arxiv}"
        if reference.arxiv
        else f"https://doi.org/{reference.doi}"
        if reference.doi
        else reference.url
    )
    title = f"[{reference.title}](<{link}>)" if link else reference.title
    return f"{title} · {reference.authors} ({reference.year})"
