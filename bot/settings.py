"""Every knob of the bot, typed, read from an environment mapping.

Importing this module needs no token, and nothing here reads the process environment by itself.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.domain.review import RETENTION

PREFIX = "PRACTICE_BOT_"
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_ON = {"on", "true", "yes", "1"}
_OFF = {"off", "false", "no", "0"}
_SHARE = re.compile(r"0\.\d{1,3}")
# Below, most of a review is forgotten; above, cards come back every few days for ever.
MOST_REQUESTS_A_SECOND = 500
MOST_PORTS = 65535
MOST_SHARDS = 1000
LEAST_RETENTION, MOST_RETENTION = 0.7, 0.97


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message says which one and how to put it right."""


class MessageContent(StrEnum):
    """Whether replies may be read, which takes a privileged intent: if Discord grants it, by all means, or never."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides.

    `database` is one SQLite file; `retention` how likely members should still know a card when it is due; `judge_url`
    the address of an OpenAI-compatible endpoint whose `judge_model` gives a second opinion on answers, with `judge_key`
    if it wants one; `bank` a directory of questions instead of the shipped one, `cache` a folder where the parsed bank
    is kept between starts; `message_content` whether the privileged intent of that name is asked for and insisted on;
    `heartbeat` a file that a running bot touches; `discord_api` another base address for Discord, such as a proxy;
    `exit_delay` how many seconds to wait before giving up on a setting that must be changed first; `backups` whether
    copies are made each hour, and whether one may take the place of a damaged database; `requests_a_second` how many
    Discord is sent at most, 0 for no limit of ours; `metrics_port` where on `metrics_host` Prometheus may read figures;
    `shards` over how many connections, None for the single one that all but very large bots need.
    """

    database: Path = Path("practice-bot.db")
    discord_token: SecretStr | None = None
    discord_api: str | None = None
    message_content: MessageContent = MessageContent.AUTO
    retention: float = RETENTION
    judge_url: str | None = None
    judge_model: str = "default"
    judge_key: SecretStr | None = None
    bank: Path | None = None
    cache: Path | None = None
    heartbeat: Path | None = None
    log_level: str = "INFO"
    exit_delay: int = 0
    backups: bool = True
    requests_a_second: int = 40
    metrics_port: int | None = None
    metrics_host: str = "127.0.0.1"
    shards: int | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings from variables that start with PRACTICE_BOT_.

        A secret may also be named by file, as in PRACTICE_BOT_DISCORD_TOKEN_FILE.

        Raises:
            SettingsError: a variable is unknown or has a value that makes no sense.
        """
        known = {"DATABASE", "DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "DISCORD_API", "MESSAGE_CONTENT", "BANK"}
        known |= {
            "BACKUPS",
            "CACHE",
            "HEARTBEAT",
            "LOG_LEVEL",
            "EXIT_DELAY",
            "RETENTION",
            "REQUESTS_A_SECOND",
            "SHARDS",
        }
        known |= {"METRICS_PORT", "METRICS_HOST"}
        known |= {"JUDGE_URL", "JUDGE_MODEL", "JUDGE_KEY", "JUDGE_KEY_FILE"}
        given = {name.removeprefix(PREFIX): _bare(value) for name, value in environ.items() if name.startswith(PREFIX)}
        unknown = sorted(given.keys() - known)
        if unknown:
            raise SettingsError(
                f"{PREFIX}{unknown[0]} is not a setting. Known, each after {PREFIX}: {', '.join(sorted(known))}."
            )
        given = {name: value for name, value in given.items() if value}
        level = given.get("LOG_LEVEL", "INFO").upper()
        if level not in _LEVELS:
            raise SettingsError(f"{PREFIX}LOG_LEVEL is {level!r}; use one of {', '.join(_LEVELS)}.")
        token, judge_key = _secret(given, "DISCORD_TOKEN"), _secret(given, "JUDGE_KEY")
        return cls(
            database=Path(given.get("DATABASE", "practice-bot.db")).expanduser(),
            discord_token=SecretStr(token.removeprefix("Bot ").strip()) if token else None,
            discord_api=_address(given, "DISCORD_API", "https://discord.com"),
            message_content=_message_content(given),
            retention=_retention(given),
            judge_url=_address(given, "JUDGE_URL", "http://127.0.0.1:8080/v1"),
            judge_model=given.get("JUDGE_MODEL", "default"),
            judge_key=SecretStr(judge_key) if judge_key else None,
            bank=Path(given["BANK"]).expanduser() if "BANK" in given else None,
            cache=_cache(given, environ),
            heartbeat=Path(given["HEARTBEAT"]).expanduser() if "HEARTBEAT" in given else None,
            log_level=level,
            exit_delay=_seconds(given, "EXIT_DELAY"),
            backups=_switch(given, "BACKUPS", default=True),
            requests_a_second=_pace(given),
            metrics_port=_port(given, "METRICS_PORT"),
            metrics_host=given.get("METRICS_HOST", "127.0.0.1"),
            shards=_shards(given),
        )


def _bare(value: str) -> str:
    """Drop the quotes and spaces that `docker run --env-file` passes on and a shell would not."""
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1].strip()
    return value


def _secret(given: Mapping[str, str], name: str) -> str | None:
    path = given.get(f"{name}_FILE")
    if path is None:
        return given.get(name)
    try:
        return _bare(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{PREFIX}{name}_FILE names {path}, which cannot be read ({error.__class__.__name__}). "
            "Check the path and that this user may read it."
        ) from error


def _cache(given: Mapping[str, str], environ: Mapping[str, str]) -> Path | None:
    """Return the folder that is named, else where the XDG base directories keep what may be lost."""
    if "CACHE" in given:
        return Path(given["CACHE"]).expanduser()
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"], "practice-bot")
    return Path(environ["HOME"], ".cache", "practice-bot") if environ.get("HOME") else None


def _message_content(given: Mapping[str, str]) -> MessageContent:
    value = given.get("MESSAGE_CONTENT", "auto").lower()
    if value not in {"auto"} | _ON | _OFF:
        raise SettingsError(f"{PREFIX}MESSAGE_CONTENT is {value!r}; use auto, on or off.")
    return MessageContent("on" if value in _ON else "off" if value in _OFF else value)


def _switch(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = given.get(name, "on" if default else "off").lower()
    if value not in _ON | _OFF:
        raise SettingsError(f"{PREFIX}{name} is {value!r}; use on or off.")
    return value in _ON


def _retention(given: Mapping[str, str]) -> float:
    value = given.get("RETENTION", str(RETENTION))
    if not _SHARE.fullmatch(value) or not LEAST_RETENTION <= float(value) <= MOST_RETENTION:
        raise SettingsError(
            f"{PREFIX}RETENTION is {value!r}; use a share from {LEAST_RETENTION} to {MOST_RETENTION}, such as 0.9."
        )
    return float(value)


def _seconds(given: Mapping[str, str], name: str) -> int:
    value = given.get(name, "0")
    if not value.isdecimal():
        raise SettingsError(f"{PREFIX}{name} is {value!r}; use a whole number of seconds.")
    return int(value)


def _pace(given: Mapping[str, str]) -> int:
    value = given.get("REQUESTS_A_SECOND", "40")
    if not value.isdecimal() or not 1 <= int(value) <= MOST_REQUESTS_A_SECOND:
        raise SettingsError(
            f"{PREFIX}REQUESTS_A_SECOND is {value!r}; use a whole number from 1 to {MOST_REQUESTS_A_SECOND}. "
            "Discord lets 50 through unless it has raised that for your bot."
        )
    return int(value)


def _port(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not value.isdecimal() or not 1 <= int(value) <= MOST_PORTS:
        raise SettingsError(f"{PREFIX}{name} is {value!r}; use a port such as 9464.")
    return int(value)


def _shards(given: Mapping[str, str]) -> int | None:
    value = given.get("SHARDS")
    if value is None:
        return None
    if not value.isdecimal() or not 1 <= int(value) <= MOST_SHARDS:
        raise SettingsError(f"{PREFIX}SHARDS is {value!r}; use a whole number from 1 to {MOST_SHARDS}.")
    return int(value)


def _address(given: Mapping[str, str], name: str, example: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in {"http", "https"} or not host or port == 0:
        raise SettingsError(f"{PREFIX}{name} is {value!r}; use an address such as {example}.")
    if scheme == "http" and not _is_loopback(host):
        raise SettingsError(f"{PREFIX}{name} would send secrets unencrypted to {host}; use https.")
    return value.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
