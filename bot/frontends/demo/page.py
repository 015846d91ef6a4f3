"""The simulated Discord in a browser: one page, one channel or thread at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from simcord.backend.cdn import CDN_BASE
from simcord.builders import ChannelHandle
from simcord.preview import Preview

from bot.frontends.demo.community import PORTRAIT, VISITOR
from bot.frontends.demo.days import ZONE
from bot.frontends.demo.portraits import portrait
from bot.frontends.demo.world import World

_BOT_FACE = ("?", "#5865f2")
_VISITOR_COLOUR = "#7a5cd6"


class Page:
    """What the browser shows, and what it shows next."""

    def __init__(self, preview: Preview) -> None:
        self._preview = preview

    @property
    def address(self) -> str:
        """Where simcord serves the page; behind the `#` is the key that opens it."""
        return self._preview.url

    @property
    def place(self) -> ChannelHandle:
        """The channel or thread that is shown."""
        return self._preview.channel

    async def show(self, place: ChannelHandle) -> None:
        """Show a channel or thread, as it is now, wherever the page is open; whoever calls holds the world's turn.

        simcord's public way to another channel is to close the preview and open a new one: a new address, a reload,
        and the choice of whom one views as forgotten. `Preview.channel` is public; the open pages and their fields
        are not, and are set here just as `Preview.show` sets them. Each page's next poll, half a second later, shows
        the new place.
        """
        preview = self._preview
        if place.id != preview.channel.id:
            preview.channel = place
            for page in preview._pages.values():  # noqa: SLF001  # why: as told above; a test would notice a change
                page.channel_id = place.id
                page.target_id = page.window_end_id = None
                page.modal = page.modal_handle = None
                page.navigation_query, page.navigation_cursor = "", None
                page.candidate_queries.clear()
                page.generation += 1
        await preview.refresh()


@asynccontextmanager
async def open_page(world: World) -> AsyncIterator[Page]:
    """Serve the page: the channel first, seen as the visitor, and with the other members to choose from."""
    preview = world.env.preview(
        world.channel,
        viewers=[world.visitor, *world.members.values()],
        layout="channel",
        locale="en-GB",
        timezone=ZONE,
        assets=_portraits(world),
    )
    async with preview:
        yield Page(preview)


def _portraits(world: World) -> dict[str, tuple[str, bytes]]:
    """Return everybody's picture under the address at which simcord looks for it."""
    own = {world.visitor: (VISITOR, _VISITOR_COLOUR)}
    own |= {member: (person.name, person.colour) for person, member in world.members.items()}
    pictures = {
        f"{CDN_BASE}/avatars/{member.id}/{PORTRAIT}.png": portrait(name[0], colour)
        for member, (name, colour) in own.items()
    }
    # A bot of no picture gets the default one, which Discord chooses by the time of its creation.
    bot = world.env.bot.user
    if bot is not None:
        pictures[f"{CDN_BASE}/embed/avatars/{(bot.id >> 22) % 6}.png"] = portrait(*_BOT_FACE)
    return {address: ("portrait.png", picture) for address, picture in pictures.items()}
