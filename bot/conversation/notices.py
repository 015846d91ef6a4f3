"""What a member reads below whatever they asked for."""

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

    The notices are read first: whoever had left is here again, and their answer should know.
    """
    notices = await notices_of(practice, asker.community_id, asker.member_id)
    say = await ask(asker)
    if not notices.is_any:
        return say
    await told_them(practice, asker.community_id, asker.member_id)
    told: list[Block] = [Divider()]
    if notices.closing:
        told.append(closing_say.closed_door())
    if notices.cards:
        told.append(review_say.closed_door())
    return replace(say, blocks=(*say.blocks, *told))
