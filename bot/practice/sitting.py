"""A member's own practice: a quiz or a review, question by question, kept so that it survives any restart."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import sitting as domain
from bot.domain.clock import to_epoch
from bot.domain.questions import Level, Question
from bot.domain.quiz import LETTERS, draw_order, ordered
from bot.domain.review import Card, Rating, due, interval
from bot.domain.sitting import Asked, Mode, Sitting, Tally
from bot.practice.context import Practice
from bot.practice.feedback import Feedback, feedback, get_ready, with_opinion
from bot.practice.memory import Memory, memory
from bot.practice.withheld import refuse_withheld
from bot.storage import cards, quizzes, sittings
from bot.storage.communities import local_day
from bot.storage.statement import Transaction


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a sitting, put to its member; `left` is how many more are due."""

    sitting: Sitting
    asked: Asked
    question: Question
    tally: Tally
    left: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a choice came to, and in how many days the question returns; `turn.asked.chosen` is what was chosen."""

    turn: Turn
    days: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a sitting: what was met, how it was judged, and when it comes back.

    `left` counts what is still due of what it asks for; `more` tells whether it could go on.
    """

    sitting: Sitting
    tally: Tally
    met: tuple[tuple[Question, Rating, date], ...]
    today: date
    left: int
    more: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a member has due today, and when the next card is due otherwise."""

    due: tuple[Question, ...]
    next_due: date | None
    met: int


async def begin(
    practice: Practice,
    community_id: str,
    member_id: str,
    *,
    mode: Mode,
    topic: str | None = None,
    level: Level | None = None,
    only_due: bool = False,
) -> Turn | None:
    """Begin a sitting and put its first question; None when nothing fits."""
    now = practice.clock()
    # The moment tells it from the sittings of another process, chance from those of the same moment.
    identity = f"{to_epoch(now):x}{practice.random.getrandbits(20):05x}"
    sitting = Sitting(identity, community_id, member_id, mode, topic, level, only_due)

    def transaction() -> Transaction[Turn | None]:
        mind = yield from memory(practice, community_id, member_id)
        asked = _draw(practice, mind, sitting, [])
        if asked is None:
            return None
        yield from sittings.begin_sitting(sitting, now)
        return (yield from _put(practice, mind, sitting, [], asked))

    return await practice.store.write(transaction())


async def go_on(practice: Practice, community_id: str, member_id: str, sitting_id: str) -> Turn | Summary | None:
    """Put a sitting's next question, or the one that waits for an answer; its summary when nothing is left.

    None when there is no such sitting.
    """

    def transaction() -> Transaction[Turn | Summary | None]:
        sitting = yield from sittings.sitting_of(sitting_id, community_id, member_id)
        if sitting is None:
            return None
        had = yield from sittings.questions_of(sitting_id)
        mind = yield from memory(practice, community_id, member_id)
        waits = had[-1].question_id if had and had[-1].rating is None else None
        if waits in practice.bank and waits not in mind.withheld:
            return _turn(practice, mind, sitting, had, had[-1])
        asked = _draw(practice, mind, sitting, had)
        if asked is None:
            return _summary(practice, mind, sitting, had)
        return (yield from _put(practice, mind, sitting, had, asked))

    return await practice.store.write(transaction())


async def finish(practice: Practice, community_id: str, member_id: str, sitting_id: str) -> Summary | None:
    """Return what a sitting came to so far; None when there is no such sitting."""

    def transaction() -> Transaction[Summary | None]:
        sitting = yield from sittings.sitting_of(sitting_id, community_id, member_id)
        if sitting is None:
            return None
        mind = yield from memory(practice, community_id, member_id)
        return _summary(practice, mind, sitting, (yield from sittings.questions_of(sitting_id)))

    return await practice.store.read(transaction())


async def choose(
    practice: Practice, community_id: str, member_id: str, sitting_id: str, place: int, *, chosen: int
) -> Verdict | None:
    """Take a choice, the first one of a question; right counts as Good, wrong as Again. None: no such question.

    Raises:
        WithheldError: the verdict would give the open round's model answer away.
    """
    if not 0 <= chosen < len(LETTERS):
        return None
    now = practice.clock()

    def transaction() -> Transaction[Verdict | None]:
        found = yield from _find(practice, community_id, member_id, sitting_id, place)
        if found is None:
            return None
        sitting, had, asked, question = found
        yield from refuse_withheld(community_id, member_id, question)
        multiple_choice = question.multiple_choice
        correct = ordered(multiple_choice, asked.order)[chosen] is multiple_choice.correct
        rating = Rating.GOOD if correct else Rating.AGAIN
        if (yield from sittings.take_choice(sitting_id, place, chosen, rating)):
            day = yield from local_day(community_id, now)
            yield from quizzes.record_quiz_result(
                draw_id=f"{member_id}:{sitting_id}.{place}",
                community_id=community_id,
                member_id=member_id,
                question_id=question.id,
                correct=correct,
                day=day,
                now=now,
            )
            yield from _review(sitting, asked, rating, day, now)
        had = yield from sittings.questions_of(sitting_id)
        mind = yield from memory(practice, community_id, member_id)
        card = mind.cards.get(question.id)
        turn = _turn(practice, mind, sitting, had, had[place])
        return Verdict(turn, interval(card, practice.retention) if card else 1)

    return await practice.store.write(transaction())


async def is_right(practice: Practice, sitting_id: str, place: int, chosen: int) -> bool:
    """Whether a choice would be the right one: for whoever plays a member, never for a member.

    Raises:
        LookupError: there is no such question.
    """
    had = await practice.store.read(sittings.questions_of(sitting_id))
    if place >= len(had):
        raise LookupError(f"the sitting {sitting_id} has no question {place}")
    multiple_choice = practice.bank.question(had[place].question_id).multiple_choice
    return ordered(multiple_choice, had[place].order)[chosen] is multiple_choice.correct


async def write(
    practice: Practice, community_id: str, member_id: str, sitting_id: str, place: int, *, text: str | None
) -> tuple[Turn, Feedback] | None:
    """Take an answer in a member's own words, or none, and return what was spotted in it. None: no such question.

    Raises:
        WithheldError: the feedback would give the open round's model answer away.
    """

    def transaction() -> Transaction[tuple[Turn, Feedback] | None]:
        found = yield from _find(practice, community_id, member_id, sitting_id, place)
        if found is None:
            return None
        sitting, had, asked, question = found
        yield from refuse_withheld(community_id, member_id, question)
        yield from sittings.take_text(sitting_id, place, text)
        mind = yield from memory(practice, community_id, member_id)
        return _turn(practice, mind, sitting, had, asked), (
            yield from feedback(
                practice,
                question,
                text,
                review_id=_review_id(sitting, asked),
                community_id=community_id,
                member_id=member_id,
                day=mind.today,
            )
        )

    await get_ready(practice)
    written = await practice.store.write(transaction())
    return (written[0], await with_opinion(practice, written[1], text)) if written else None


async def judge(
    practice: Practice, community_id: str, member_id: str, sitting_id: str, place: int, *, rating: Rating
) -> Turn | Summary | None:
    """Take a member's judgement of their own answer and go on. None: no such question."""
    now = practice.clock()

    def transaction() -> Transaction[bool]:
        found = yield from _find(practice, community_id, member_id, sitting_id, place)
        if found is None:
            return False
        sitting, _, asked, _ = found
        yield from sittings.take_rating(sitting_id, place, rating)
        yield from _review(sitting, asked, rating, (yield from local_day(community_id, now)), now)
        return True

    if not await practice.store.write(transaction()):
        return None
    return await go_on(practice, community_id, member_id, sitting_id)


