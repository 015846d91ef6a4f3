"""The demo without a process, a page or a terminal: its simulated Discord, on the morning the visitor comes in."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.app import open_app
from bot.frontends.demo.community import Person
from bot.frontends.demo.days import Days, Morning
from bot.frontends.demo.world import World, WorldClock, open_world
from bot.settings import Settings
from study import cache, shown

# A Monday: the week's boards have had one day to fill.
TODAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Demo:
    world: World
    days: Days
    morning: Morning | None

    @property
    def visitor(self) -> MemberActor:
        return self.world.visitor

    @property
    def channel(self) -> ChannelHandle:
        return self.world.channel

    async def read(self, member: MemberActor, command: str, **options: object) -> str:
        """Return what a member reads when they run a command in the channel."""
        return shown(await member.slash(self.channel, command, **options))

    async def streak(self, person: Person) -> str:
        return await self.read(self.world.members[person], "streak")


Enter = Callable[..., AbstractAsyncContextManager[Demo]]


@asynccontextmanager
async def enter_demo(database: Path, *, must_be_known: bool = False) -> AsyncIterator[Demo]:
    """Enter a demo on a database; a second time is a second run."""
    clock = WorldClock()
    async with (
        open_app(
            Settings(database=database, cache=cache(), backups=False, requests_a_second=0),
            clock=clock,
            random=Random(7),
        ) as app,
        open_world(app, clock, must_be_known=must_be_known) as world,
    ):
        days = Days(world)
        yield Demo(world, days, await days.begin(TODAY))
