"""Every press of a quiz or a review: what a member did, and what they read next."""

from collections.abc import Awaitable, Callable

from bot.conversation import progress as progress_say
from bot.conversation import quiz as quiz_say
from bot.conversation import reveal as reveal_say
from bot.conversation import review as review_say
from bot.conversation import setup as setup_say
from bot.conversation import typed
from bot.conversation.asker import Asker
from bot.conversation.buttons import Press
from bot.conversation.say import Form, Say
from bot.domain.questions import Level
from bot.domain.review import Rating
from bot.domain.sitting import Mode
from bot.practice import progress as standing
from bot.practice import reminders, sitting
from bot.practice.context import Practice
from bot.practice.sitting import Summary, Turn

# The words of a button's id, all there, as `presses` has checked.
Words = tuple[str, ...]


async def begin_quiz(practice: Practice, asker: Asker, mode: Mode, topic: str | None, level: Level | None) -> Say:
    """Put the first question of a quiz; the topic may be anything that they typed."""
    if topic is not None and all(known.slug != topic for known in practice.bank.topics):
        return quiz_say.unknown_topic(topic)
    turn = await sitting.begin(practice, asker.community_id, asker.member_id, mode=mode, topic=topic, level=level)
    if turn is None:
        return quiz_say.nothing_fits(practice.bank.topic(topic).title if topic else None, level)
    return quiz_say.question(turn, practice.bank)


async def due_today(practice: Practice, asker: Asker, remind_at: str | None = None) -> Say:
    """Say what is due, before the first of it is asked; or set or stop the reminder, in a member's own words."""
    if remind_at is not None:
        return await _remind(practice, asker, remind_at)
    return review_say.due_today(await sitting.waiting(practice, asker.community_id, asker.member_id))


async def _remind(practice: Practice, asker: Asker, remind_at: str) -> Say:
    if remind_at.strip().lower() == "off":
        return await _quiet(practice, asker, ())
    at = typed.time_of_day(remind_at)
    if at is None:
        return setup_say.unknown_time(remind_at)
    return review_say.will_remind(await reminders.remind_at(practice, asker.community_id, asker.member_id, at))


async def _quiet(practice: Practice, asker: Asker, _words: Words) -> Say:
    await reminders.stop(practice, asker.community_id, asker.member_id)
    return review_say.stopped()


async def progress(practice: Practice, asker: Asker) -> Say:
    """Show how much a member has met and still knows."""
    return progress_say.progress(await standing.progress(practice, asker.community_id, asker.member_id))


def form(practice: Practice, words: Words) -> Form:
    """Return the form for an answer in one's own words; asks no storage, since a form cannot be deferred."""
    sitting_id, place, question_id = words
    return quiz_say.answer_form(sitting_id, int(place), practice.bank.question(int(question_id)))


async def write(practice: Practice, asker: Asker, words: Words, text: str | None) -> Say:
    """Take an answer in a member's own words, or none, and show what was spotted beside the model answer.

    Raises:
        LookupError: there is no such question in a sitting of theirs.
        WithheldError: it has become what the open round asks.
    """
    sitting_id, place = words[:2]
    written = await sitting.write(practice, asker.community_id, asker.member_id, sitting_id, int(place), text=text)
    if written is None:
        raise LookupError(f"there is no question {place} in the sitting {sitting_id}")
    return quiz_say.compared(*written)


async def _begin_review(practice: Practice, asker: Asker, _words: Words) -> Say:
    turn = await sitting.begin(practice, asker.community_id, asker.member_id, mode=Mode.OPEN, only_due=True)
    return quiz_say.question(turn, practice.bank) if turn else await due_today(practice, asker)


async def _choose(practice: Practice, asker: Asker, words: Words) -> Say:
    sitting_id, place, which = words
    verdict = await sitting.choose(
        practice, asker.community_id, asker.member_id, sitting_id, int(place), chosen=int(which)
    )
    if verdict is None:
        raise LookupError(f"there is no choice {which} at {place} in the sitting {sitting_id}")
    return quiz_say.verdict(verdict)


async def _show(practice: Practice, asker: Asker, words: Words) -> Say:
    return await write(practice, asker, words, None)


async def _judge(practice: Practice, asker: Asker, words: Words) -> Say:
    sitting_id, place, rating = words
    after = await sitting.judge(
        practice, asker.community_id, asker.member_id, sitting_id, int(place), rating=Rating(int(rating))
    )
    return _next_of(practice, after)


async def _in_full(practice: Practice, asker: Asker, words: Words) -> Say:
    sitting_id, place = words
    question = await sitting.seen(practice, asker.community_id, asker.member_id, sitting_id, int(place))
    if question is None:
        raise LookupError(f"nothing has been answered at {place} in the sitting {sitting_id}")
    return reveal_say.full_answer(question)


async def _next(practice: Practice, asker: Asker, words: Words) -> Say:
    return _next_of(practice, await sitting.go_on(practice, asker.community_id, asker.member_id, words[0]))


async def _finish(practice: Practice, asker: Asker, words: Words) -> Say:
    return _next_of(practice, await sitting.finish(practice, asker.community_id, asker.member_id, words[0]))


def _next_of(practice: Practice, after: Turn | Summary | None) -> Say:
    if after is None:
        raise LookupError("there is no such sitting")
    return quiz_say.question(after, practice.bank) if isinstance(after, Turn) else quiz_say.summary(after)


HANDLERS: dict[Press, Callable[[Practice, Asker, Words], Awaitable[Say]]] = {
    Press.REVIEW: _begin_review,
    Press.QUIET: _quiet,
    Press.CHOOSE: _choose,
    Press.SHOW: _show,
    Press.JUDGE: _judge,
    Press.IN_FULL: _in_full,
    Press.NEXT: _next,
    Press.FINISH: _finish,
}
