"""Pages as members get them: over a gateway and HTTP on the loopback, from the real discord.py client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from discord import app_commands

from benchmarks.support.community import BY, PERIOD, Size
from benchmarks.support.times import Times, taken
from bot.conversation import boards as boards_say
from bot.conversation import standings as standings_say
from bot.conversation.asker import Asker
from bot.conversation.say import Button, Buttons, Say, md
from bot.domain.standings import Board
from bot.frontends.discord.client import PracticeClient
from bot.frontends.discord.interactions import Interaction, answer
from loopback.channel import Channel
from loopback.guild import Guild
from loopback.interaction import Interaction as Asked
from loopback.message import Message
from loopback.payload import text, walk
from loopback.people import Member, User
from loopback.server import LoopbackDiscord
from loopback.watcher import online

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

WARM_UP = 10
STILL = "still"
CONTROLS = ("ping", "still page", "still page, press")
FIRST_VIEWS = ("page 1", "deep page, press", "my place, press")
VIEWS = (*CONTROLS, "page 1", "my rank", "deep page, press", "my place, press")


@dataclass
class World:
    """A server in which those whom the measured pages name are members, and the bot is connected."""

    server: LoopbackDiscord
    channel: Channel
    first: Member
    far_down: Member

    def slash(self, member: Member, command: str, **options: str) -> Asked:
        return self.server.slash(member, self.channel, command, **options)

    def press(self, member: Member, message: Message, label: str) -> Asked:
        shown = [each for top in message.components for each in walk(top)]
        return self.server.press(
            member, message, *(text(each, "custom_id") for each in shown if text(each, "label") == label)
        )


async def interact(world: World, views: Times, first_views: Times, count: int) -> None:
    """Let members ask for the pages in turn, all of one client that has just been connected."""
    for _ in range(WARM_UP):
        await world.slash(world.first, "ping").shown()
    await take_turns(world, first_views, 1)
    await take_turns(world, Times(), WARM_UP)
    await take_turns(world, views, count)


@contextmanager
def at_a_distance(server: LoopbackDiscord, seconds: float) -> Iterator[None]:
    """Let each request take so long on its way, as if Discord were not on the same machine."""
    answer_at_once = server.faults.around

    async def answer_later(request: web.Request, path: str, handler: Handler) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await answer_at_once(request, path, handler)

    server.faults.around = answer_later  # type: ignore[method-assign]  # why: of this server alone
    try:
        yield
    finally:
        server.faults.around = answer_at_once  # type: ignore[method-assign]  # why: as above


@asynccontextmanager
async def world_of(server: LoopbackDiscord, channel: Channel, size: Size) -> AsyncIterator[World]:
    """Connect the bot to a server of which all who are on a measured page are members."""
    guild = channel.guild
    assert guild is not None
    client = size.app.discord()
    client.cooldowns.presses = None
    pages = [await size.page(size.far_down, place) for place in (None, size.before_deep, size.deep, size.own)]
    add_controls(client, size, pages[0])
    shown = {standing.member_id for page in pages for standing in page.standings}
    members = {member_id: _member(guild, member_id) for member_id in sorted(shown | {size.far_down})}
    async with online(client, server.token):
        yield World(server, channel, members[size.first], members[size.far_down])


def add_controls(client: PracticeClient, size: Size, page: Board) -> None:
    """Add what is measured beside a board, and the command that opens the page before the deep one."""
    *blocks, ways = boards_say.board(page).blocks
    assert isinstance(ways, Buttons)
    as_large = Say((*blocks, Buttons((*ways.buttons[:-1], Button(STILL, "Again")))))

    async def show(_asker: Asker) -> Say:
        return as_large

    @app_commands.command(description="A page that is always the same")
    async def still(interaction: Interaction) -> None:
        await answer(interaction, show)

    async def on_press(interaction: Interaction) -> None:
        pressed: Any = interaction.data or {}
        if pressed.get("custom_id") == STILL:
            await answer(interaction, show, update=True)

    @app_commands.command(name="before-deep", description="Where hundreds of presses lead a member")
    async def before_deep(interaction: Interaction) -> None:
        await answer(
            interaction,
            lambda asker: standings_say.board(
                client.practice, client.publisher, asker, by=BY, period=PERIOD, place=size.before_deep
            ),
        )

    client.add_listener(on_press, "on_interaction")
    client.tree.add_command(ping)
    client.tree.add_command(still)
    client.tree.add_command(before_deep)


async def pong(_asker: Asker) -> Say:
    return Say((md("Pong."),))


@app_commands.command(description="Answer at once")
async def ping(interaction: Interaction) -> None:
    await answer(interaction, pong)


async def take_turns(world: World, times: Times, count: int) -> None:
    times.begin_round(VIEWS)
    board = {"by": BY.value, "period": PERIOD.value}

    async def timed(step: str, asked: Asked, shows: str = "Your place") -> Message:
        seconds, message = await taken(asked.shown())
        times.add(step, seconds)
        assert shows in message.text
        return message

    first, far_down = world.first, world.far_down
    for _ in range(count):
        await timed("ping", world.slash(first, "ping"), "Pong.")
        await timed("page 1", world.slash(first, "leaderboard", **board))
        page = await timed("still page", world.slash(far_down, "still"))
        await timed("still page, press", world.press(far_down, page, "Again"))
        await timed("ping", world.slash(first, "ping"), "Pong.")
        before = await world.slash(far_down, "before-deep").shown()
        await timed("deep page, press", world.press(far_down, before, "▶"))
        await timed("ping", world.slash(first, "ping"), "Pong.")
        mine = await timed("my rank", world.slash(far_down, "leaderboard", **board))
        await timed("my place, press", world.press(far_down, mine, "My place"))


def _member(guild: Guild, member_id: str) -> Member:
    known = guild.members.get(int(member_id))
    return known or guild.admit(User(int(member_id), f"member-{member_id}"))
