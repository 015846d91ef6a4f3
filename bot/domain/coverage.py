"""What an answer covers of a rubric: an aid to self-rating, never a grade.

Phrase matching sees neither negation nor stuffing, so say "spotted" and "not spotted", not right and wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.domain.phrases import phrasebook, stems
from bot.domain.questions import Bank, KeyPoint, Misconception, Question


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which key points were spotted, and their share of all weight, from 0 to 1."""

    spotted: tuple[KeyPoint, ...]
    not_spotted: tuple[KeyPoint, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a language model makes of an answer: the key points it finds made, and a remark in its own words."""

    made: tuple[KeyPoint, ...]
    remark: str


def coverage(answer: str, key_points: Sequence[KeyPoint], vocabulary: frozenset[str] = frozenset()) -> Coverage:
    """Return which key points an answer mentions; an empty answer, or no key points, gives a share of 0.

    A word of `vocabulary` (see `vocabulary`) is never taken for a mistyped word of a phrase.
    """
    book = phrasebook(tuple(point.phrases for point in key_points), vocabulary)
    hits = book.hits(answer)
    pairs = tuple(zip(key_points, hits, strict=True))
    spotted = tuple(point for point, hit in pairs if hit)
    missed = tuple(point for point, hit in pairs if not hit)
    total = sum(point.weight for point in key_points)
    return Coverage(spotted, missed, sum(point.weight for point in spotted) / total if total else 0.0)


def misconceptions_in(
    answer: str, misconceptions: Sequence[Misconception], vocabulary: frozenset[str] = frozenset()
) -> tuple[Misconception, ...]:
    """Return the misconceptions whose phrases an answer uses: cause for a gentle note, never a score."""
    book = phrasebook(tuple(each.when for each in misconceptions), vocabulary)
    return tuple(each for each, hit in zip(misconceptions, book.hits(answer), strict=True) if hit)


@lru_cache(maxsize=4)
def vocabulary(bank: Bank) -> frozenset[str]:
    """Return the stems of every word the bank uses, to be told apart from typing errors."""
    return stems(text for question in bank for text in texts(question))


def texts(question: Question) -> Iterator[str]:
    """Return everything a question says, except in its references."""
    yield from (question.title, question.prompt, *question.hints)
    yield from (question.short_answer, question.full_answer)
    for point in question.key_points:
        yield from (point.label, *point.phrases)
    for misconception in question.misconceptions:
        yield from (*misconception.when, misconception.say)
    yield from (*question.common_mistakes, *question.follow_ups)
    yield from _choice_texts(question)


def _choice_texts(question: Question) -> Iterable[str]:
    choice = question.multiple_choice
    yield choice.question
    for option in (choice.correct, *choice.distractors):
        yield from (option.text, option.why)
