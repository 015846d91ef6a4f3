"""Thumbs up in a thread: which answers others found helpful."""

from collections.abc import Mapping

import discord

from bot.frontends.discord.line import Line
from bot.frontends.discord.pages import pages
from bot.practice.publisher import Helpful

_THUMB = "👍"
# Enough of the longest thread to find its best answers, at a hundred messages a request.
_MOST_MESSAGES = 2000
# Among so many with the most thumbs, those who voted are looked at one by one.
_MOST_LOOKED_AT = 30
_VOTERS_SEEN = 100
_DOING = "reading the votes"


async def most_helpful(line: Line, thread: discord.Thread, writers: Mapping[str, str], limit: int) -> list[Helpful]:
    """Return the answers with the most votes of others, best first, equal ones in the order they were written.

    `writers` maps the ids of the messages that may be listed to their members.

    Raises:
        PublishError: the thread or a vote could not be read.
    """
    voted = [
        message
        async for page in pages(line, thread, discord.Object(thread.id), doing=_DOING, at_most=_MOST_MESSAGES)
        for message in page
        if str(message.id) in writers and _thumbs(message)
    ]
    voted.sort(key=_count, reverse=True)
    found: list[Helpful] = []
    for message in voted[:_MOST_LOOKED_AT]:
        if len(found) >= limit and _count(message) < found[limit - 1].votes:
            break  # none of the rest can have as many votes that count
        writer = writers[str(message.id)]
        votes = await _votes(line, message, writer)
        if votes:
            found.append(Helpful(str(message.id), writer, votes))
            found.sort(key=lambda helpful: (-helpful.votes, int(helpful.answer_id)))
    return found[:limit]


def _thumbs(message: discord.Message) -> list[discord.Reaction]:
    """Return the thumbs up of a message, in any tone of skin."""
    return [reaction for reaction in message.reactions if str(reaction.emoji).startswith(_THUMB)]


def _count(message: discord.Message) -> int:
    return sum(reaction.count for reaction in _thumbs(message))


async def _votes(line: Line, message: discord.Message, writer: str) -> int:
    """Count those who voted, each once, without bots and the writer."""
    voters: set[int] = set()
    more = 0
    for reaction in _thumbs(message):
        async with line.asking(_DOING):
            seen = [voter async for voter in reaction.users(limit=_VOTERS_SEEN)]
        voters.update(voter.id for voter in seen if not voter.bot and str(voter.id) != writer)
        more += max(0, reaction.count - len(seen))
    return len(voters) + more
