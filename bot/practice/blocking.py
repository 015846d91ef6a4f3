"""A community in which the bot may not post: noted, and told once to whoever can repair it."""

import logging

from bot.practice.context import Practice
from bot.practice.publisher import Publisher, PublishError, RefusedError
from bot.storage import communities

_log = logging.getLogger(__name__)


async def block(practice: Practice, publisher: Publisher, community_id: str, error: RefusedError) -> None:
    """Note what keeps the bot from posting, and tell whoever can repair it, once until it is repaired."""
    is_news = await practice.store.write(communities.block(community_id, str(error)))
    community = await practice.store.read(communities.community(community_id)) if is_news else None
    if community is None:
        return
    try:
        await publisher.tell_steward(community)
    except PublishError as unheard:
        _log.info("community %s: nobody could be told: %s", community.id, unheard)
