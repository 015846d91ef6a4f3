"""Boards, as read by members; who is shown on them; and their recomputation from the facts."""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, replace

from bot.domain.standings import Board, By, Period, Place, period_key
from bot.practice.context import Practice
from bot.practice.publisher import Publisher
from bot.storage import boards as stored
from bot.storage import cards, communities, hidden, roles, standings
from bot.storage.hidden import Reason
from bot.storage.statement import Transaction

# Whoever left is found when a page that names them is read; many may have left at once, and nobody waits for all.
_MOST_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whether a member is shown on boards, by their own choice."""

    shown: bool


def board(
    practice: Practice,
    publisher: Publisher,
    community_id: str,
    member_id: str,
    *,
    by: By,
    period: Period,
    place: Place | None = None,
) -> Awaitable[Board]:
    """Begin to read a page of a board; its week or month is the one that the community's wall clock shows now.

    Members who have left are hidden as they come to light; nobody of them is on the page that is returned.
    """

    def read() -> Awaitable[Board]:
        return page_of(practice, community_id, member_id, by=by, period=period, place=place)

    reading = read()

    async def checked() -> Board:
        page = await reading
        if page.hidden:
            await welcome_back(practice, community_id, member_id)
            page = await read()
        gone = await _gone(publisher, page, community_id)
        for _ in range(_MOST_LOOKS):
            if not gone:
                break
            await practice.store.write(departed(community_id, gone))
            page = await read()
            gone = await _gone(publisher, page, community_id)
        return replace(page, standings=tuple(each for each in page.standings if each.member_id not in gone))

    return checked()


async def _gone(publisher: Publisher, page: Board, community_id: str) -> frozenset[str]:
    return await publisher.gone(community_id, [standing.member_id for standing in page.standings])


def page_of(
    practice: Practice, community_id: str, member_id: str, *, by: By, period: Period, place: Place | None = None
) -> Awaitable[Board]:
    """Begin to read a page of a board as it is stored, whoever may have left since."""
    now = practice.clock()

    def transaction() -> Transaction[Board]:
        day, week_starts = yield from communities.calendar(community_id, now)
        key = period_key(period, day, week_starts)
        return (yield from stored.board(community_id, by=by, period=period, key=key, member_id=member_id, place=place))

    return practice.store.read(transaction())


def departed(community_id: str, members: Iterable[str]) -> Transaction[None]:
    """Note that members have left: they are on no board, and hold no role any more."""
    for member_id in sorted(members):
        yield from hidden.hide(community_id, member_id, Reason.LEFT)
        yield from roles.forget_holder(community_id, member_id)


async def be_shown(practice: Practice, community_id: str, member_id: str, *, shown: bool) -> Visibility:
    """Show a member on boards or hide them, as they wish; their own rank they always see."""
    change = hidden.show if shown else hidden.hide
    await practice.store.write(change(community_id, member_id, Reason.CHOICE))
    return Visibility(shown)


async def visibility(practice: Practice, community_id: str, member_id: str) -> Visibility:
    """Read whether a member is shown on boards."""
    reasons = await practice.store.read(hidden.reasons(community_id, member_id))
    return Visibility(Reason.CHOICE not in reasons)


async def welcome_back(practice: Practice, community_id: str, member_id: str) -> None:
    """Show a member on boards again who had left, since there is a sign of them."""
    if Reason.LEFT not in await practice.store.read(hidden.reasons(community_id, member_id)):
        return
    await practice.store.write(hidden.show(community_id, member_id, Reason.LEFT))


async def rebuild(practice: Practice) -> dict[str, int]:
    """Recompute the standings and cards of every community from the facts; return how many members each one ranks."""

    def transaction(community_id: str) -> Transaction[int]:
        members = yield from standings.rebuild(community_id)
        yield from cards.rebuild_cards(community_id)
        return members

    counted: dict[str, int] = {}
    for community in await practice.store.read(communities.active_communities()):
        counted[community.id] = await practice.store.write(transaction(community.id))
    return counted
