"""A community of a certain size, opened: its pages, and who looks at them from where."""

from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.support.history import TODAY, build
from benchmarks.support.times import taken
from bot.app import App, open_app
from bot.domain.standings import Board, By, Period, Place, Turn
from bot.practice.boards import page_of
from bot.settings import Settings

BY, PERIOD = By.ANSWERS, Period.ALL
DEEP_PAGE = 500


@dataclass
class Size:
    """A community of so many members, its database, and who looks at its boards from where."""

    community_id: str
    members: int
    app: App
    first: str
    far_down: str
    own: Place
    # The page far into the board, and the one before it, from which it is a press away.
    deep_number: int
    deep: Place
    before_deep: Place | None

    def page(self, member_id: str, place: Place | None = None) -> Awaitable[Board]:
        return page_of(self.app.practice, self.community_id, member_id, by=BY, period=PERIOD, place=place)


async def open_size(stack: AsyncExitStack, folder: Path, community_id: str, count: int, of: int) -> Size:
    """Build and open a community of `count` members and `of` rounds."""
    path = folder / f"{count}.db"
    building, (answers, far_down) = await taken(build(path, community_id, count, of))
    settings = Settings(database=path, cache=folder, backups=False, requests_a_second=0)
    app = await stack.enter_async_context(open_app(settings, clock=lambda: TODAY))
    print(
        f"{count:9,d} members, {answers:,} answers: built in {building:.0f} s, {path.stat().st_size / 2**20:,.0f} MiB",
        flush=True,
    )

    def page(place: Place | None) -> Awaitable[Board]:
        return page_of(app.practice, community_id, far_down, by=BY, period=PERIOD, place=place)

    board = await page(None)
    assert board.own is not None
    own, first = Place(Turn.AROUND, board.own.value, far_down), board.standings[0].member_id
    # As members get there: one page after the other.
    ways: list[Place] = []
    while board.after is not None and len(ways) < DEEP_PAGE - 1:
        ways.append(board.after)
        board = await page(board.after)
    before_deep = ways[-2] if len(ways) > 1 else None
    return Size(community_id, count, app, first, far_down, own, len(ways) + 1, ways[-1], before_deep)
