"""A sitting: one question after another for one member, drawn by what they remember."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from random import Random

from bot.domain.questions import Level, Question
from bot.domain.review import RETENTION, Card, Rating, due, retrievability


class Mode(StrEnum):
    """How a sitting asks: four choices, or an answer in one's own words."""

    CHOICE = "choice"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Sitting:
    """What a member wanted to practise; `only_due` asks for nothing they have not met before."""

    id: str
    community_id: str
    member_id: str
    mode: Mode
    topic: str | None = None
    level: Level | None = None
    only_due: bool = False

    def wants(self, question: Question) -> bool:
        """Whether a question is of the topic and level asked for."""
        return self.topic in {None, question.topic} and self.level in {None, question.level}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a sitting: how its choices are shown, and what the member made of it so far."""

    place: int
    question_id: int
    order: int
    chosen: int | None = None
    text: str | None = None
    rating: Rating | None = None

    @property
    def shown(self) -> bool:
        """Whether the member has been shown the model answer."""
        return self.text is not None or self.rating is not None


@dataclass(frozen=True, slots=True)
class Tally:
    """How a sitting stands: questions answered, and how many of them were known."""

    answered: int = 0
    known: int = 0


def due_questions(
    questions: Iterable[Question], cards: Mapping[int, Card], today: date, retention: float = RETENTION
) -> list[Question]:
    """Return the questions that are due on a local day, longest overdue first."""
    waiting = [
        (due(card, retention), question.id, question)
        for question in questions
        if (card := cards.get(question.id)) is not None and due(card, retention) <= today
    ]
    return [question for _, _, question in sorted(waiting, key=lambda each: each[:2])]


def draw(
    sitting: Sitting,
    questions: Iterable[Question],
    cards: Mapping[int, Card],
    random: Random,
    *,
    today: date,
    drawn: Collection[int] = (),
    retention: float = RETENTION,
) -> Question | None:
    """Draw a sitting's next question: what is due, then what is new, then what is remembered least.

    Nothing is asked twice in a sitting: `drawn` holds the ids it has had. None when nothing is left.
    """
    fitting = [question for question in questions if sitting.wants(question) and question.id not in drawn]
    waiting = due_questions(fitting, cards, today, retention)
    if waiting or sitting.only_due:
        return waiting[0] if waiting else None
    new = [question for question in fitting if question.id not in cards]
    if new:
        return random.choice(new)
    return min(fitting, key=lambda question: (retrievability(cards[question.id], today), question.id), default=None)
