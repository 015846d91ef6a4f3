"""One picture of the longest question of each kind, as the demo page shows it: to be looked at by eye."""

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Locator, expect

from bot.domain.questions import Kind, Question
from bot.frontends.demo.community import ROUNDS_BEFORE_TODAY
from bot.library import load_bank
from bot.library.shelf import shipped
from browser.visitor import visit

# The longest answer fits without scrolling.
_TALL = 2800
_GAP = 16
_BACKGROUND = (49, 51, 56)


async def take_contact_sheet(file: Path) -> None:
    """Write a PNG with a row for each kind of question: its post, its full answer, its mistakes and sources."""
    questions = [longest(kind) for kind in Kind]
    with TemporaryDirectory(prefix="practice-bot-pictures-") as temporary:
        bank = bank_of(questions, Path(temporary, "bank"))
        async with visit(Path(temporary), width=1180, height=_TALL, bank=bank) as visitor:
            rows: list[list[Image.Image]] = []
            for question in questions:
                await visitor.page.locator(".demo-places button").first.click()
                post = visitor.timeline.locator(".component-container").filter(has_text=question.title).first
                row = [await picture(post)]
                # The threads' buttons stand from the newest round to the oldest; today's is not closed yet.
                threads = visitor.page.locator(".demo-thread")
                await threads.filter(has_text=question.title[:12]).last.click()
                for label, begins in (("Full answer", "Full answer ·"), ("Mistakes and sources", "Common mistakes")):
                    await visitor.press(label)
                    await expect(visitor.latest).to_contain_text(begins)
                    await visitor.is_at_rest()
                    row.append(await picture(visitor.card))
                rows.append(row)
    file.parent.mkdir(exist_ok=True)
    sheet(rows).quantize(128, dither=Image.Dither.NONE).save(file, optimize=True)


def longest(kind: Kind) -> Question:
    """Return the shipped question of a kind that fills the most space."""
    return max((question for question in load_bank() if question.kind is kind), key=lambda each: len(each.full_answer))


def bank_of(questions: list[Question], folder: Path) -> Path:
    """Make a bank of these questions alone; the community has been asked each of them when the visitor comes in."""
    assert len(questions) <= ROUNDS_BEFORE_TODAY
    for name in ("topics.yaml", "references.yaml"):
        folder.mkdir(exist_ok=True)
        shutil.copy(shipped() / name, folder / name)
    for question in questions:
        file = Path("questions", question.topic, f"{question.slug}.yaml")
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(shipped() / file, folder / file)
    return folder


async def picture(shown: Locator) -> Image.Image:
    return Image.open(BytesIO(await shown.screenshot())).convert("RGB")


def sheet(rows: list[list[Image.Image]]) -> Image.Image:
    """Put pictures side by side, row below row."""
    widths = [max(row[column].width for row in rows) for column in range(len(rows[0]))]
    heights = [max(each.height for each in row) for row in rows]
    whole = Image.new(
        "RGB", (sum(widths) + _GAP * (len(widths) + 1), sum(heights) + _GAP * (len(rows) + 1)), _BACKGROUND
    )
    top = _GAP
    for row, height in zip(rows, heights, strict=True):
        left = _GAP
        for each, width in zip(row, widths, strict=True):
            whole.paste(each, (left, top))
            left += width + _GAP
        top += height + _GAP
    return whole
