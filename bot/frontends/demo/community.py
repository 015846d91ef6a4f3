"""The simulated study group: who is in it, when each of them answers, and what they write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml

from bot.domain.questions import Question

NAME = "Deep Learning Study Group"
CHANNEL = "daily-question"
TOPIC = "One interview question a day. Answer in its thread."
VISITOR = "You"
# What everybody's picture is called.
PORTRAIT = "portrait"
# Rounds that have passed when the visitor comes in: enough to have earned a freeze and spent it.
ROUNDS_BEFORE_TODAY = 9

_HOURS = timedelta(hours=1)
_MINUTES = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated member.

    `joins` is the first round they see, `misses` every how many rounds they leave one out, starting with round 8;
    `answers_after` how long after the question they write, `strength` which of three answers they give (0 is best);
    `quiz` how many quiz questions they get right and wrong.
    """

    name: str
    colour: str
    joins: int
    misses: int | None
    answers_after: timedelta
    strength: int
    quiz: tuple[int, int]
    organises: bool = False

    def answers(self, number: int) -> bool:
        """Whether they answer the round of this number."""
        left_out = self.misses is not None and number >= 8 and (number - 8) % self.misses == 0
        return number >= self.joins and not left_out


AMARA = Person("Amara Osei", "#c2577d", 1, None, 12 * _MINUTES, 0, (6, 1), organises=True)
JONAS = Person("Jonas Lind", "#3f8f6b", 1, 6, 9 * _HOURS, 1, (3, 2))
MEI = Person("Mei Tanaka", "#b07d2b", 5, None, 26 * _MINUTES, 2, (4, 3))
MEMBERS = (AMARA, JONAS, MEI)


def written(person: Person, question: Question) -> str:
    """Return what a person answers to a question; a question of a bank of one's own gets a plain list of points."""
    known = _written().get(question.slug)
    if known is not None:
        return known[person.strength]
    labels = [point.label for point in question.key_points]
    said = labels[: max(1, len(labels) - 2 * person.strength)]
    unsure = " Not sure about the rest." if person.strength else ""
    return f"What I would say: {'; '.join(said)}.{unsure}"


def voters(person: Person | None) -> Sequence[Person]:
    """Return who finds a person's answers helpful; None is the visitor."""
    if person is None:
        return (AMARA, MEI)
    return tuple(fellow for fellow in MEMBERS if fellow.strength > person.strength)


@cache
def _written() -> Mapping[str, Sequence[str]]:
    source = Path(__file__).with_name("answers.yaml").read_text(encoding="utf-8")
    return MappingProxyType(yaml.safe_load(source))
