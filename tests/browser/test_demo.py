"""The demo as a newcomer sees it, in a real browser."""

import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from browser.visitor import CHROMIUM, Visitor, visit

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium: apt-get install chromium")


@pytest.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    async with visit(tmp_path) as visiting:
        yield visiting


async def test_an_answer_in_the_thread_is_acknowledged_and_opens_the_model_answer(visitor: Visitor) -> None:
    await visitor.open_thread()

    await visitor.write("Learned filters that share weights, then pooling, then a linear head.")
    await expect(visitor.latest.locator(".message-reactions")).to_contain_text("✅")
    await visitor.page.locator(".demo-places button").first.click()
    await visitor.press("Model answer")

    await expect(visitor.latest).to_contain_text("You have answered. Compare.")
    await expect(visitor.latest).to_contain_text("Not spotted")
    assert visitor.complaints == []


async def test_the_model_answer_asks_for_ones_own_answer_first(visitor: Visitor) -> None:
    await visitor.press("Model answer")

    await expect(visitor.latest).to_contain_text("Your own answer first")
    await expect(visitor.latest).not_to_contain_text("A strong answer says")


async def test_an_answer_may_be_given_in_private(visitor: Visitor) -> None:
    await visitor.press("Answer")
    form = visitor.page.locator("#modal-root")
    await form.locator("textarea").fill("Learned filters that share weights, then pooling, then a linear head.")

    await form.get_by_role("button", name="Submit").click()

    await expect(visitor.latest).to_contain_text("Counted")
    await expect(visitor.latest).to_contain_text("Your streak: 1 round.")


async def test_a_quiz_is_asked_and_judged(visitor: Visitor) -> None:
    await visitor.run("quiz")
    await expect(visitor.latest).to_contain_text("Quiz ·")

    await visitor.press("A")

    await expect(visitor.latest.get_by_role("heading")).to_have_text(re.compile("Right|Not quite"))
    await expect(visitor.latest).to_contain_text("✅")
    await expect(visitor.latest.get_by_role("button", name="Next question")).to_be_visible()


async def test_the_board_names_those_who_answer(visitor: Visitor) -> None:
    await visitor.run("leaderboard")

    await expect(visitor.latest).to_contain_text("Rounds answered · this week")
    await expect(visitor.latest).to_contain_text("Amara Osei")
    await expect(visitor.latest).to_contain_text("You are not on this board yet.")


async def test_a_new_day_brings_a_question_and_the_old_ones_recap(visitor: Visitor) -> None:
    page = visitor.page

    await page.get_by_role("button", name="Next day").click()
    await expect(page.locator(".demo-note[role=status]")).to_contain_text("round 11 is open")
    await expect(visitor.latest).to_contain_text("Round 11")
    await page.locator(".demo-thread").nth(1).click()

    await expect(visitor.latest).to_contain_text("Round 10 is closed · 3 members answered")
    assert visitor.complaints == []


async def test_a_key_in_the_terminal_moves_the_open_page(visitor: Visitor) -> None:
    await visitor.demo.press("t\n")

    await expect(visitor.page.locator("#channel-name")).to_contain_text("10 · ")
    await expect(visitor.page.locator(".demo-note:visible")).to_contain_text("?")
    await expect(visitor.page.locator(".demo-places [aria-current=page]")).to_contain_text("10 · ")


async def test_one_may_look_through_another_members_eyes(visitor: Visitor) -> None:
    await visitor.page.get_by_label("Viewing as").select_option(label="Jonas Lind")

    await visitor.press("My streak")

    await expect(visitor.latest).to_contain_text("8 rounds in a row")
    await expect(visitor.latest).to_contain_text("🧊")


async def test_the_page_says_so_when_the_demo_has_ended(visitor: Visitor) -> None:
    code, _, errors = await visitor.demo.end(signal.SIGTERM)

    assert (code, errors) == (0, "")
    await expect(visitor.page.get_by_role("alert").filter(has_text="The demo has ended")).to_be_visible()
