"""Connect a client to Discord, and turn what an operator can put right into one sentence each."""

import asyncio
import logging

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.frontends.discord.client import PracticeClient

_log = logging.getLogger(__name__)

_PORTAL = "https://discord.com/developers/applications"
_API_VERSION = 10
_ANSWER_SECONDS = 10
_SPARED = 0.1


class RejectedError(Exception):
    """Discord will not have us until the operator changes a setting; the message says which."""


class UnreadableError(RejectedError):
    """Discord will not have us read what members write; without asking for that we may run all the same."""


class UnreachableError(Exception):
    """Discord cannot be reached now; trying again later may help."""


async def connect(client: PracticeClient, token: str, *, api: str | None, until: asyncio.Event) -> None:
    """Stay connected until the event is set, then close; reconnects by itself.

    `api` is another base address for Discord, such as a proxy.

    Raises:
        RejectedError: the token is refused.
        UnreadableError: the Message Content intent is refused.
        UnreachableError: there is no way to Discord at start.
    """
    async with client:
        running = asyncio.create_task(_run(client, token, api), name="discord")
        stopping = asyncio.create_task(until.wait(), name="stop")
        try:
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            is_asked_to = stopping.done()
            stopping.cancel()
            await client.finish()
            await client.close()
            if not running.done():
                running.cancel()
            try:
                await running
            except (asyncio.CancelledError, RejectedError, UnreachableError):
                pass
            except Exception as error:
                # A login that is cut off in its middle may end in any way: its session is gone.
                if not is_asked_to:
                    raise
                _log.info("the connection was closed amid its login (%s)", type(error).__name__)


async def _run(client: PracticeClient, token: str, api: str | None) -> None:
    try:
        if api is not None:
            await _point_at(api)
        await client.login(token)
        await _mind_the_budget(client)
        await client.connect()
    except discord.LoginFailure as error:
        raise RejectedError(
            "Discord does not accept this token. Copy it again from "
            f"{_PORTAL} (your application, Bot, Reset Token) into PRACTICE_BOT_DISCORD_TOKEN."
        ) from error
    except discord.PrivilegedIntentsRequired as error:
        raise UnreadableError(
            f"Discord refuses the Message Content intent. Switch it on at {_PORTAL} (your application, Bot, "
            "Privileged Gateway Intents, Message Content Intent), or set PRACTICE_BOT_MESSAGE_CONTENT=auto: "
            "replies are then counted without being read."
        ) from error
    except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, TimeoutError, OSError) as error:
        raise UnreachableError(
            f"Discord cannot be reached ({error.__class__.__name__}). Check the network and https://discordstatus.com."
        ) from error


async def _mind_the_budget(client: PracticeClient) -> None:
    """Do not connect with the last logins that Discord allows within a day: with none left it resets the token."""
    try:
        _, _, limit = await client.http.get_bot_gateway()
    except discord.GatewayNotFound:
        return  # a proxy may not offer it
    if limit["remaining"] < limit["total"] * _SPARED:
        hours = limit["reset_after"] / 3_600_000
        raise UnreachableError(
            f"Discord allows this bot only {limit['remaining']} more logins within {hours:.1f} hours, so none is used "
            "now. Something has restarted it very often: look at the log before this line."
        )


async def _point_at(api: str) -> None:
    """Send requests to another address, and ask it where its gateway is: a proxy names Discord's own."""
    Route.BASE = f"{api}/api/v{_API_VERSION}"
    timeout = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{Route.BASE}/gateway") as response:
        response.raise_for_status()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL((await response.json())["url"])