async def seen(practice: Practice, community_id: str, member_id: str, sitting_id: str, place: int) -> Question | None:
    """Return a question of a member's sitting that they have answered or given up; None if there is no such.

    Raises:
        WithheldError: it has become what the open round asks.
    """

    def transaction() -> Transaction[Question | None]:
        found = yield from _find(practice, community_id, member_id, sitting_id, place)
        if found is None:
            return None
        _, _, asked, question = found
        yield from refuse_withheld(community_id, member_id, question)
        return question if asked.shown else None

    return await practice.store.read(transaction())


async def waiting(practice: Practice, community_id: str, member_id: str) -> Waiting:
    """Return what a member has due today."""

    def transaction() -> Transaction[Waiting]:
        mind = yield from memory(practice, community_id, member_id)
        questions = filter(mind.may_ask, practice.bank)
        due_now = domain.due_questions(questions, mind.cards, mind.today, practice.retention)
        ahead = [due(card, practice.retention) for card in mind.cards.values()]
        return Waiting(tuple(due_now), min((day for day in ahead if day > mind.today), default=None), len(mind.cards))

    return await practice.store.read(transaction())


_Found = tuple[Sitting, list[Asked], Asked, Question]


def _find(
    practice: Practice, community_id: str, member_id: str, sitting_id: str, place: int
) -> Transaction[_Found | None]:
    sitting = yield from sittings.sitting_of(sitting_id, community_id, member_id)
    had = (yield from sittings.questions_of(sitting_id)) if sitting else []
    if sitting is None or not 0 <= place < len(had):
        return None
    return sitting, had, had[place], practice.bank.question(had[place].question_id)


