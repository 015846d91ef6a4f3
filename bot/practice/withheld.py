"""What may not be said yet: whatever would give the open round's model answer away."""

from bot.domain.questions import Question
from bot.domain.rounds import Round, State
from bot.storage import answers, rounds
from bot.storage.statement import Transaction


class WithheldError(Exception):
    """The open round asks this question, and the member has not committed to an answer of their own."""

    def __init__(self, this: Round) -> None:
        super().__init__("the open round asks this question")
        self.round = this


def withheld_questions(community_id: str, member_id: str) -> Transaction[set[int]]:
    """Read the ids of what rounds ask now, or are about to ask, and this member has not seen the model answer of."""
    found: set[int] = set()
    for this in (yield from _asking(community_id)):
        if not (yield from _has_committed(this, member_id)):
            found.add(this.question_id)
    return found


def refuse_withheld(community_id: str, member_id: str, question: Question) -> Transaction[None]:
    """Raise WithheldError if the question is one of those: one drawn yesterday may be today's."""
    for this in (yield from _asking(community_id)):
        if this.question_id == question.id and not (yield from _has_committed(this, member_id)):
            raise WithheldError(this)


def _has_committed(this: Round, member_id: str) -> Transaction[bool]:
    if (yield from answers.has_answered(this.id, member_id)):
        return True
    return (yield from answers.revealed(this.id, member_id)) is not None


def _asking(community_id: str) -> Transaction[list[Round]]:
    """Read the rounds whose question members see now or are about to see."""
    latest = yield from rounds.latest_round(community_id)
    coming = yield from rounds.unfinished_round(community_id)
    return [this for this in (latest, coming) if this is not None and this.state is not State.CLOSED]
