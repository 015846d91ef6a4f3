"""What a member reads below whatever they asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.conversation import closing as closing_say
from bot.conversation import review as review_say
from bot.conversation.asker import Asker
from bot.conversation.say import Block, Divider, Say
from bot.practice.context import Practice
from bot.practice.notices import notices_of
from bot.practice.notices import told as told_them


async def with_notices(practice: Practice, asker: Asker, ask: Callable[[Asker], Awaitable[Say]]) -> Say:
    """Answer what was asked, and add what its reader has to be told, once.

    Both are read at the same time, so that nobody waits twice; a reminder that is set by what was asked stays.
    """
    reading = asyncio.create_task(notices_of(practice, asker.community_id, asker.member_id))
    try:
        say = await ask(asker)
    finally:
        notices = await reading
    if not notices.is_any:
        return say
    await told_them(practice, asker.community_id, asker.member_id)
    told: list[Block] = [Divider()]
    if notices.closing:
        told.append(closing_say.closed_door())
    if notices.cards:
        told.append(review_say.closed_door())
    return replace(say, blocks=(*say.blocks, *told))
