"""Which question a community is asked next."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.domain.questions import Question


def next_question(questions: Iterable[Question], history: Sequence[int], seed: str) -> Question:
    """Choose the next question for a community.

    Nothing repeats until everything was asked; after that, the least recently asked comes first. Among questions
    never asked, the topic asked least often leads, then the topic that rested longest, then a shuffle that only the
    seed decides: the same history and seed always give the same question.

    `history` holds the ids asked so far, oldest first; `seed` is the community's id.

    Raises:
        ValueError: there is no question to choose from.
    """
    candidates = list(questions)
    if not candidates:
        raise ValueError("the bank holds no question to ask; add one under data/questions")
    last_asked = {question_id: place for place, question_id in enumerate(history)}
    fresh = [question for question in candidates if question.id not in last_asked]
    if not fresh:
        return min(candidates, key=lambda question: last_asked[question.id])
    topic_of = {question.id: question.topic for question in candidates}
    topics = [topic_of[question_id] for question_id in history if question_id in topic_of]
    topic_count = Counter(topics)
    topic_last = {topic: place for place, topic in enumerate(topics)}
    return min(
        fresh,
        key=lambda question: (
            topic_count[question.topic],
            topic_last.get(question.topic, -1),
            _shuffled(seed, question.id),
        ),
    )


def _shuffled(seed: str, question_id: int) -> bytes:
    return hashlib.sha256(f"{seed}|{question_id}".encode()).digest()
