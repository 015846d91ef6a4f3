"""What was spotted in a member's own words, and in how many days each rating brings the question back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.coverage import Coverage, Opinion, coverage, misconceptions_in, vocabulary
from bot.domain.questions import Misconception, Question
from bot.domain.review import Rating, after, interval
from bot.practice.context import Practice
from bot.storage import cards
from bot.storage.statement import Transaction


@dataclass(frozen=True, slots=True)
class Feedback:
    """An aid to judging oneself, never a grade; `coverage` is None where there is no text to look at."""

    question: Question
    coverage: Coverage | None
    misconceptions: tuple[Misconception, ...]
    days: Mapping[Rating, int]
    opinion: Opinion | None = None


def feedback(
    practice: Practice,
    question: Question,
    text: str | None,
    *,
    review_id: str,
    community_id: str,
    member_id: str,
    day: date,
) -> Transaction[Feedback]:
    """Return what was spotted in a text, and when each rating of this review, given on a local day, would lead to."""
    before = yield from cards.card_before(review_id, community_id, member_id, question.id)
    days = {rating: interval(after(before, rating, day), practice.retention) for rating in Rating}
    if not text:
        return Feedback(question, None, (), days)
    known = vocabulary(practice.bank)
    return Feedback(
        question,
        coverage(text, question.key_points, known),
        misconceptions_in(text, question.misconceptions, known),
        days,
    )


async def get_ready(practice: Practice) -> None:
    """Compute what every look at an answer needs, once, in another thread: no transaction waits half a second."""
    await asyncio.to_thread(vocabulary, practice.bank)


async def with_opinion(practice: Practice, found: Feedback, text: str | None) -> Feedback:
    """Add what the judge makes of a text, if there is a judge; outside of any transaction, since it takes seconds."""
    if practice.judge is None or not text:
        return found
    return replace(found, opinion=await practice.judge(found.question, text))
