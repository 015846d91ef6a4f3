"""What the demo's tests start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from frontends.demo.entered import Demo, enter_demo


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with enter_demo(tmp_path / "demo.db") as entered:
        yield entered
