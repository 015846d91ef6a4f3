"""What a question is made of, and the bank that holds them all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, TypeVar

from annotated_types import Interval, MaxLen, MinLen

K = TypeVar("K")
V = TypeVar("V")


class Level(StrEnum):
    """How hard a question is."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class Kind(StrEnum):
    """What a question asks a member to do."""

    CONCEPT = "concept"
    COMPARE = "compare"
    COMPUTE = "compute"
    DERIVE = "derive"
    DEBUG = "debug"
    DESIGN = "design"
    CODE = "code"


class _Closed:
    """Tell a validator that a field nobody declared is a mistake, not an extension."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}


# Fits one Discord thread name (100), button label (80) and select option (100).
Title = Annotated[str, MinLen(1), MaxLen(80)]
Slug = Annotated[str, MinLen(1), MaxLen(60)]
Phrase = Annotated[str, MinLen(1), MaxLen(80)]
Remark = Annotated[str, MinLen(1), MaxLen(200)]
Sentence = Annotated[str, MinLen(1), MaxLen(300)]
ReferenceId = Annotated[str, MinLen(1), MaxLen(60)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint(_Closed):
    """One thing a strong answer must say; any one of its phrases shows that it was said."""

    label: Annotated[str, MinLen(1), MaxLen(90)]
    phrases: Annotated[tuple[Phrase, ...], MinLen(5)]
    weight: Annotated[float, Interval(gt=0, le=10)] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception(_Closed):
    """A known wrong claim, the phrases that betray it, and one sentence that puts it right."""

    when: Annotated[tuple[Phrase, ...], MinLen(1)]
    say: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(_Closed):
    """One option of a multiple-choice question and why it is right or wrong."""

    text: Remark
    why: Annotated[str, MinLen(1), MaxLen(240)]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipleChoice(_Closed):
    """The same matter as a four-option question."""

    question: Sentence
    correct: Choice
    distractors: Annotated[tuple[Choice, ...], MinLen(3), MaxLen(3)]

    @property
    def correct_is_longest(self) -> bool:
        """Whether a guess at the longest option would be right."""
        return len(self.correct.text) > max((len(each.text) for each in self.distractors), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(_Closed):
    """Where a claim can be checked: a work and at least one way to find it."""

    id: ReferenceId
    title: Sentence
    authors: Sentence
    year: Annotated[int, Interval(ge=1600, le=2100)]
    arxiv: Annotated[str, MinLen(1), MaxLen(40)] | None = None
    doi: Annotated[str, MinLen(1), MaxLen(200)] | None = None
    url: Annotated[str, MinLen(1), MaxLen(300)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(_Closed):
    """One item of the bank, complete: prompt, model answer, rubric and sources."""

    id: Annotated[int, Interval(ge=1, le=999_999)]
    slug: Slug
    topic: Slug
    level: Level
    kind: Kind
    title: Title
    prompt: Annotated[str, MinLen(1), MaxLen(600)]
    hints: Annotated[tuple[Sentence, ...], MinLen(1), MaxLen(3)]
    short_answer: Annotated[str, MinLen(1), MaxLen(1000)]
    full_answer: Annotated[str, MinLen(1), MaxLen(3500)]
    key_points: Annotated[tuple[KeyPoint, ...], MinLen(3), MaxLen(6)]
    misconceptions: Annotated[tuple[Misconception, ...], MaxLen(3)]
    common_mistakes: Annotated[tuple[Remark, ...], MinLen(1), MaxLen(4)]
    follow_ups: Annotated[tuple[Remark, ...], MinLen(1), MaxLen(3)]
    multiple_choice: MultipleChoice
    references: Annotated[tuple[Reference, ...], MinLen(1), MaxLen(4)]
    checks: Annotated[tuple[Remark, ...], MaxLen(12)] = ()
    reviewed: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic(_Closed):
    """A subject area that questions are filed under."""

    slug: Slug
    title: Title
    contains: Sentence


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """All questions that can be asked, found by id, slug or topic in constant time.

    Two banks are equal only if they are the same object, so a bank may be a cache key.
    Raises ValueError when two questions share an id or a slug, or a question's topic is unknown.
    """

    questions: tuple[Question, ...]
    topics: tuple[Topic, ...]
    _by_id: Mapping[int, Question] = field(init=False, repr=False)
    _by_slug: Mapping[str, Question] = field(init=False, repr=False)
    _topics: Mapping[str, Topic] = field(init=False, repr=False)
    _in_topic: Mapping[str, tuple[Question, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_id = {question.id: question for question in self.questions}
        by_slug = {question.slug: question for question in self.questions}
        topics = {topic.slug: topic for topic in self.topics}
        filed: dict[str, list[Question]] = {slug: [] for slug in topics}
        if not len(by_id) == len(by_slug) == len(self.questions) or len(topics) != len(self.topics):
            raise ValueError("Two questions or topics share an id or a slug: give each its own before building a bank.")
        for question in self.questions:
            if question.topic not in filed:
                raise ValueError(
                    f"Question {question.slug!r} is filed under the unknown topic {question.topic!r}: "
                    "add the topic or correct the question."
                )
            filed[question.topic].append(question)
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "_by_slug", by_slug)
        object.__setattr__(self, "_topics", topics)
        object.__setattr__(self, "_in_topic", {slug: tuple(those) for slug, those in filed.items()})

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def __contains__(self, number: object) -> bool:
        return number in self._by_id

    def question(self, number: int) -> Question:
        """Return the question with this id; raises LookupError when the bank has none."""
        return _found(self._by_id, number, "question with id")

    def by_slug(self, slug: str) -> Question:
        """Return the question with this slug; raises LookupError when the bank has none."""
        return _found(self._by_slug, slug, "question named")

    def topic(self, slug: str) -> Topic:
        """Return the topic with this slug; raises LookupError when the bank has none."""
        return _found(self._topics, slug, "topic named")

    def in_topic(self, slug: str) -> tuple[Question, ...]:
        """Return a topic's questions in the bank's order; raises LookupError for an unknown topic."""
        return _found(self._in_topic, slug, "topic named")


def _found(index: Mapping[K, V], key: K, what: str) -> V:
    try:
        return index[key]
    except KeyError:
        raise LookupError(f"The bank has no {what} {key!r}: it may have been retired.") from None
