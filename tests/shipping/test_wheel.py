"""What `pip install` brings: a wheel that runs far away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot import __version__
from bot.__main__ import FAILED, OK
from bot.library import check_bank
from shipping.tool import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture
def unpacked(wheel: Path, tmp_path: Path) -> Path:
    """A folder with what is in the wheel."""
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the unpacked bot in a folder that has nothing to do with it."""
    elsewhere = unpacked.with_name("elsewhere")
    elsewhere.mkdir()
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )


def files(folder: Path) -> set[str]:
    return {
        each.relative_to(folder).as_posix()
        for each in folder.rglob("*")
        if each.is_file() and "__pycache__" not in each.parts
    }


def test_it_brings_every_file_of_the_bot_and_of_the_bank(unpacked: Path) -> None:
    bank = {f"data/{name}" for name in files(ROOT / "data")}

    assert files(unpacked / "bot") == files(ROOT / "bot") | bank
    assert "storage/migrations/V0001__first.sql" in files(unpacked / "bot")


def test_it_brings_nothing_else(unpacked: Path) -> None:
    names = {each.name for each in unpacked.iterdir()}

    assert names == {"bot", f"practice_bot-{__version__}.dist-info"}


def test_it_has_the_command_practice_bot(unpacked: Path) -> None:
    (entry_points,) = unpacked.glob("*.dist-info/entry_points.txt")

    assert "practice-bot = bot.__main__:main" in entry_points.read_text(encoding="utf-8")


def test_it_tells_its_version(unpacked: Path) -> None:
    (unpacked / "bot" / "__init__.py").write_text('__version__ = "9.9.9"\n', encoding="utf-8")

    told = run(unpacked, "--version")

    assert (told.returncode, told.stdout) == (OK, "practice-bot 9.9.9\n")


def test_its_bank_is_as_good_as_that_of_the_checkout(unpacked: Path) -> None:
    here = sorted((fault.slug, fault.line, fault.rule) for fault in check_bank())

    judged = run(unpacked, "bank", "check", "--format", "json")

    assert sorted((fault["slug"], fault["line"], fault["rule"]) for fault in json.loads(judged.stdout)) == here
    assert judged.returncode == (FAILED if here else OK)


def test_its_bank_is_its_own(unpacked: Path) -> None:
    shutil.rmtree(unpacked / "bot" / "data" / "questions")

    judged = run(unpacked, "bank", "check")

    assert judged.returncode == FAILED
    assert str(unpacked) in judged.stdout
