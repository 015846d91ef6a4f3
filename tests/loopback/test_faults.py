"""Requests that fail, hang, are limited, or take effect without an answer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.server import LoopbackDiscord
    from loopback.watcher import Watcher

SEND = r"/channels/\d+/messages"


async def test_a_failure_has_no_effect_and_carries_its_code(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    server.faults.fail("POST", SEND, status=403, code=50013)

    with pytest.raises(discord.Forbidden) as failed:
        await place.send("hello")

    assert failed.value.code == 50013
    assert not channel.messages


async def test_a_fault_strikes_as_often_as_asked_and_no_other_request(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    fault = server.faults.fail("POST", SEND, status=400, times=2)

    for _ in range(2):
        with pytest.raises(discord.HTTPException):
            await place.send("hello")
    sent = await place.send("hello")
    await place.fetch_message(sent.id)

    assert fault.struck == 2


async def test_an_unavailable_server_is_not_asked_again(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    server.faults.fail("POST", SEND, status=503)

    with pytest.raises(discord.DiscordServerError):
        await place.send("hello")

    assert server.counts.requests["POST /channels/{channel}/messages"] == 1


async def test_a_lost_answer_leaves_its_effect_which_the_nonce_finds_again(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    server.faults.lose("POST", SEND)

    with pytest.raises(aiohttp.ClientError):
        await place.send("daily", nonce="42")
    again = await place.send("daily", nonce="42")

    assert list(channel.messages) == [again.id]


async def test_a_request_hangs_before_its_effect_until_it_is_released(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    hang = server.faults.hang("POST", SEND)
    sending = asyncio.create_task(place.send("hello"))
    await hang.hit()
    before = len(channel.messages)

    hang.release()
    await sending

    assert (before, len(channel.messages)) == (0, 1)


async def test_a_request_hangs_after_its_effect_when_asked(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    hang = server.faults.hang("POST", SEND, after=True)
    sending = asyncio.create_task(place.send("hello"))

    await server.until(lambda: channel.messages)
    answered = sending.done()
    hang.release()
    await sending

    assert not answered


async def test_a_rate_limit_is_waited_for_and_counted(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    server.faults.limit("POST", SEND, retry_after=0.01)

    await place.send("hello")

    assert (server.counts.rate_limited, server.counts.invalid) == (1, 1)
    assert len(channel.messages) == 1


async def test_a_rate_limit_without_via_is_a_ban(server: LoopbackDiscord, client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)
    server.faults.limit("POST", SEND, retry_after=0.01, via=False)

    with pytest.raises(discord.HTTPException) as banned:
        await place.send("hello")

    assert banned.value.status == 429


async def test_a_global_limit_lets_so_many_through_a_second(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    server.faults.per_second = 1
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {server.token}"}) as http:
        answers = [await http.get(f"{server.url}/api/v10/channels/{channel.id}") for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 429, 429]
    assert all(answer.headers["Via"] for answer in answers[1:])


async def test_clearing_mends_everything_and_lets_go_of_what_hangs(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    hang = server.faults.hang("POST", SEND)
    server.faults.fail("DELETE", SEND + r"/\d+", status=500)
    sending = asyncio.create_task(place.send("hello"))
    await hang.hit()

    server.faults.clear()
    sent = await sending
    await sent.delete()

    assert not channel.messages


async def test_waiting_in_vain_says_so(server: LoopbackDiscord) -> None:
    with pytest.raises(TimeoutError, match="did not bring it about"):
        await server.until(lambda: False, within=timedelta(milliseconds=10).total_seconds())
