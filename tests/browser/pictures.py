"""Take the pictures of README from the running demo."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Locator, Page, expect

from bot.frontends.demo.community import JONAS, written
from bot.library import load_bank
from browser.contact_sheet import take_contact_sheet
from browser.visitor import CHROMIUM, visit

_HEIGHT = 980
_SCALE = 1.5


def answer_to(title: str) -> str:
    """Return what the visitor answers to today's question: what Jonas would say, who has not answered yet."""
    (question,) = (question for question in load_bank() if question.title == title)
    return written(JONAS, question)


async def take_pictures(directory: Path) -> None:
    """Walk through the demo and write a PNG of each stop into a directory."""

    async def take(name: str, what: Page | Locator) -> None:
        # Neither the pointer nor the cursor belongs into the picture.
        await visitor.page.locator(".channel-header").click()
        await visitor.is_at_rest()
        path = directory / f"{name}.png"
        await what.screenshot(path=path)
        with Image.open(path) as picture:
            # A third of the size, and no difference that an eye finds; dithering would show in the plain areas.
            small = picture.convert("RGB").quantize(256, kmeans=3, dither=Image.Dither.NONE)
        small.save(path, optimize=True)

    with TemporaryDirectory(prefix="practice-bot-pictures-") as temporary:
        async with visit(Path(temporary), width=1180, height=_HEIGHT, scale=_SCALE) as visitor:
            await take("demo", visitor.page)
            await visitor.press("Model answer")
            await expect(visitor.latest).to_contain_text("Your own answer first")
            await take("first", visitor.card)
            await visitor.open_thread()
            title = (await visitor.page.locator("#channel-name").text_content() or "").partition(" · ")[2]
            await visitor.write(answer_to(title))
            await expect(visitor.latest.locator(".message-reactions")).to_contain_text("✅")
            await take("thread", visitor.page)
            await visitor.page.locator(".demo-places button").first.click()
            await visitor.press("Model answer")
            await expect(visitor.latest).to_contain_text("Spotted in your answer")
            await take("model-answer", visitor.card)
            await visitor.run("quiz")
            await expect(visitor.latest).to_contain_text("Quiz ·")
            await visitor.press("B")
            await expect(visitor.latest.get_by_role("button", name="Next question")).to_be_visible()
            await take("quiz", visitor.card)
            await visitor.run("leaderboard")
            await expect(visitor.latest).to_contain_text("Rounds answered")
            await visitor.press("This month")
            await expect(visitor.latest).to_contain_text("this month")
            await take("leaderboard", visitor.card)
            await visitor.page.get_by_label("Viewing as").select_option(label="Amara Osei")
            await visitor.run("progress")
            await expect(visitor.latest).to_contain_text("Your progress")
            await visitor.card.locator("img").wait_for()
            await take("progress", visitor.card.locator("img"))
            await visitor.page.get_by_label("Viewing as").select_option(label="Jonas Lind")
            await visitor.press("My streak")
            await expect(visitor.latest).to_contain_text("rounds in a row")
            await take("streak", visitor.card)
            await visitor.page.get_by_label("Viewing as").select_option(label="You")
            await visitor.page.get_by_role("button", name="Next day").click()
            await expect(visitor.latest).to_contain_text("Round 11")
            await visitor.page.locator(".demo-thread").nth(1).click()
            await expect(visitor.latest).to_contain_text("is closed")
            await take("recap", visitor.card)


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("The pictures need a chromium: apt-get install chromium")
    pictures = Path(__file__).parents[2] / "docs"
    pictures.mkdir(exist_ok=True)
    asyncio.run(take_pictures(pictures))
    # To be looked at, not kept.
    asyncio.run(take_contact_sheet(pictures.parent / "build" / "contact-sheet.png"))
