"""What a visitor can do around the page: look somewhere else, and live on to the next day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from simcord.builders import ChannelHandle

from bot.frontends.demo.days import Days, Morning
from bot.frontends.demo.page import Page
from bot.frontends.demo.world import World
from bot.practice import answers

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """The channel or one of its threads; `question` is what a thread's round asks."""

    id: str
    name: str
    question: str | None
    is_shown: bool


class Tour:
    """The one who leads: everything that happens goes through here, one thing at a time."""

    def __init__(self, world: World, days: Days, page: Page) -> None:
        self._world = world
        self._days = days
        self._page = page

    @property
    def address(self) -> str:
        """Where simcord serves its page."""
        return self._page.address

    async def places(self) -> list[Place]:
        """List the channel and its threads, newest thread first."""
        world, shown = self._world, self._page.place.id
        listed = [Place(str(world.channel.id), world.channel.name or "", None, shown == world.channel.id)]
        for thread in world.threads:
            this = await answers.round_in_thread(world.app.practice, str(thread.id))
            question = world.app.practice.bank.question(this.question_id).prompt if this else None
            listed.append(Place(str(thread.id), thread.name or "", question, shown == thread.id))
        return listed

    async def show_channel(self) -> str:
        """Show the channel; return its name."""
        return await self._show(self._world.channel)

    async def show_thread(self, back: int = 0) -> str | None:
        """Show the newest thread, or one so many rounds back; return its name, None if this Discord has none."""
        threads = self._world.threads
        return await self._show(threads[back]) if back < len(threads) else None

    async def show(self, place_id: str) -> bool:
        """Show the place of this id; return whether there is one."""
        for place in (self._world.channel, *self._world.threads):
            if str(place.id) == place_id:
                await self._show(place)
                return True
        return False

    async def next_day(self) -> Morning | None:
        """Live on to the morning after the next question and show the channel; None if no question comes."""
        async with self._world.turn:
            morning = await self._days.next_day()
            await self._page.show(self._world.channel)
        return morning

    async def let(self, act: Callable[[], Awaitable[T]]) -> T:
        """Let the visitor act, at a time at which nobody else does."""
        async with self._world.turn:
            await self._world.keep_up()
            return await act()

    async def _show(self, place: ChannelHandle) -> str:
        async with self._world.turn:
            await self._page.show(place)
        return place.name or ""
