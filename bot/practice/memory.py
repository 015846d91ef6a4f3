"""What a member remembers today, and what may not be asked of them yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from bot.domain.questions import Question
from bot.domain.review import Card
from bot.practice.context import Practice
from bot.practice.withheld import withheld_questions
from bot.storage import cards
from bot.storage.communities import local_day
from bot.storage.statement import Transaction


@dataclass(frozen=True, slots=True)
class Memory:
    """A member's cards by question id, on a local day; `withheld` holds the ids of what a round asks them now."""

    cards: Mapping[int, Card]
    withheld: Collection[int]
    today: date

    def may_ask(self, question: Question) -> bool:
        """Whether a question gives nothing of an open round away."""
        return question.id not in self.withheld


def memory(practice: Practice, community_id: str, member_id: str) -> Transaction[Memory]:
    """Read a member's memory as it is now."""
    known = yield from cards.cards_of(community_id, member_id)
    withheld = yield from withheld_questions(community_id, member_id)
    return Memory(known, withheld, (yield from local_day(community_id, practice.clock())))
