"""What a member has met, how much of it they still know, and on which days they practised."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.questions import Topic
from bot.domain.review import retrievability
from bot.domain.sitting import due_questions
from bot.practice.context import Practice
from bot.practice.memory import memory
from bot.storage import cards
from bot.storage.answers import rounds_by_day
from bot.storage.statement import Transaction

YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class TopicProgress:
    """One topic: questions met out of all, how many of those are due, and how likely one is recalled on average."""

    topic: Topic
    total: int
    met: int
    due: int
    recalled: float


@dataclass(frozen=True, slots=True)
class Progress:
    """A member's standing with the bank on a local day; `days` counts rounds answered and reviews done on each."""

    today: date
    topics: tuple[TopicProgress, ...]
    days: Mapping[date, int]

    @property
    def met(self) -> int:
        return sum(topic.met for topic in self.topics)

    @property
    def due(self) -> int:
        return sum(topic.due for topic in self.topics)


async def progress(practice: Practice, community_id: str, member_id: str) -> Progress:
    """Read where a member stands."""

    def transaction() -> Transaction[Progress]:
        mind = yield from memory(practice, community_id, member_id)
        known, today = mind.cards, mind.today
        days = Counter((yield from cards.judged_by_day(community_id, member_id, today - YEAR)))
        days.update((yield from rounds_by_day(community_id, member_id, today - YEAR)))
        topics = []
        for topic in practice.bank.topics:
            questions = practice.bank.in_topic(topic.slug)
            met = [known[question.id] for question in questions if question.id in known]
            topics.append(
                TopicProgress(
                    topic,
                    total=len(questions),
                    met=len(met),
                    due=len(due_questions(filter(mind.may_ask, questions), known, today, practice.retention)),
                    recalled=sum(retrievability(card, today) for card in met) / len(met) if met else 0.0,
                )
            )
        return Progress(today, tuple(topics), dict(days))

    return await practice.store.read(transaction())
