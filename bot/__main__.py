"""The command line."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, contextmanager, suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from bot import __version__
from bot.app import App, open_app, utc_now
from bot.domain.clock import Clock
from bot.domain.questions import Bank
from bot.frontends.terminal.command import add_bank_commands, print_reports
from bot.library import BankError
from bot.practice import boards, reports
from bot.restarts import Restarts
from bot.settings import MessageContent, Settings, SettingsError
from bot.storage.backup import back_up
from bot.storage.errors import StorageError
from bot.storage.lock import Lock
from bot.storage.restoration import newest_whole_backup, restore
from bot.storage.rotation import back_up_and_rotate
from bot.systemd import ALIVE, READY, STOPPING, Notifier
from bot.ticker import Ticker

_log = logging.getLogger("bot")

OK, FAILED, MISCONFIGURED = 0, 1, 78  # 78 is EX_CONFIG of sysexits.h: restarting will not help
_FOR_THE_OPERATOR = (SettingsError, BankError, StorageError)
_HEARTBEAT_LIVES = timedelta(seconds=30)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 78 a setting must be changed first."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except _FOR_THE_OPERATOR as error:
        return _misconfigured(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="practice-bot",
        description="One deep-learning interview question a day for your community.",
        epilog="Settings are environment variables; .env.example lists them.",
    )
    parser.add_argument("--version", action="version", version=f"practice-bot {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command", title="commands")

    demo_parser = commands.add_parser("demo", help="open the real bot in your browser: no account, no token")
    demo_parser.add_argument("--no-browser", dest="browser", action="store_false", help="only print the address")
    demo_parser.add_argument(
        "--port", type=int, default=0, help="where to serve it on this machine; any free one if left out"
    )
    demo_parser.add_argument(
        "--database", type=Path, help="keep the data in this file; without it all is gone at the end"
    )
    demo_parser.set_defaults(run=_demo)

    discord = commands.add_parser("discord", help="run the bot on Discord")
    discord.set_defaults(run=_discord)

    rebuild = commands.add_parser("rebuild", help="recompute streaks and boards from the stored answers")
    rebuild.set_defaults(run=_rebuild)

    backup = commands.add_parser("backup", help="copy the database, checked, also while the bot is running")
    backup.add_argument("path", nargs="?", type=Path, help="the file to write; one in backups/ if left out")
    backup.set_defaults(run=_backup)

    restore_parser = commands.add_parser("restore", help="go back to a backup; stop the bot first")
    restore_parser.add_argument("path", nargs="?", type=Path, help="the backup; the newest whole one if left out")
    restore_parser.set_defaults(run=_restore)

    health = commands.add_parser("health", help="tell whether a running bot is alive (needs PRACTICE_BOT_HEARTBEAT)")
    health.set_defaults(run=_health)

    bank = commands.add_parser("bank", help="look after the question bank")
    bank_commands = add_bank_commands(bank, utc_now)
    reported = bank_commands.add_parser("reports", help="list the mistakes that members have reported, by question")
    reported.set_defaults(run=_reports)
    return parser


def _demo(options: argparse.Namespace) -> int:
    from bot.frontends import demo

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

    settings = Settings.from_env(os.environ)

    def open_on(database: Path, clock: Clock) -> AbstractAsyncContextManager[App]:
        return open_app(
            Settings(database=database, bank=settings.bank, cache=settings.cache, backups=False, requests_a_second=0),
            clock=clock,
        )

    running = demo.run(open_on, now=utc_now(), port=options.port, browser=options.browser, database=options.database)
    try:
        asyncio.run(running)
    except demo.DemoError as error:
        return _misconfigured(error)
    return OK


def _discord(_: argparse.Namespace) -> int:
    from bot.frontends.discord.connection import RejectedError, UnreachableError

    settings = _settings()
    if settings.discord_token is None:
        raise SettingsError(
            "PRACTICE_BOT_DISCORD_TOKEN is not set. README.md tells in four steps where to get a token; "
            "`practice-bot demo` needs none."
        )
    token = settings.discord_token.get_secret_value()
    try:
        return asyncio.run(_serve(settings, token))
    except UnreachableError as error:
        print(f"practice-bot: {error}", file=sys.stderr)
        return FAILED
    except (*_FOR_THE_OPERATOR, RejectedError) as error:
        code = _misconfigured(error)
        # A container is started again at once; waiting here keeps it from using up the day's logins.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            time.sleep(settings.exit_delay)
        return code


async def _serve(settings: Settings, token: str) -> int:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    notifier, restarts = Notifier(os.environ), Restarts(settings.database)
    async with open_app(settings) as app:
        await _rest(restarts.begin(utc_now()), stop)
        await app.describe()
        loop = asyncio.get_running_loop()
        app.vitals.begin(loop.time())
        watching = asyncio.create_task(app.vitals.watch(), name="watch")

        async def tick() -> None:
            await app.tick()
            if not app.vitals.complaints(loop.time()):
                notifier.tell(ALIVE)

        ticker = Ticker(tick)
        ticker.start()
        notifier.tell(READY)
        try:
            with _figures(app):
                await _connect(app, token, stop)
        finally:
            notifier.tell(STOPPING)
            await ticker.stop()
            watching.cancel()
    restarts.end()
    _log.info("closed cleanly")
    return OK


async def _rest(pause: timedelta, stop: asyncio.Event) -> None:
    """Wait before Discord is bothered with yet another login, or until the process is asked to end."""
    if not pause:
        return
    _log.error("started too often within the last hour: Discord is left alone for %.0f seconds", pause.total_seconds())
    with suppress(TimeoutError):
        async with asyncio.timeout(pause.total_seconds()):
            await stop.wait()


@contextmanager
def _figures(app: App) -> Iterator[None]:
    """Serve the figures for Prometheus, if that is wanted."""
    settings = app.settings
    if settings.metrics_port is None:
        yield
        return
    if find_spec("prometheus_client") is None:
        raise SettingsError("PRACTICE_BOT_METRICS_PORT needs the extra: pip install 'practice-bot[metrics]'")
    from bot import metrics

    app.discord()
    with ExitStack() as stack:
        try:
            stack.enter_context(metrics.served(app, settings.metrics_host, settings.metrics_port))
        except OSError as error:
            raise SettingsError(
                f"PRACTICE_BOT_METRICS_PORT: {settings.metrics_host}:{settings.metrics_port} cannot be used ({error})."
            ) from error
        yield


async def _connect(app: App, token: str, stop: asyncio.Event) -> None:
    from bot.frontends.discord.connection import UnreadableError, connect

    settings = app.settings
    try:
        await connect(app.discord(), token, api=settings.discord_api, until=stop)
    except UnreadableError:
        if settings.message_content is not MessageContent.AUTO:
            raise
        _log.warning(
            "Discord refuses the Message Content intent, so replies are counted without being read. To have them read, "
            "switch it on in the developer portal (your application, Bot, Privileged Gateway Intents) and start again."
        )
        await connect(app.discord(reads_replies=False), token, api=settings.discord_api, until=stop)


def _rebuild(_: argparse.Namespace) -> int:
    async def rebuild() -> dict[str, int]:
        async with open_app(_settings()) as app:
            return await boards.rebuild(app.practice)

    counted = asyncio.run(rebuild())
    for community_id, members in counted.items():
        print(f"community {community_id}: {members} members ranked")
    print(f"{len(counted)} communities recomputed")
    return OK


def _backup(options: argparse.Namespace) -> int:
    database = _settings().database.resolve()
    if not database.is_file():
        raise StorageError(f"There is no database at {database}; name it with PRACTICE_BOT_DATABASE.")
    if options.path is None:
        made = back_up_and_rotate(database, utc_now())
    else:
        made = options.path.resolve()
        back_up(database, made)
    print(f"backed up to {made} ({made.stat().st_size:,} bytes, integrity checked)")
    return OK


def _restore(options: argparse.Namespace) -> int:
    database = _settings().database.resolve()
    lock = Lock(database)
    try:
        backup = options.path.resolve() if options.path else newest_whole_backup(database)
        if backup is None:
            raise StorageError(f"There is no whole backup of {database} in {database.parent / 'backups'}; name one.")
        restored = restore(database, backup, now=utc_now())
    finally:
        lock.release()
    print(f"{database} is now the backup {restored.backup}, of {restored.made_at:%Y-%m-%d %H:%M} UTC")
    if restored.aside is not None:
        print(f"what was there before is {restored.aside}")
    print("at its next start the bot reads back from Discord what is still there of the time since")
    print("members who had their data deleted since then have it back: ask them to delete it again")
    return OK


def _reports(_: argparse.Namespace) -> int:
    async def read() -> tuple[Bank, list[reports.Report]]:
        async with open_app(_settings()) as app:
            return app.practice.bank, await reports.all_waiting(app.practice)

    print_reports(*asyncio.run(read()))
    return OK


def _health(_: argparse.Namespace) -> int:
    path = Settings.from_env(os.environ).heartbeat
    if path is None:
        raise SettingsError("PRACTICE_BOT_HEARTBEAT is not set: name a file that the running bot may touch.")
    try:
        age = timedelta(seconds=utc_now().timestamp() - path.stat().st_mtime)
    except OSError:
        print(f"{path} is not there: the bot is not running, or has not ticked yet", file=sys.stderr)
        return FAILED
    if age > _HEARTBEAT_LIVES:
        print(f"the last sign of life is {age.total_seconds():.0f} seconds old", file=sys.stderr)
        return FAILED
    return OK


def _settings() -> Settings:
    settings = Settings.from_env(os.environ)
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", stream=sys.stderr
    )
    # discord.py's debug lines hold message texts and interaction tokens.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger().level))
    return settings


def _misconfigured(error: Exception) -> int:
    print(f"practice-bot: {error}", file=sys.stderr, flush=True)
    return MISCONFIGURED


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no signal handlers in its loop; Ctrl-C still raises there
            loop.add_signal_handler(number, stop.set)


if __name__ == "__main__":
    sys.exit(main())
