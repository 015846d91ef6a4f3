"""`practice-bot health`, which the container's health check asks."""

import os
from pathlib import Path

import pytest

from bot.__main__ import FAILED, MISCONFIGURED, OK, main
from bot.app import open_app
from bot.settings import Settings


@pytest.fixture
def heartbeat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that the bot is told to touch; it is not there yet."""
    file = tmp_path / "heartbeat"
    monkeypatch.setenv("PRACTICE_BOT_HEARTBEAT", str(file))
    return file


@pytest.fixture
def old_heartbeat(heartbeat: Path) -> Path:
    """The same file, touched for the last time in 1970."""
    heartbeat.touch()
    os.utime(heartbeat, (0, 0))
    return heartbeat


async def test_a_bot_that_has_just_ticked_is_well(heartbeat: Path, tmp_path: Path) -> None:
    async with open_app(Settings(database=tmp_path / "practice.db", heartbeat=heartbeat)) as app:
        await app.tick()

    assert main(["health"]) == OK


async def test_a_bot_that_ticks_again_after_a_long_time_is_well_again(old_heartbeat: Path, tmp_path: Path) -> None:
    async with open_app(Settings(database=tmp_path / "practice.db", heartbeat=old_heartbeat)) as app:
        await app.tick()

    assert main(["health"]) == OK


def test_a_bot_that_ticked_long_ago_is_not_well(old_heartbeat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["health"])

    assert code == FAILED
    assert "seconds old" in capsys.readouterr().err


def test_a_bot_that_never_ticked_is_not_well(heartbeat: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["health"])

    assert code == FAILED
    assert f"{heartbeat} is not there" in capsys.readouterr().err


def test_without_a_file_to_look_at_a_setting_must_be_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PRACTICE_BOT_HEARTBEAT", raising=False)

    code = main(["health"])

    assert code == MISCONFIGURED
    assert "PRACTICE_BOT_HEARTBEAT is not set" in capsys.readouterr().err
