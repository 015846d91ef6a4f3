"""The frame around the page: what it adds, what it passes on, and whom it refuses."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from bot.frontends.demo.errors import DemoError
from bot.frontends.demo.frame import open_frame
from bot.frontends.demo.page import open_page
from bot.frontends.demo.tour import Tour
from frontends.demo.entered import Demo


@dataclass
class Visit:
    session: ClientSession
    address: str
    tour: Tour

    @property
    def key(self) -> dict[str, str]:
        return {"X-Simcord-Capability": urlsplit(self.address).fragment}

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    async def ask(self, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> tuple[int, str]:
        sent = self.key if headers is None else headers
        async with self.session.request(method, f"http://127.0.0.1:{self.port}{path}", headers=sent) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def visit(demo: Demo) -> AsyncIterator[Visit]:
    async with open_page(demo.world) as page, ClientSession() as session:
        tour = Tour(demo.world, demo.days, page)
        async with open_frame(tour, 0) as address:
            yield Visit(session, address, tour)


async def test_the_page_has_our_name_and_our_part_in_it(visit: Visit) -> None:
    _, index = await visit.ask("/")

    assert "<title>Practice Bot: demo</title>" in index
    assert index.count("/demo/frame.js") == index.count("/demo/frame.css") == 1


@pytest.mark.parametrize("path", ["/demo/frame.js", "/demo/frame.css", "/preview.css", "/app.js"])
async def test_files_are_served_ours_and_simcords(visit: Visit, path: str) -> None:
    status, text = await visit.ask(path)

    assert (status, bool(text)) == (200, True)


async def test_every_element_that_our_part_names_is_in_simcords_page(visit: Visit) -> None:
    _, index = await visit.ask("/")
    _, script = await visit.ask("/demo/frame.js")

    named = [rest.partition('"')[0] for rest in script.split('getElementById("')[1:]]

    assert named
    assert [name for name in named if f'id="{name}"' not in index] == []


async def test_the_channel_and_its_threads_are_listed_newest_first(demo: Demo, visit: Visit) -> None:
    places = await visit.tour.places()

    assert [place.name.partition(" · ")[0] for place in places] == ["daily-question", *map(str, range(10, 0, -1))]
    assert [place.is_shown for place in places] == [True, *[False] * 10]
    assert demo.morning is not None
    assert places[1].question == demo.world.app.practice.bank.question(demo.morning.round.question_id).prompt


async def test_a_place_is_shown_on_request(demo: Demo, visit: Visit) -> None:
    status, _ = await visit.ask(f"/demo/places/{demo.world.threads[2].id}", "POST")

    assert status == 204
    assert [place.name for place in await visit.tour.places() if place.is_shown] == [demo.world.threads[2].name]


async def test_an_unknown_place_is_not_found(visit: Visit) -> None:
    assert (await visit.ask("/demo/places/1", "POST"))[0] == 404


async def test_a_new_day_is_told(visit: Visit) -> None:
    status, told = await visit.ask("/demo/next-day", "POST")

    assert status == 200
    assert "Tuesday 24 November: round 11 is open" in told


@pytest.mark.parametrize(
    ("path", "method"),
    [("/demo/places", "GET"), ("/demo/places/1", "POST"), ("/demo/next-day", "POST"), ("/api/state", "GET")],
)
async def test_nothing_is_told_or_done_without_the_key(visit: Visit, path: str, method: str) -> None:
    assert (await visit.ask(path, method, {}))[0] == 401


async def test_a_foreign_name_for_this_machine_is_refused(visit: Visit) -> None:
    assert (await visit.ask("/", headers={"Host": "evil.example"}))[0] == 403


async def test_a_foreign_page_is_refused_even_with_the_key(visit: Visit) -> None:
    assert (await visit.ask("/demo/next-day", "POST", visit.key | {"Origin": "https://evil.example"}))[0] == 403


async def test_a_taken_port_is_told_in_a_sentence(visit: Visit) -> None:
    with pytest.raises(DemoError, match=rf"Port {visit.port} cannot be had.*--port"):
        async with open_frame(visit.tour, visit.port):
            pass
