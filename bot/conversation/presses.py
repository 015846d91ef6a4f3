"""Every button and form: who pressed what, and what they read next."""

from collections.abc import Awaitable
from datetime import datetime

from bot.conversation import admin, privacy, sittings, standings
from bot.conversation import help as help_say
from bot.conversation import reports as reports_say
from bot.conversation import reveal as reveal_say
from bot.conversation import rounds as rounds_say
from bot.conversation.asker import Asker
from bot.conversation.buttons import Press, pressed
from bot.conversation.say import Form, Say
from bot.domain.clock import from_epoch
from bot.domain.review import Rating
from bot.domain.rounds import day_and_take
from bot.practice import answers, reports
from bot.practice.answers import Access
from bot.practice.context import Practice
from bot.practice.publisher import Publisher
from bot.practice.reports import Report
from bot.practice.withheld import WithheldError

State = tuple[str | None, ...]

# What a button's id that makes no sense may cause: words that are none, numbers too large, things that are gone.
_NONSENSE = (ValueError, LookupError, OverflowError)


def press(practice: Practice, publisher: Publisher, asker: Asker, identity: str) -> Awaitable[Say]:
    """Answer a pressed button; one that carries nonsense is answered like one that is outdated.

    What only reads may begin at once; nothing is written before the answer is awaited.
    """
    known = pressed(identity)
    if known is None:
        return _answer(None)
    which, state = known
    if which in _WITHOUT_STATE:
        return _WITHOUT_STATE[which](practice, publisher, asker)
    try:
        return _answer(_begin(practice, publisher, asker, which, state))
    except _NONSENSE:
        return _answer(None)


def _begin(practice: Practice, publisher: Publisher, asker: Asker, which: Press, state: State) -> Awaitable[Say]:
    if which in standings.HANDLERS:
        return standings.HANDLERS[which](practice, publisher, asker, tuple(map(_word, state)))
    if which in sittings.HANDLERS:
        return sittings.HANDLERS[which](practice, asker, tuple(map(_word, state)))
    return _HANDLERS[which](practice, asker, state)


async def _answer(begun: Awaitable[Say] | None) -> Say:
    try:
        return await begun if begun else help_say.outdated()
    except WithheldError as withheld:
        return reveal_say.not_yet(withheld.round)
    except _NONSENSE:
        return help_say.outdated()


def form(practice: Practice, identity: str) -> Form | Say:
    """Return the form that a button opens; asks no storage, since a form cannot be deferred."""
    which, state = pressed(identity) or (None, ())
    try:
        if which is Press.WRITE:
            return sittings.form(practice, tuple(map(_word, state)))
        if which is Press.REPORT:
            return reports_say.report_form(practice.bank.question(_number(state[0])))
        if which is not Press.ANSWER:
            return help_say.outdated()
        key, question_id = state
        day_and_take(_word(key))
        return rounds_say.answer_form(_word(key), practice.bank.question(_number(question_id)))
    except _NONSENSE:
        return help_say.outdated()


async def submit(practice: Practice, asker: Asker, identity: str, text: str, *, form_id: str, at: datetime) -> Say:
    """Take a submitted form, whichever process showed it."""
    which, state = pressed(identity) or (None, ())
    try:
        if which is Press.WRITE:
            return await sittings.write(practice, asker, tuple(map(_word, state)), text)
        if which is Press.REPORT:
            return await _report(practice, asker, state, text, form_id=form_id, at=at)
        if which is not Press.ANSWER:
            return help_say.outdated()
        submitted = await answers.submit(
            practice, asker.community_id, _word(state[0]), asker.member_id, answer_id=form_id, text=text, at=at
        )
    except WithheldError as withheld:
        return reveal_say.not_yet(withheld.round)
    except _NONSENSE:
        return help_say.outdated()
    return reveal_say.submitted(submitted) if submitted else reveal_say.no_such_round()


async def reveal(practice: Practice, asker: Asker, key: str | None, *, anyway: bool = False) -> Say:
    """Show the model answer of a round (the newest when the key is None), or ask for a commitment first."""
    look = await answers.look(practice, asker.community_id, key, asker.member_id, anyway=anyway)
    if look is None:
        return reveal_say.no_such_round()
    if look.access is Access.NOT_YET:
        return reveal_say.not_yet(look.round)
    compared = await answers.compared(practice, look.round, asker.member_id)
    return reveal_say.model_answer(look, compared)


async def _hint(practice: Practice, asker: Asker, state: State) -> Say:
    key, which = state
    this = await answers.round_of(practice, asker.community_id, _word(key))
    if this is None:
        return reveal_say.no_such_round()
    return rounds_say.hint(this, practice.bank.question(this.question_id), _number(which))


async def _reveal(practice: Practice, asker: Asker, state: State) -> Say:
    return await reveal(practice, asker, _word(state[0]))


async def _reveal_anyway(practice: Practice, asker: Asker, state: State) -> Say:
    return await reveal(practice, asker, _word(state[0]), anyway=True)


async def _full(practice: Practice, asker: Asker, state: State) -> Say:
    look = await answers.look(practice, asker.community_id, _word(state[0]), asker.member_id)
    if look is None:
        return reveal_say.no_such_round()
    if look.access is Access.NOT_YET:
        return reveal_say.not_yet(look.round)
    return reveal_say.full_answer(practice.bank.question(look.round.question_id))


async def _sources(practice: Practice, asker: Asker, state: State) -> Say:
    look = await answers.look(practice, asker.community_id, _word(state[0]), asker.member_id)
    if look is None:
        return reveal_say.no_such_round()
    if look.access is Access.NOT_YET:
        return reveal_say.not_yet(look.round)
    return reveal_say.sources(practice.bank.question(look.round.question_id))


async def _report(practice: Practice, asker: Asker, state: State, text: str, *, form_id: str, at: datetime) -> Say:
    question_id = _number(state[0])
    await reports.report(practice, Report(form_id, asker.community_id, asker.member_id, question_id, text, at))
    return reports_say.thanks()


async def _settle(practice: Practice, asker: Asker, state: State) -> Say:
    return await admin.settle_reports(practice, asker, from_epoch(_number(state[0])))


async def _rate(practice: Practice, asker: Asker, state: State) -> Say:
    key, rating = state
    await answers.rate(practice, asker.community_id, _word(key), asker.member_id, Rating(_number(rating)))
    return await reveal(practice, asker, _word(key))


async def _void(practice: Practice, asker: Asker, state: State) -> Say:
    number, answer = state
    return await admin.void(practice, asker, _number(number), voided=_word(answer) == "yes")


# Their ids carry nothing that could be nonsense.
_WITHOUT_STATE = {Press.POST_NOW: admin.post_now, Press.FORGET: privacy.delete}
_HANDLERS = {
    Press.HINT: _hint,
    Press.REVEAL: _reveal,
    Press.REVEAL_ANYWAY: _reveal_anyway,
    Press.FULL: _full,
    Press.SOURCES: _sources,
    Press.RATE: _rate,
    Press.SETTLE: _settle,
    Press.VOID: _void,
}


def _word(value: str | None) -> str:
    if not value:
        raise ValueError("a button id lacks a word")
    return value


def _number(value: str | None) -> int:
    word = _word(value)
    if not (word.isascii() and word.isdecimal()):
        raise ValueError(f"a button id holds {word!r} where a number belongs")
    return int(word)
