"""What a member reads below their answer, and what becomes of the answer when that cannot be read."""

import pytest

from bot.conversation.asker import Asker
from bot.conversation.notices import with_notices
from bot.conversation.say import Say, md
from bot.storage.errors import StorageError
from practice.classroom import CLUB, Classroom


async def test_nothing_is_done_and_nothing_is_left_behind_when_the_store_cannot_be_read(classroom: Classroom) -> None:
    done: list[str] = []

    async def ask(asker: Asker) -> Say:
        done.append(asker.member_id)
        return Say((md("Done."),))

    await classroom.store.close()

    with pytest.raises(StorageError):
        await with_notices(classroom.practice, Asker(CLUB, "ada"), ask)

    assert done == []
