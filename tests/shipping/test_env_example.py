"""The example of an .env file: every setting, explained, with nothing secret in it."""

import os
import re
import subprocess
from dataclasses import MISSING, fields
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from pydantic import SecretStr

from bot.settings import PREFIX, Settings
from shipping.tool import ROOT, tool

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def settings_in(text: str) -> list[tuple[str, str]]:
    return re.findall(rf"^({PREFIX}\w+)=(.*)$", text, re.MULTILINE)


@pytest.fixture
def all_of_it(tmp_path: Path) -> str:
    """The example with every setting switched on, and a file for the token where it names one."""
    token = tmp_path / "token"
    token.write_text("secret", encoding="utf-8")
    switched_on = EXAMPLE.replace(f"#{PREFIX}", PREFIX)
    return re.sub(rf"(?m)^({PREFIX}\w+_FILE)=.*$", rf"\1={token}", switched_on)


def test_every_setting_is_in_it_once_and_no_other(all_of_it: str) -> None:
    hints = get_type_hints(Settings)
    known = [f"{PREFIX}{name.upper()}" for name in hints]

    secrets = [f"{PREFIX}{name.upper()}_FILE" for name, hint in hints.items() if SecretStr in get_args(hint)]

    assert sorted(name for name, _ in settings_in(all_of_it)) == sorted([*known, *secrets])


def test_copied_and_not_filled_in_it_changes_nothing() -> None:
    copied = dict(settings_in(EXAMPLE))

    assert Settings.from_env(copied) == Settings()


def test_what_is_commented_out_is_the_default_or_an_example_that_is_accepted(all_of_it: str) -> None:
    settings = Settings.from_env(dict(settings_in(all_of_it)))

    for field in fields(settings):
        assert field.default is not MISSING
        assert field.default is None or getattr(settings, field.name) == field.default, field.name


def test_a_shell_reads_it_as_compose_does(all_of_it: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(all_of_it, encoding="utf-8")

    read = subprocess.run(
        [tool("sh"), "-c", "set -a; . ./.env; env"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert sorted(settings_in(read.stdout)) == sorted(settings_in(all_of_it))
