"""The page that simcord serves, and the private parts of simcord that moving it around relies on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from bot.frontends.demo.page import Page, open_page
from frontends.demo.entered import Demo


@dataclass
class Browser:
    """A page that is open in a browser: it polls, and acts on what it last read."""

    session: ClientSession
    address: str
    context: str = ""
    sequence: int = 0
    state: dict[str, Any] = field(default_factory=dict)

    async def load(self) -> None:
        self.state = await self._ask("POST", "/api/pages", {})
        self.context = self.state["context"]["id"]

    async def poll(self) -> None:
        self.state = await self._ask("GET", "/api/state")

    async def act(self, kind: str, **body: object) -> dict[str, Any]:
        self.sequence += 1
        envelope = {
            "protocol_version": 3,
            "kind": kind,
            "sequence": self.sequence,
            "request_id": f"r{self.sequence}",
            "generation": self.state["context"]["generation"],
            "bot_generation": self.state["botGeneration"],
            "published_revision": self.state["publishedRevision"],
        }
        return await self._ask("POST", "/api/action", envelope | body)

    async def _ask(self, method: str, path: str, body: object | None = None) -> dict[str, Any]:
        where = urlsplit(self.address)
        headers = {"X-Simcord-Capability": where.fragment, "X-Simcord-Context": self.context}
        async with self.session.request(
            method, f"{where.scheme}://{where.netloc}{path}", headers=headers, json=body
        ) as answer:
            answer.raise_for_status()
            read: dict[str, Any] = await answer.json()
            return read


@pytest.fixture
async def page(demo: Demo) -> AsyncIterator[Page]:
    async with open_page(demo.world) as opened:
        yield opened


@pytest.fixture
async def browser(page: Page) -> AsyncIterator[Browser]:
    async with ClientSession() as session:
        opened = Browser(session, page.address)
        await opened.load()
        yield opened


async def test_the_channel_is_shown_first_seen_as_the_visitor(demo: Demo, browser: Browser) -> None:
    assert browser.state["channel"]["name"] == "daily-question"
    assert browser.state["viewerId"] == str(demo.visitor.id)
    assert [viewer["name"] for viewer in browser.state["viewers"]] == ["You", "Amara Osei", "Jonas Lind", "Mei Tanaka"]


async def test_everybody_has_a_portrait(browser: Browser) -> None:
    assert all(viewer["avatar_available"] for viewer in browser.state["viewers"])
    assert all(message["author"]["avatar_available"] for message in browser.state["messages"].values())


async def test_an_open_page_moves_to_a_thread_without_a_reload(demo: Demo, page: Page, browser: Browser) -> None:
    before = browser.state["context"]

    await page.show(demo.world.threads[0])
    await browser.poll()

    assert browser.state["channelId"] == str(demo.world.threads[0].id)
    assert browser.state["context"] == {"id": before["id"], "generation": before["generation"] + 1}
    assert [message["author"]["name"] for message in browser.state["messages"].values()] == ["Amara Osei", "Mei Tanaka"]


async def test_a_page_that_moved_writes_where_it_is(demo: Demo, page: Page, browser: Browser) -> None:
    await page.show(demo.world.threads[0])
    await browser.poll()

    receipt = await browser.act("send_message", content="Shared filters, then pooling, then a head.")

    assert receipt["settlement"] == "settled"
    answer = demo.world.threads[0].history()[-1]
    assert (answer.author.id, str(answer.reactions[0].emoji)) == (demo.visitor.id, "✅")


async def test_whom_one_views_as_survives_the_move(demo: Demo, page: Page, browser: Browser) -> None:
    mei = list(demo.world.members.values())[-1]
    await browser.act("viewer", viewer_id=str(mei.id))

    await page.show(demo.world.threads[0])
    await browser.poll()

    assert browser.state["viewerId"] == str(mei.id)


async def test_a_page_opened_after_the_move_shows_the_thread(demo: Demo, page: Page, browser: Browser) -> None:
    await page.show(demo.world.threads[1])

    await browser.load()

    assert browser.state["channelId"] == str(demo.world.threads[1].id)
