"""What every test starts from."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from simcord.env import Env

from bot.frontends.discord.client import PracticeClient
from bot.storage.sqlite import SQLite
from library.desk import MODEL, Desk
from loopback.channel import Channel
from loopback.guild import Guild
from loopback.people import Member
from loopback.server import LoopbackDiscord
from study import START, Process, Study, WorldClock, new_study

# Nothing is timed by a test: a busy machine would fail one that is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the parsed bank in a folder of the tests' own: nothing is left behind, and no start waits for it twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SQLite]:
    """The real store on a file of its own."""
    opened = await SQLite.open(tmp_path / "practice.db", now=START)
    yield opened
    await opened.close()


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    """The bot's process on a database of its own, not yet connected."""
    started = Process(tmp_path / "practice.db", WorldClock())
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
def simcord_bot(process: Process) -> PracticeClient:
    return process.app.discord()


@pytest.fixture
def study(simcord_env: Env, process: Process) -> Study:
    """A server in a simulated Discord with the real bot in it, not yet set up."""
    process.clock.env = simcord_env
    return new_study(simcord_env, process)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A sound bank of one question, to plant faults into."""
    return Desk(Path(shutil.copytree(MODEL, tmp_path / "bank")))


@pytest.fixture
async def server() -> AsyncIterator[LoopbackDiscord]:
    """A loopback Discord that every discord.py client of the test is sent to."""
    async with LoopbackDiscord() as running:
        with running.pointed_at():
            yield running


@pytest.fixture
def guild(server: LoopbackDiscord) -> Guild:
    return server.add_guild()


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.add_text_channel("daily")


@pytest.fixture
def ada(guild: Guild) -> Member:
    return guild.add_member("Ada")
