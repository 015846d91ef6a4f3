"""Commands that judge what is shipped; not every machine has each of them."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISCORD_LOGINS_A_DAY = 1000
SECONDS_A_DAY = 24 * 60 * 60


def tool(name: str) -> str:
    """Return the path of a command, or skip the test that asks for it."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found
