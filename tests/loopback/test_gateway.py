"""Connections that break, sessions that resume or are forgotten, and intents."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from loopback.events import PRIVILEGED, Intent
from loopback.gateway import MAX_ASLEEP
from loopback.watcher import Watcher, online, ordinary_intents

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.people import Member
    from loopback.server import LoopbackDiscord


async def test_a_broken_connection_resumes_and_hears_what_it_missed_in_order(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    server.member_says(ada, channel, "before")
    await server.until(lambda: client.said)
    server.drop_gateway()
    for n in range(3):
        server.member_says(ada, channel, f"missed {n}")

    await server.until(lambda: "resumed" in client.heard)

    assert client.said == ["before", "missed 0", "missed 1", "missed 2"]
    assert (server.counts.identifies, server.counts.resumes) == (1, 1)


async def test_a_forgotten_session_starts_anew_and_never_hears_what_it_missed(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    client.heard.clear()
    server.drop_gateway(forget=True)
    server.member_says(ada, channel, "missed")

    await server.until(lambda: "ready" in client.heard)
    server.member_says(ada, channel, "heard")
    await server.until(lambda: client.said)

    assert client.said == ["heard"]
    assert server.counts.identifies == 2


async def test_a_client_waits_for_a_paused_gateway_and_then_resumes(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    server.pause_gateway()
    server.drop_gateway()
    server.member_says(ada, channel, "during the outage")
    await server.until(lambda: client.heard.count("disconnect") >= 2)
    server.open_gateway()

    await server.until(lambda: "resumed" in client.heard)

    assert client.said == ["during the outage"]


async def test_two_connections_with_one_token_are_both_served(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    other = Watcher(server)

    async with online(other, server.token):
        server.member_says(ada, channel, "hello")

        assert await server.until(lambda: client.said == other.said == ["hello"])


class Sharded(discord.AutoShardedClient):
    """A client of two shards that remembers which of them became ready."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), shard_count=2)
        self.shards_ready: set[int] = set()

    async def on_shard_ready(self, shard_id: int) -> None:
        self.shards_ready.add(shard_id)


async def test_a_sharded_client_has_all_guilds_each_on_its_shard(server: LoopbackDiscord) -> None:
    guilds = [server.add_guild(f"Guild {n}") for n in range(4)]
    client = Sharded()

    async with online(client, server.token):
        assert {guild.id for guild in client.guilds} == {guild.id for guild in guilds}
        assert all(guild.shard_id == (guild.id >> 22) % 2 for guild in client.guilds)

    assert client.shards_ready == {0, 1}
    assert server.counts.identifies == 2


async def test_each_shard_hears_of_its_own_guilds_alone(server: LoopbackDiscord) -> None:
    guilds = [server.add_guild(f"Guild {n}") for n in range(2)]
    own, foreign = sorted(guilds, key=lambda guild: (guild.id >> 22) % 2)
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
        await socket.receive_json()
        identify = {"token": server.token, "intents": int(Intent.GUILDS), "shard": [0, 2]}
        await socket.send_json({"op": 2, "d": identify})
        ready, arrival = await socket.receive_json(), await socket.receive_json()

        foreign.add_text_channel("foreign")
        own.add_text_channel("own")
        heard = await socket.receive_json()

    assert [each["id"] for each in ready["d"]["guilds"]] == [arrival["d"]["id"]] == [str(own.id)]
    assert heard["d"]["name"] == "own"


async def test_a_privileged_intent_that_is_not_approved_closes_the_connection(
    server: LoopbackDiscord,
) -> None:
    server.account.approved = PRIVILEGED & ~Intent.MESSAGE_CONTENT
    client = Watcher(server)

    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with online(client, server.token):
            pytest.fail("it connected")


@pytest.mark.parametrize("op", [2, 6])
async def test_the_gateway_closes_on_a_wrong_token(server: LoopbackDiscord, op: int) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
        await socket.receive_json()

        await socket.send_json({"op": op, "d": {"token": "another token", "intents": 0}})
        closing = await socket.receive()

    assert closing.data == 4004


async def test_a_heartbeat_is_acknowledged_unless_the_test_forbids_it(server: LoopbackDiscord) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        acknowledged = await socket.receive_json()

        server.gateway.ack_heartbeats = False
        await socket.send_json({"op": 1, "d": None})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.receive(), 0.05)

    assert acknowledged["op"] == 11


async def test_without_message_content_only_own_messages_and_mentions_are_read(
    server: LoopbackDiscord, channel: Channel, ada: Member
) -> None:
    server.account.approved = Intent.NONE
    intents = ordinary_intents()
    intents.message_content = False
    client = Watcher(server, intents)

    async with online(client, server.token):
        place = await client.reach(channel.id)
        own = await place.send("from the bot")
        server.member_says(ada, channel, "an answer")
        server.member_says(ada, channel, f"<@{server.me.id}> an answer")
        server.member_says(ada, channel, "a reply", reply_to=channel.messages[own.id])
        server.member_says(ada, channel, "quiet", reply_to=channel.messages[own.id], ping=False)
        await server.until(lambda: len(client.said) == 5)
        read = [message.content async for message in place.history(oldest_first=True)]

    assert client.said == ["from the bot", "", f"<@{server.me.id}> an answer", "a reply", ""]
    assert read == client.said


async def test_a_client_that_does_not_ask_for_content_still_reads_it_through_rest(
    server: LoopbackDiscord, channel: Channel, ada: Member
) -> None:
    intents = ordinary_intents()
    intents.message_content = False
    client = Watcher(server, intents)

    async with online(client, server.token):
        server.member_says(ada, channel, "an answer")
        await server.until(lambda: client.received)
        read = [message.content async for message in (await client.reach(channel.id)).history()]

    assert (client.said, read) == ([""], ["an answer"])


@pytest.mark.parametrize(("code", "left"), [(1000, 0), (4000, 1)])
async def test_a_goodbye_ends_the_session_and_any_other_close_keeps_it(
    server: LoopbackDiscord, code: int, left: int
) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": server.token, "intents": 0}})
        await socket.receive_json()

        await socket.close(code=code)

    await server.until(lambda: not server.gateway.links)
    assert len(server.gateway.sessions) == left


async def test_of_many_sessions_asleep_the_oldest_is_forgotten(server: LoopbackDiscord) -> None:
    for _ in range(MAX_ASLEEP + 1):
        async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway.url) as socket:
            await socket.receive_json()
            await socket.send_json({"op": 2, "d": {"token": server.token, "intents": 0}})
            await socket.receive_json()
            await socket.close(code=4000)

    await server.until(lambda: not server.gateway.links)

    assert "session-1" not in server.gateway.sessions
    assert len(server.gateway.sessions) == MAX_ASLEEP
