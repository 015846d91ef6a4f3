"""Thumbs up in a thread: which answers others found helpful."""

from collections.abc import Mapping

import discord

from bot.practice.publisher import Helpful

_THUMB = "👍"
# Enough of the longest thread to find its best answers, at a hundred messages a request.
_MOST_MESSAGES = 2000
# Among so many with the most votes, those who voted are looked at one by one.
_LOOKED_AT = 6
_VOTERS_SEEN = 100


async def most_helpful(thread: discord.Thread, writers: Mapping[str, str], limit: int) -> list[Helpful]:
    """Return the answers with the most votes of others, best first, equal ones in the order they were written.

    `writers` maps the ids of the messages that may be listed to their members.

    Raises:
        discord.HTTPException: the thread or a vote could not be read.
    """
    voted = [
        message
        async for message in thread.history(limit=_MOST_MESSAGES, oldest_first=True)
        if str(message.id) in writers and _thumbs(message)
    ]
    voted.sort(key=lambda message: -sum(reaction.count for reaction in _thumbs(message)))
    found = [
        Helpful(str(message.id), writers[str(message.id)], await _votes(message, writers[str(message.id)]))
        for message in voted[:_LOOKED_AT]
    ]
    found.sort(key=lambda helpful: (-helpful.votes, int(helpful.answer_id)))
    return [helpful for helpful in found if helpful.votes > 0][:limit]


def _thumbs(message: discord.Message) -> list[discord.Reaction]:
    """Return the thumbs up of a message, in any tone of skin."""
    return [reaction for reaction in message.reactions if str(reaction.emoji).startswith(_THUMB)]


async def _votes(message: discord.Message, writer: str) -> int:
    """Count those who voted, each once, without bots and the writer."""
    voters: set[int] = set()
    more = 0
    for reaction in _thumbs(message):
        seen = [voter async for voter in reaction.users(limit=_VOTERS_SEEN)]
        voters.update(voter.id for voter in seen if not voter.bot and str(voter.id) != writer)
        more += max(0, reaction.count - len(seen))
    return len(voters) + more
