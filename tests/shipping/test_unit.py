"""The systemd unit."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import MISCONFIGURED
from bot.settings import Settings
from shipping.tool import DISCORD_LOGINS_A_DAY, ROOT, SECONDS_A_DAY, tool

UNIT = (ROOT / "deploy" / "practice-bot.service").read_text(encoding="utf-8")
FIRST_TO_JUDGE_FILES = 250  # the systemd that brought `systemd-analyze security --offline`
GOOD = 20  # in tenths, as `--threshold` wants it; a unit without any hardening has 96


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a command that exists on this machine, which is all that systemd asks of it."""
    file = tmp_path / "practice-bot.service"
    file.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT), encoding="utf-8")
    return file


def analyze() -> str:
    command = tool("systemd-analyze")
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
    if int(told.split()[1]) < FIRST_TO_JUDGE_FILES:
        pytest.skip(f"systemd is older than {FIRST_TO_JUDGE_FILES}")
    return command


def values(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def test_systemd_understands_every_line(unit: Path) -> None:
    command = analyze()

    judged = subprocess.run([command, "verify", unit], capture_output=True, text=True, check=False)

    assert (judged.returncode, unit.name in judged.stderr) == (0, False), judged.stderr


def test_systemd_calls_the_service_well_contained(unit: Path) -> None:
    command = analyze()

    judged = subprocess.run(
        [command, "security", "--no-pager", "--offline=true", f"--threshold={GOOD}", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout


def test_its_settings_are_settings_of_the_bot(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from the credential", encoding="utf-8")
    given = dict(value.split("=", maxsplit=1) for value in values("Environment"))

    settings = Settings.from_env({name: value.replace("%d", str(tmp_path)) for name, value in given.items()})

    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == "from the credential"
    assert settings.database.is_relative_to(f"%S/{values('StateDirectory')[0]}")


def test_a_setting_that_must_be_changed_is_not_tried_again() -> None:
    assert values("RestartPreventExitStatus") == [str(MISCONFIGURED)]


def test_a_crash_at_every_start_cannot_use_up_the_logins_of_a_day() -> None:
    (delay,) = values("RestartSec")

    assert SECONDS_A_DAY / int(delay) < DISCORD_LOGINS_A_DAY
