"""A slice of the fuzz: whatever happens, no answer is lost and nothing is sent twice. `make fuzz` runs the rest."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from process.fuzz import try_seed

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither SIGKILL nor SIGTERM for a child")


@pytest.mark.parametrize("seed", range(1, 11))
async def test_random_kills_and_faults_lose_no_answer_and_send_nothing_twice(tmp_path: Path, seed: int) -> None:
    fuzz = await try_seed(seed, tmp_path, at_most=2)

    assert not fuzz.figures.wrong, "\n".join([*fuzz.figures.wrong, *fuzz.told])
    assert fuzz.figures.kills + fuzz.figures.stops >= 2
    assert fuzz.figures.rounds > 0
