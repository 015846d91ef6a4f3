"""The quiz: one multiple-choice question at a time, for one member."""

from dataclasses import dataclass

from bot.domain import quiz
from bot.domain.questions import Level, Question
from bot.domain.rounds import Round, State
from bot.practice.context import Practice
from bot.storage import answers, communities, quizzes, rounds
from bot.storage.statement import Transaction

# A member is not asked again what they were asked this recently, unless nothing else fits.
_RECENT = 20


@dataclass(frozen=True, slots=True)
class Draw:
    """A drawn question; `order` is how its choices are shown, `id` names this draw once and for all."""

    id: str
    question: Question
    order: int


async def draw(
    practice: Practice,
    community_id: str,
    member_id: str,
    *,
    topic: str | None = None,
    level: Level | None = None,
    just_asked: int | None = None,
) -> Draw | None:
    """Draw a question for a member, not one of their latest if another fits; None when no question fits.

    What a round asks now, or is about to ask, is never drawn: its choices would give the model answer away.
    """

    def transaction() -> Transaction[tuple[set[int], set[int]]]:
        recent = yield from quizzes.recent_quiz_questions(community_id, member_id, _RECENT)
        asking = yield from _asking(community_id)
        return set(recent), {this.question_id for this in asking}

    recent, asked_now = await practice.store.read(transaction())
    allowed = [question for question in practice.bank if question.id not in asked_now]
    avoid = recent | {just_asked} if just_asked is not None else recent
    question = quiz.draw(allowed, practice.random, topic=topic, level=level, avoid=avoid)
    if question is None:
        return None
    return Draw(f"{practice.random.getrandbits(40):x}", question, quiz.draw_order(practice.random))


async def withheld(practice: Practice, community_id: str, member_id: str, question: Question) -> Round | None:
    """Return the round that asks this question now, unless the member may see its model answer already.

    A question that was drawn yesterday may be today's, and what is said of its choices would give the answer away.
    """

    def transaction() -> Transaction[Round | None]:
        for this in (yield from _asking(community_id)):
            if this.question_id != question.id or (yield from answers.has_answered(this.id, member_id)):
                continue
            if (yield from answers.revealed(this.id, member_id)) is None:
                return this
        return None

    return await practice.store.read(transaction())


async def choose(practice: Practice, community_id: str, member_id: str, drawn: Draw, place: int) -> bool:
    """Record which of the four places a member chose, once per draw; return whether it holds the right choice.

    Raises:
        LookupError: there is no such place.
    """
    if not 0 <= place < len(quiz.LETTERS):
        raise LookupError(f"a quiz has {len(quiz.LETTERS)} choices, numbered from 0; {place} is none of them")
    chosen = quiz.ordered(drawn.question.multiple_choice, drawn.order)[place]
    correct = chosen is drawn.question.multiple_choice.correct
    now = practice.clock()

    def transaction() -> Transaction[None]:
        community = yield from communities.community(community_id)
        day = (community.schedule.local(now) if community else now).date()
        yield from quizzes.record_quiz_result(
            draw_id=f"{member_id}:{drawn.id}",
            community_id=community_id,
            member_id=member_id,
            question_id=drawn.question.id,
            correct=correct,
            day=day,
            now=now,
        )

    await practice.store.write(transaction())
    return correct


def _asking(community_id: str) -> Transaction[list[Round]]:
    """Read the rounds whose question members see now or are about to see."""
    latest = yield from rounds.latest_round(community_id)
    coming = yield from rounds.unfinished_round(community_id)
    return [this for this in (latest, coming) if this is not None and this.state is not State.CLOSED]
