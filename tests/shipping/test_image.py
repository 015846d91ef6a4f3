"""The container image and its Compose file, as far as they can be judged without Docker."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from bot import __version__
from bot.settings import Settings
from shipping.tool import DISCORD_LOGINS_A_DAY, ROOT, SECONDS_A_DAY, tool

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SERVICE = COMPOSE["services"]["practice-bot"]


def image_settings() -> Settings:
    return Settings.from_env(dict(re.findall(r"(PRACTICE_BOT_\w+)=(\S+)", DOCKERFILE)))


def mounted_at(path: Path, mounts: list[str], column: int) -> bool:
    """Tell whether a path of the container lies in one of these mounts; the target is in that column of `a:b`."""
    return any(path.is_relative_to(mount.split(":")[column]) for mount in mounts)


def test_the_dockerfile_follows_the_rules_of_hadolint() -> None:
    hadolint = tool("hadolint")

    judged = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (judged.returncode, judged.stdout) == (0, "")


def test_the_build_sees_what_it_copies_and_nothing_else() -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()

    copied = {name for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()}

    assert "*" in rules
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied
    assert all((ROOT / name).exists() for name in copied)


def test_a_wrong_token_cannot_use_up_the_logins_of_a_day() -> None:
    settings = image_settings()

    attempts = SECONDS_A_DAY / settings.exit_delay

    assert attempts < DISCORD_LOGINS_A_DAY


def test_the_compose_file_follows_the_specification() -> None:
    check = tool("check-jsonschema")

    judged = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", COMPOSE_FILE], capture_output=True, text=True, check=False
    )

    assert judged.returncode == 0, judged.stdout


def test_compose_understands_the_file_once_there_is_an_env_file(tmp_path: Path) -> None:
    compose = [tool("docker"), "compose"]
    if subprocess.run([*compose, "version"], capture_output=True, check=False).returncode != 0:
        tool("the compose plugin of docker")
    shutil.copy(COMPOSE_FILE, tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")

    judged = subprocess.run([*compose, "config", "-q"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert judged.returncode == 0, judged.stderr


def test_all_that_the_bot_writes_lies_where_the_read_only_container_lets_it() -> None:
    settings = image_settings()

    assert settings.heartbeat is not None
    assert SERVICE["read_only"] is True
    assert mounted_at(settings.database, SERVICE["volumes"], 1)
    assert mounted_at(settings.heartbeat, SERVICE["tmpfs"], 0)


def test_the_database_survives_the_container_on_a_volume_with_a_name() -> None:
    names = {mount.split(":")[0] for mount in SERVICE["volumes"]}

    assert names == COMPOSE["volumes"].keys()


def test_the_image_is_tagged_with_the_minor_version_and_never_pulled_from_a_stranger() -> None:
    major, minor, _ = __version__.split(".", maxsplit=2)

    assert SERVICE["image"] == f"practice-bot:{major}.{minor}"
    assert SERVICE["pull_policy"] == "build"
