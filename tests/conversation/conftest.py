import pytest

from bot.storage.sqlite import SQLite
from practice.classroom import CLUB, Classroom
from storage.steps import set_up


@pytest.fixture
async def classroom(store: SQLite) -> Classroom:
    room = Classroom(store)
    await set_up(store, CLUB, room.now)
    return room
