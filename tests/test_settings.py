from pathlib import Path

import pytest

from bot.settings import MessageContent, Settings, SettingsError

TOKEN = "MTAw.secret.token"  # noqa: S105  # why: no real one
QUOTES = ["{}", " {} ", '"{}"', "'{}'", ' "{}" ', "' {} '", "\t{}\n"]


def settings(**values: str) -> Settings:
    return Settings.from_env({f"PRACTICE_BOT_{name.upper()}": value for name, value in values.items()})


def token_of(read: Settings) -> str | None:
    return read.discord_token.get_secret_value() if read.discord_token else None


def test_without_any_variable_everything_has_a_value_that_works() -> None:
    assert Settings.from_env({}) == Settings()


def test_every_setting_is_read() -> None:
    read = settings(
        database="/data/bot.db",
        discord_token=TOKEN,
        discord_api="https://proxy.example/",
        message_content="off",
        bank="/data/bank",
        cache="/data/cache",
        heartbeat="/tmp/beat",  # noqa: S108  # why: only a name
        log_level="debug",
        exit_delay="30",
        retention="0.85",
    )

    assert token_of(read) == TOKEN
    assert (read.database, read.bank, read.cache, read.heartbeat) == (
        Path("/data/bot.db"),
        Path("/data/bank"),
        Path("/data/cache"),
        Path("/tmp/beat"),  # noqa: S108  # why: as above
    )
    assert (read.discord_api, read.message_content) == ("https://proxy.example", MessageContent.OFF)
    assert (read.log_level, read.exit_delay, read.retention) == ("DEBUG", 30, 0.85)


@pytest.mark.parametrize("wrapped", QUOTES)
def test_quotes_and_spaces_around_a_value_are_no_part_of_it(wrapped: str) -> None:
    read = settings(discord_token=wrapped.format(TOKEN), log_level=wrapped.format("warning"))

    assert token_of(read) == TOKEN
    assert read.log_level == "WARNING"


@pytest.mark.parametrize("value", ["", "  ", "''", '""', "' '"])
def test_an_empty_value_is_none_at_all(value: str) -> None:
    assert settings(discord_token=value, database=value, message_content=value, exit_delay=value) == Settings()


def test_the_word_bot_before_a_token_is_dropped() -> None:
    assert token_of(settings(discord_token=f"Bot {TOKEN}")) == TOKEN


@pytest.mark.parametrize("wrapped", QUOTES)
def test_a_secret_may_be_kept_in_a_file_of_its_own(tmp_path: Path, wrapped: str) -> None:
    file = tmp_path / "token"
    file.write_text(wrapped.format(TOKEN))

    assert token_of(settings(discord_token_file=f'"{file}"')) == TOKEN


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "token"

    with pytest.raises(SettingsError, match=r"DISCORD_TOKEN_FILE names .*token, which cannot be read"):
        settings(discord_token_file=str(missing))


def test_a_secret_file_that_is_no_text_is_named_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xff\xfe\x00hidden")

    with pytest.raises(SettingsError, match="cannot be read") as raised:
        settings(discord_token_file=str(file))

    assert "hidden" not in str(raised.value)


def test_an_unknown_setting_is_named_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"PRACTICE_BOT_TOKEN is not a setting\. Known.* DISCORD_TOKEN,"):
        settings(token=TOKEN)


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({"HOME": "/home/ada"}, Path("/home/ada/.cache/practice-bot")),
        ({"HOME": "/home/ada", "XDG_CACHE_HOME": "/fast"}, Path("/fast/practice-bot")),
        ({"HOME": "/home/ada", "XDG_CACHE_HOME": "/fast", "PRACTICE_BOT_CACHE": "/mine"}, Path("/mine")),
        ({}, None),
    ],
)
def test_what_may_be_lost_is_kept_where_the_system_keeps_such_things(
    environ: dict[str, str], folder: Path | None
) -> None:
    assert Settings.from_env(environ).cache == folder


def test_the_variables_of_other_programs_are_none_of_our_business() -> None:
    assert Settings.from_env({"PATH": "/bin", "DISCORD_TOKEN": TOKEN, "BOT_DATABASE": "x"}) == Settings()


@pytest.mark.parametrize(
    ("meant", "values"),
    [
        (MessageContent.ON, ["on", "TRUE", "Yes", "1"]),
        (MessageContent.OFF, ["off", "FALSE", "No", "0"]),
        (MessageContent.AUTO, ["auto", "Auto"]),
    ],
)
def test_whether_replies_are_read_may_be_said_in_several_words(meant: MessageContent, values: list[str]) -> None:
    assert {settings(message_content=value).message_content for value in values} == {meant}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("message_content", "perhaps", "use auto, on or off"),
        ("log_level", "loud", "use one of DEBUG"),
        ("retention", "90%", "a share from 0.7 to 0.97"),
        ("retention", "0.99", "a share from 0.7 to 0.97"),
        ("retention", "1e-1", "a share from 0.7 to 0.97"),
        ("exit_delay", "soon", "whole number of seconds"),
        ("exit_delay", "-1", "whole number of seconds"),
        ("exit_delay", "1.5", "whole number of seconds"),
        ("discord_api", "discord.com", "use an address such as"),
        ("discord_api", "ftp://discord.com", "use an address such as"),
        ("discord_api", "https://", "use an address such as"),
        ("discord_api", "http://[::1", "use an address such as"),
        ("discord_api", "https://discord.com:99999", "use an address such as"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_what_would(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as raised:
        settings(**{name: value})

    assert f"PRACTICE_BOT_{name.upper()}" in str(raised.value)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8080", "http://127.8.9.1", "http://[::1]:80", "http://localhost:9"]
)
def test_plain_http_is_accepted_on_the_machine_itself(address: str) -> None:
    assert settings(discord_api=address).discord_api == address


@pytest.mark.parametrize(
    "address",
    ["http://discord.com", "http://10.0.0.1", "http://0.0.0.0", "http://localhost.example", "http://127.0.0.1.example"],
)
def test_plain_http_to_another_machine_would_show_the_token_and_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match=r"unencrypted to .*; use https"):
        settings(discord_api=address)


def test_a_secret_is_shown_neither_by_repr_nor_by_str_nor_in_an_error() -> None:
    read = settings(discord_token=TOKEN)

    assert TOKEN not in f"{read!r} {read} {read.discord_token!r} {read.discord_token}"
    with pytest.raises(SettingsError) as raised:
        settings(discord_token=TOKEN, log_level="loud")
    assert TOKEN not in str(raised.value)
