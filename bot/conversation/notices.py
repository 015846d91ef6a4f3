"""What a member reads below whatever they asked for."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace

from bot.conversation import closing as closing_say
from bot.conversation import review as review_say
from bot.conversation.asker import Asker
from bot.conversation.say import Block, Divider, Say
from bot.practice import notices
from bot.practice.context import Practice
from bot.practice.notices import Notices


def with_notices(practice: Practice, asker: Asker, ask: Callable[[Asker], Awaitable[Say]]) -> Awaitable[Say]:
    """Answer what was asked, and add what its reader has to be told, once.

    Reading begins at once, while the platform still hears that an answer will come; nothing is written before the
    answer is awaited.
    """
    reading = notices.begin(practice, asker.community_id, asker.member_id)
    return _with_notices(practice, asker, reading, ask(asker))


async def _with_notices(practice: Practice, asker: Asker, reading: Awaitable[Notices], asked: Awaitable[Say]) -> Say:
    try:
        # The notices come first: whoever had left is here again, and their answer should know.
        found = await notices.notices_of(practice, asker.community_id, asker.member_id, reading)
    except BaseException:
        if isinstance(asked, Coroutine):
            asked.close()
        raise
    say = await asked
    if not found.is_any:
        return say
    await notices.told(practice, asker.community_id, asker.member_id)
    told: list[Block] = [Divider()]
    if found.closing:
        told.append(closing_say.closed_door())
    if found.cards:
        told.append(review_say.closed_door())
    return replace(say, blocks=(*say.blocks, *told))