def _draw(practice: Practice, mind: Memory, sitting: Sitting, had: Collection[Asked]) -> Question | None:
    return domain.draw(
        sitting,
        filter(mind.may_ask, practice.bank),
        mind.cards,
        practice.random,
        today=mind.today,
        drawn={asked.question_id for asked in had},
        retention=practice.retention,
    )


def _put(practice: Practice, mind: Memory, sitting: Sitting, had: list[Asked], question: Question) -> Transaction[Turn]:
    asked = yield from sittings.ask(sitting.id, len(had), question.id, draw_order(practice.random))
    return _turn(practice, mind, sitting, [*had, asked], asked)


def _turn(practice: Practice, mind: Memory, sitting: Sitting, had: list[Asked], asked: Asked) -> Turn:
    question = practice.bank.question(asked.question_id)
    return Turn(sitting, asked, question, _tally(had), _left(practice, mind, sitting, had))


def _left(practice: Practice, mind: Memory, sitting: Sitting, had: Collection[Asked]) -> int:
    """Count what is still due of what a sitting asks for."""
    drawn = {asked.question_id for asked in had}
    fitting = (
        question
        for question in filter(mind.may_ask, practice.bank)
        if sitting.wants(question) and question.id not in drawn
    )
    return len(domain.due_questions(fitting, mind.cards, mind.today, practice.retention))


def _summary(practice: Practice, mind: Memory, sitting: Sitting, had: list[Asked]) -> Summary:
    met = [
        (
            practice.bank.question(asked.question_id),
            asked.rating,
            due(mind.cards[asked.question_id], practice.retention),
        )
        for asked in had
        if asked.rating is not None and asked.question_id in mind.cards and asked.question_id in practice.bank
    ]
    left = _left(practice, mind, sitting, had)
    more = _draw(practice, mind, sitting, had) is not None
    return Summary(sitting, _tally(had), tuple(sorted(met, key=lambda each: each[2])), mind.today, left, more)


def _tally(had: Collection[Asked]) -> Tally:
    judged = [asked for asked in had if asked.rating is not None]
    return Tally(len(judged), sum(asked.rating is not Rating.AGAIN for asked in judged))


def _review_id(sitting: Sitting, asked: Asked) -> str:
    return f"sitting:{sitting.id}:{asked.place}"


def _review(sitting: Sitting, asked: Asked, rating: Rating, day: date, now: datetime) -> Transaction[Card]:
    return (
        yield from cards.record_review(
            review_id=_review_id(sitting, asked),
            community_id=sitting.community_id,
            member_id=sitting.member_id,
            question_id=asked.question_id,
            rating=rating,
            day=day,
            now=now,
        )
    )
