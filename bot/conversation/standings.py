"""Every press and command about streaks, boards, being away, and the word before a round closes."""

from collections.abc import Awaitable, Callable

from bot.conversation import boards as boards_say
from bot.conversation import closing as closing_say
from bot.conversation import setup as setup_say
from bot.conversation import streaks as streaks_say
from bot.conversation import typed
from bot.conversation.asker import Asker
from bot.conversation.buttons import Press
from bot.conversation.say import Say
from bot.domain.standings import Board, By, Period, Place, Turn
from bot.domain.streaks import Outcome
from bot.practice import boards, closing_reminders, streaks
from bot.practice.context import Practice
from bot.practice.publisher import Publisher

# What a member may have answered all the same, too late or after a look.
_UNCOUNTED = frozenset({Outcome.MISSED, Outcome.SAVED, Outcome.OPEN})

# The words of a button's id, all there, as `presses` has checked.
Words = tuple[str, ...]


async def streak(practice: Practice, asker: Asker, member_id: str | None = None) -> Say:
    """Show a member's streak, the asker's own by default."""
    of = member_id or asker.member_id
    report = await streaks.streak_report(practice, asker.community_id, of)
    return streaks_say.streak(report, own=of == asker.member_id)


def board(
    practice: Practice, publisher: Publisher, asker: Asker, *, by: By, period: Period, place: Place | None = None
) -> Awaitable[Say]:
    """Show a page of a board, which begins to be read at once."""
    return _shown_board(
        boards.board(practice, publisher, asker.community_id, asker.member_id, by=by, period=period, place=place)
    )


async def _shown_board(reading: Awaitable[Board]) -> Say:
    return boards_say.board(await reading)


async def days_offered(practice: Practice, community_id: str) -> list[tuple[str, str]]:
    """Offer days until which a member may be away, as (what is shown, what is typed)."""
    today = await streaks.today(practice, community_id)
    return [(name, day.isoformat()) for name, day in typed.day_suggestions(today)]


async def go_away(practice: Practice, asker: Asker, until: str) -> Say:
    """Let rounds until a day that they typed count neither way."""
    day = typed.day(until, await streaks.today(practice, asker.community_id))
    if day is None:
        return streaks_say.unknown_day(until)
    return streaks_say.away(await streaks.go_away(practice, asker.community_id, asker.member_id, day))


async def remind(practice: Practice, asker: Asker, when: str) -> Say:
    """Set or stop the word before a round closes, in a member's own words."""
    wanted = when.strip().lower()
    if wanted == "off":
        await closing_reminders.stop(practice, asker.community_id, asker.member_id)
        return closing_say.stopped()
    at = typed.time_of_day(when)
    if at is None and wanted != closing_say.THREE_HOURS_BEFORE:
        return setup_say.unknown_time(when)
    reminder, community = await closing_reminders.remind_before_close(practice, asker.community_id, asker.member_id, at)
    return closing_say.will_remind(reminder, community)


async def _streak(practice: Practice, _publisher: Publisher, asker: Asker, _words: Words) -> Say:
    return await streak(practice, asker)


async def _streak_of(practice: Practice, _publisher: Publisher, asker: Asker, words: Words) -> Say:
    return await streak(practice, asker, words[0])


async def _explain(practice: Practice, _publisher: Publisher, asker: Asker, words: Words) -> Say:
    own = words[0] == asker.member_id
    report = await streaks.streak_report(practice, asker.community_id, words[0])
    missed = [each.number for each in report.rounds if each.outcome in _UNCOUNTED]
    # What somebody looked at, and when, is their own business.
    uncounted = await streaks.uncounted(practice, asker.community_id, words[0], missed) if own else {}
    return streaks_say.explanation(report, uncounted, own=own)


async def _return(practice: Practice, _publisher: Publisher, asker: Asker, _words: Words) -> Say:
    was_away = await streaks.come_back(practice, asker.community_id, asker.member_id)
    return streaks_say.back(was_away=was_away)


def _board(practice: Practice, publisher: Publisher, asker: Asker, words: Words) -> Awaitable[Say]:
    by, period, *rest = words
    place = Place(Turn(rest[0]), int(rest[1]), rest[2]) if len(rest) == 3 else None
    return board(practice, publisher, asker, by=By(by), period=Period(period), place=place)


def _digest(practice: Practice, publisher: Publisher, asker: Asker, _words: Words) -> Awaitable[Say]:
    return board(practice, publisher, asker, by=By.ANSWERS, period=Period.WEEK)


async def _counted(practice: Practice, _publisher: Publisher, asker: Asker, words: Words) -> Say:
    by, period = words
    seen = await boards.visibility(practice, asker.community_id, asker.member_id)
    return boards_say.counted(By(by), Period(period), seen)


async def _shown(practice: Practice, _publisher: Publisher, asker: Asker, words: Words) -> Say:
    by, period, answer = words
    seen = await boards.be_shown(practice, asker.community_id, asker.member_id, shown=answer == "yes")
    return boards_say.counted(By(by), Period(period), seen)


async def _hush(practice: Practice, _publisher: Publisher, asker: Asker, _words: Words) -> Say:
    await closing_reminders.stop(practice, asker.community_id, asker.member_id)
    return closing_say.stopped()


HANDLERS: dict[Press, Callable[[Practice, Publisher, Asker, Words], Awaitable[Say]]] = {
    Press.STREAK: _streak,
    Press.STREAK_OF: _streak_of,
    Press.EXPLAIN: _explain,
    Press.RETURN: _return,
    Press.BOARD: _board,
    Press.DIGEST: _digest,
    Press.COUNTED: _counted,
    Press.SHOWN: _shown,
    Press.HUSH: _hush,
}
