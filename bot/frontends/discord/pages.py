"""Reading on in a channel or thread, one request at a time."""

from collections.abc import AsyncIterator
from datetime import datetime

import discord

from bot.frontends.discord.line import Line

PAGE = 100


async def pages(
    line: Line,
    place: discord.TextChannel | discord.Thread,
    after: datetime | discord.Object,
    *,
    doing: str,
    at_most: int | None = None,
) -> AsyncIterator[list[discord.Message]]:
    """Read the messages after a moment or another message, oldest first, a hundred at a time.

    Raises:
        PublishError: as `Line.asking`.
    """
    read = 0
    while at_most is None or read < at_most:
        async with line.asking(doing):
            page = [message async for message in place.history(limit=PAGE, after=after, oldest_first=True)]
        if page:
            yield page
        if len(page) < PAGE:
            return
        read += len(page)
        after = discord.Object(max(message.id for message in page))
