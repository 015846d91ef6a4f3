"""The question bank in a terminal: what is in it, how it is spread, and one question as members will read it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bot.conversation import reports as words
from bot.conversation.preview import preview
from bot.conversation.wording import plural
from bot.domain.questions import Bank, Kind, Level, Question
from bot.domain.rounds import Round, State
from bot.domain.sitting import Asked, Mode, Sitting, Tally
from bot.frontends.terminal.render import panel
from bot.practice.reports import Report
from bot.practice.sitting import Turn

# Each kind of message once, and none that is the same for every question.
_SHOWN = re.compile(
    r"The day's question|Hint .*|Model answer, committed, nothing written|Full answer|Mistakes.*|Quiz(, . chosen)?"
)
_LEVEL_STYLES = {Level.EASY: "green", Level.MEDIUM: "yellow", Level.HARD: "red"}


def listing(questions: Iterable[Question]) -> Table:
    """Return a table of questions, one a line."""
    table = Table("id", "slug", "topic", "level", "kind", "title", box=None, header_style="bold", pad_edge=False)
    for question in questions:
        level = f"[{_LEVEL_STYLES[question.level]}]{question.level}"
        table.add_row(str(question.id), question.slug, question.topic, level, question.kind, Text(question.title))
    return table


def reported(reports: Sequence[Report], bank: Bank) -> Table | str:
    """Return a table of what members reported, or that there is nothing."""
    if not reports:
        return words.NOTHING
    table = Table("id", "slug", "community", "day", "what is wrong", box=None, header_style="bold", pad_edge=False)
    for each in reports:
        slug = bank.question(each.question_id).slug if each.question_id in bank else f"({words.RETIRED})"
        # Somebody's words: they must neither style the table nor steer the terminal.
        written = Text("".join(letter if letter.isprintable() else " " for letter in each.text))
        table.add_row(str(each.question_id), slug, each.community_id, f"{each.at:%Y-%m-%d}", written)
    return table


def stats(bank: Bank, *, faults: int) -> Iterator[RenderableType]:
    """Return how the bank's questions are spread over topics, levels and kinds, and what is wrong with them."""
    table = Table("topic", "questions", *Level, *Kind, box=None, header_style="bold", pad_edge=False, show_footer=True)
    for column in table.columns[1:]:
        column.justify = "right"
    for topic in bank.topics:
        table.add_row(topic.slug, *_counts(bank.in_topic(topic.slug)))
    for column, footer in zip(table.columns, ("all", *_counts(bank.questions)), strict=True):
        column.footer = f"[bold]{footer}"
    yield table
    levels = Counter(question.level for question in bank)
    shares = ", ".join(f"{level} {levels[level] / max(1, len(bank)):.0%}" for level in Level)
    longest = sum(question.multiple_choice.correct_is_longest for question in bank)
    works = {work.id for question in bank for work in question.references}
    yield (
        f"\n{plural(len(bank), 'question')} in {plural(len(bank.topics), 'topic')}: {shares}."
        f"\nThe right option is the longest in {longest / max(1, len(bank)):.0%} of the multiple-choice questions."
        f"\n{plural(sum(len(question.references) for question in bank), 'citation')} of {plural(len(works), 'work')}."
        f"\n{plural(faults, 'fault')}."
    )


def as_members_see_it(question: Question, bank: Bank, now: datetime) -> Iterator[RenderableType]:
    """Return the messages that a question appears in, each kind once."""
    this = Round(
        id=1,
        community_id="1",
        day=now.date(),
        take=0,
        number=1,
        question_id=question.id,
        state=State.OPEN,
        channel_id="1",
        due_at=now,
        claimed_at=now,
    )
    turn = Turn(Sitting("1", "1", "1", Mode.CHOICE), Asked(0, question.id, 7), question, Tally(), 0)
    for occasion, say in preview(question, bank, this=this, turn=turn, answered=3):
        if _SHOWN.fullmatch(occasion):
            yield panel(say, occasion)


def _counts(questions: tuple[Question, ...]) -> tuple[str, ...]:
    levels = Counter(question.level for question in questions)
    kinds = Counter(question.kind for question in questions)
    counts = (len(questions), *(levels[level] for level in Level), *(kinds[kind] for kind in Kind))
    return tuple(str(count) if count else "·" for count in counts)
