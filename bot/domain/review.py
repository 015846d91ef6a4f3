"""What a member remembers of a question: FSRS, the forgetting model of Anki, by whole days and without dice.

The model is the `fsrs` package with its default weights (FSRS-6). Its learning steps of minutes are left out, since a
day is the smallest unit here, and its fuzz too, so that the same reviews always give the same card.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum

import fsrs

RETENTION = 0.9
LONGEST_DAYS = 365

_SCHEDULER = fsrs.Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_DECAY: float = -_SCHEDULER.parameters[20]
_FACTOR: float = 0.9 ** (1 / _DECAY) - 1


class Rating(IntEnum):
    """How well a member knew it, by their own judgement."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class Card:
    """A member's memory of one question.

    `stability` is the number of days until recall becomes 90 % likely, `difficulty` runs from 1 to 10; `reviewed` is
    the local day of the latest review.
    """

    stability: float
    difficulty: float
    reviewed: date


def after(card: Card | None, rating: Rating, day: date) -> Card:
    """Return the card after a review; None is a question never met.

    A day before the latest review counts as that day.
    """
    before = fsrs.Card(card_id=0, due=_moment(day))
    if card is not None:
        day = max(day, card.reviewed)
        before = fsrs.Card(
            card_id=0,
            state=fsrs.State.Review,
            stability=card.stability,
            difficulty=card.difficulty,
            due=_moment(day),
            last_review=_moment(card.reviewed),
        )
    reviewed, _ = _SCHEDULER.review_card(before, fsrs.Rating(rating.value), _moment(day))
    if reviewed.stability is None or reviewed.difficulty is None:
        raise ValueError("the scheduler returned a card without a memory")
    return Card(reviewed.stability, reviewed.difficulty, day)


def remembered(reviews: Iterable[tuple[date, Rating]]) -> Card | None:
    """Return the card that reviews, oldest first, leave behind; None when there are none."""
    card: Card | None = None
    for day, rating in reviews:
        card = after(card, rating, day)
    return card


def interval(card: Card, retention: float = RETENTION) -> int:
    """Return after how many days recall has fallen to `retention`: at least 1, at most a year.

    Source: FSRS-6, interval(r, S) = S / FACTOR · (r^(1/DECAY) − 1).
    """
    days: float = card.stability / _FACTOR * (retention ** (1 / _DECAY) - 1)
    return min(max(round(days), 1), LONGEST_DAYS)


def due(card: Card, retention: float = RETENTION) -> date:
    """Return the local day on which a card should be met again."""
    return card.reviewed + timedelta(days=interval(card, retention))


def retrievability(card: Card, day: date) -> float:
    """Return how likely the member recalls it on a local day, from 0 to 1.

    Source: FSRS-6, R(t, S) = (1 + FACTOR · t / S)^DECAY with t in days.
    """
    elapsed = max(0, (day - card.reviewed).days)
    return float((1 + _FACTOR * elapsed / card.stability) ** _DECAY)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
