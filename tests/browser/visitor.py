"""A visitor of the demo: a real browser without a screen."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

from frontends.demo.started import Started, start_demo

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_MILLISECONDS = 20_000


@dataclass
class Visitor:
    """Somebody who looks at the page; `complaints` is what the browser's console says is wrong."""

    demo: Started
    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def timeline(self) -> Locator:
        """What is written in the channel or thread that is shown."""
        return self.page.locator("#channel-message-list")

    @property
    def latest(self) -> Locator:
        """The newest message."""
        return self.timeline.locator("[data-message-id]").last

    @property
    def card(self) -> Locator:
        """The newest message without who wrote it and when."""
        return self.latest.locator(".component-container")

    async def press(self, label: str) -> None:
        """Press the newest button with this label."""
        # A button's name begins with its emoji.
        await self.timeline.get_by_role("button", name=re.compile(rf"(^|\W){label}$")).last.click()

    async def open_thread(self) -> None:
        """Open the newest thread by its card."""
        name = (await self.page.locator(".demo-thread").first.text_content()) or ""
        await self.page.locator(".thread-summary").last.click()
        await self.page.locator("#channel-name", has_text=name).wait_for()

    async def write(self, text: str) -> None:
        """Write into the composer and send it."""
        composer = self.page.locator("#channel-composer-input")
        await composer.fill(text)
        await composer.press("Enter")

    async def run(self, command: str) -> None:
        """Choose a command from the list that a slash opens, and run it without options."""
        await self.page.locator("#channel-composer-input").fill(f"/{command}")
        await self.page.get_by_role("option", name=f"/{command}").first.click()
        await self.page.locator("#channel-composer").get_by_role("button", name="Send").click()

    async def is_at_rest(self) -> None:
        """Wait until the page has drawn everything it knows."""
        await self.page.locator("#preview-app[aria-busy=false]").wait_for()


@asynccontextmanager
async def visit(
    directory: Path,
    *,
    width: int = 1280,
    height: int = 960,
    scale: float = 1,
    options: tuple[str, ...] = (),
    bank: Path | None = None,
) -> AsyncIterator[Visitor]:
    """Start the demo and open its page in a fresh browser; sizes are in CSS pixels."""
    (directory / "temporary").mkdir()
    async with async_playwright() as playwright:
        # The browser starts while the demo does.
        launching = asyncio.ensure_future(
            playwright.chromium.launch_persistent_context(
                directory / "profile",
                executable_path=CHROMIUM,
                args=list(_ARGUMENTS),
                viewport={"width": width, "height": height},
                device_scale_factor=scale,
            )
        )
        async with start_demo(directory / "temporary", *options, bank=bank) as demo, await launching as context:
            context.set_default_timeout(_PATIENCE_MILLISECONDS)
            page = context.pages[0]
            visitor = Visitor(demo, page)
            page.on("console", lambda said: visitor.complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
            assert demo.address is not None, await demo.end()
            await page.goto(demo.address)
            await page.locator(".demo-places button").first.wait_for()
            await visitor.is_at_rest()
            yield visitor
