"""A language model's second opinion, from a server on this machine: used if sound, silently done without if not."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from discord.ui import TextDisplay
from pydantic import SecretStr

from bot import judge as judging
from bot.app import open_app
from bot.conversation import presses, sittings
from bot.conversation.asker import Asker
from bot.conversation.say import Buttons
from bot.domain.questions import Question
from bot.domain.sitting import Mode
from bot.frontends.discord.render import layout
from bot.judge import Judge
from bot.settings import Settings
from practice.classroom import shipped
from study import START, cache

ANSWER = "a private answer that no log may hold"


@dataclass
class Model:
    """A chat endpoint that replies what a test wants, and keeps what it was sent."""

    url: str = ""
    status: int = 200
    content: str = ""
    raw: bytes | None = None
    hangs: bool = False
    pieces: bool = False
    requests: list[dict[str, object]] = field(default_factory=list)
    headers: list[str | None] = field(default_factory=list)

    async def reply(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.headers.append(request.headers.get("Authorization"))
        if self.hangs:
            await asyncio.Event().wait()
        if self.raw is not None:
            return web.Response(body=self.raw, status=self.status)
        if self.pieces:
            body = json.dumps({"choices": [{"message": {"content": self.content}}]}).encode()
            streamed = web.StreamResponse()
            await streamed.prepare(request)
            for place in range(0, len(body), 7):
                await streamed.write(body[place : place + 7])
                await asyncio.sleep(0)
            return streamed
        return web.json_response({"choices": [{"message": {"content": self.content}}]}, status=self.status)


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    served = Model()
    application = web.Application()
    application.router.add_post("/v1/chat/completions", served.reply)
    async with TestServer(application, host="127.0.0.1") as server:
        served.url = f"http://127.0.0.1:{server.port}/v1"
        yield served


@pytest.fixture
def question() -> Question:
    return shipped().questions[0]


async def test_an_opinion_names_the_key_points_that_were_made(model: Model, question: Question) -> None:
    model.content = 'Sure! ```json\n{"covered": [1, 3, 99, "2"], "remark": "Say  why\\nit works."}\n```'

    opinion = await Judge(model.url, model="tiny", key=SecretStr("k3y")).opinion(question, ANSWER)

    assert opinion is not None
    assert opinion.made == (question.key_points[0], question.key_points[2])
    assert opinion.remark == "Say why it works."
    assert model.headers == ["Bearer k3y"]
    sent = json.dumps(model.requests[0], ensure_ascii=False)
    assert model.requests[0]["model"] == "tiny"
    assert ANSWER in sent
    assert all(json.dumps(point.label, ensure_ascii=False)[1:-1] in sent for point in question.key_points)
    assert question.short_answer not in sent


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda model: setattr(model, "status", 500), id="an error"),
        pytest.param(lambda model: setattr(model, "status", 302), id="a redirection"),
        pytest.param(lambda model: setattr(model, "raw", b"not json"), id="no JSON"),
        pytest.param(lambda model: setattr(model, "raw", b'{"choices": []}'), id="no choice"),
        pytest.param(lambda model: setattr(model, "raw", b"[" * 60_000), id="a bomb"),
        pytest.param(lambda model: setattr(model, "raw", b" " * 100_000), id="too long"),
        pytest.param(lambda model: setattr(model, "content", "I would say it is fine."), id="prose"),
        pytest.param(lambda model: setattr(model, "content", '{"remark": "x"}'), id="no list"),
        pytest.param(lambda model: setattr(model, "content", '{"covered": 3}'), id="no list but a number"),
        pytest.param(
            lambda model: setattr(model, "content", '{"covered": [], "remark": 3}'), id="no remark but a number"
        ),
        pytest.param(lambda model: setattr(model, "hangs", True), id="nothing in time"),
        pytest.param(lambda model: setattr(model, "url", "http://127.0.0.1:9/v1"), id="nobody there"),
    ],
)
async def test_whatever_goes_wrong_is_silent_and_leaves_no_word_of_the_answer_in_the_log(
    model: Model,
    question: Question,
    spoil: Callable[[Model], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(judging, "_SECONDS", 0.3)
    spoil(model)

    opinion = await Judge(model.url, model="tiny").opinion(question, ANSWER)

    assert opinion is None
    assert "the built-in matcher stands alone" in caplog.text
    assert ANSWER not in caplog.text


async def test_a_reply_in_many_pieces_is_read_whole(model: Model, question: Question) -> None:
    model.content = json.dumps({"covered": [1], "remark": "well"})
    model.pieces = True

    opinion = await Judge(model.url, model="tiny").opinion(question, ANSWER)

    assert opinion is not None
    assert opinion.remark == "well"


async def test_a_long_remark_is_cut(model: Model, question: Question) -> None:
    model.content = json.dumps({"covered": [], "remark": "x" * 5000})

    opinion = await Judge(model.url, model="tiny").opinion(question, ANSWER)

    assert opinion is not None
    assert len(opinion.remark) == 300


async def test_a_member_reads_the_opinion_as_a_suggestion_beside_what_the_matcher_spotted(
    model: Model, tmp_path: Path
) -> None:
    model.content = '{"covered": [1], "remark": "Mention **why** it works, @everyone."}'
    settings = Settings(database=tmp_path / "practice.db", judge_url=model.url, judge_model="tiny", cache=cache())
    async with open_app(settings, clock=lambda: START) as app:
        asker = Asker("1", "ada")
        asked = await sittings.begin_quiz(app.practice, asker, Mode.OPEN, None, None)
        write = next(button.id for block in asked.blocks if isinstance(block, Buttons) for button in block.buttons)

        said = await presses.submit(app.practice, asker, write, ANSWER, form_id="1", at=START)

    shown = "\n".join(str(item.content) for item in layout(said).walk_children() if isinstance(item, TextDisplay))
    assert "**A language model suggests** (it may be wrong): 1 of " in shown
    assert "Mention \\*\\*why\\*\\* it works" in shown
    assert "@everyone" not in shown
    assert "**Not spotted** (check whether you covered it)" in shown
