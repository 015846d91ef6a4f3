"""Login, channels, messages and threads, as the unmodified discord.py client meets them."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import discord
import pytest
from discord import ui

from loopback.clock import START, ServerClock
from loopback.payload import Refusal
from loopback.permissions import ORDINARY, Permission
from loopback.watcher import Watcher, online

if TYPE_CHECKING:
    from loopback.channel import Channel, Thread
    from loopback.guild import Guild
    from loopback.people import Member
    from loopback.server import LoopbackDiscord


def archived_thread(server: LoopbackDiscord, channel: Channel, ada: Member, *, locked: bool = False) -> Thread:
    first = server.member_says(ada, channel, "Question 1")
    thread = server.world.start_thread(first, ada.user, "Day 1", 1440)
    server.archive(thread, locked=locked)
    return thread


async def test_a_client_with_the_wrong_token_cannot_log_in(server: LoopbackDiscord) -> None:
    client = Watcher(server)

    with pytest.raises(discord.LoginFailure):
        async with online(client, "another token"):
            pytest.fail("it logged in")

    assert server.counts.invalid == 1


async def test_a_client_sees_the_guild_with_its_channels_roles_and_overwrites(
    server: LoopbackDiscord, guild: Guild
) -> None:
    quiet = guild.add_text_channel("quiet")
    guild.permit(quiet, guild.everyone, deny=Permission.SEND_MESSAGES)
    client = Watcher(server)

    async with online(client, server.token):
        seen = client.get_guild(guild.id)

        assert seen is not None
        assert [channel.name for channel in seen.text_channels] == ["quiet"]
        assert not seen.text_channels[0].permissions_for(seen.me).send_messages
        assert seen.text_channels[0].permissions_for(seen.me).view_channel


async def test_a_guild_that_is_added_or_removed_later_is_heard_of(server: LoopbackDiscord, client: Watcher) -> None:
    later = server.add_guild("Later")
    await server.until(lambda: "guild_join" in client.heard)
    server.remove_guild(later, outage=True)
    await server.until(lambda: "guild_unavailable" in client.heard)
    server.remove_guild(later)

    assert await server.until(lambda: "guild_remove" in client.heard)


async def test_all_members_arrive_when_a_client_asks_for_them(
    server: LoopbackDiscord, guild: Guild, ada: Member
) -> None:
    intents = discord.Intents.none()
    intents.guilds = intents.members = True
    client = Watcher(server, intents)

    async with online(client, server.token):
        seen = client.get_guild(guild.id)

        assert seen is not None
        assert {member.id for member in seen.members} == set(guild.members)


async def test_one_member_can_be_fetched_and_a_stranger_is_unknown(client: Watcher, guild: Guild, ada: Member) -> None:
    seen = client.get_guild(guild.id)
    assert seen is not None

    found = await seen.fetch_member(ada.id)
    with pytest.raises(discord.NotFound) as unknown:
        await seen.fetch_member(ada.id + 1)

    assert found.display_name == "Ada"
    assert unknown.value.code == 10007


async def test_a_message_can_be_sent_read_edited_and_deleted(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)

    sent = await place.send("first")
    await sent.edit(content="second")
    read = await place.fetch_message(sent.id)
    await sent.delete()

    assert read.content == "second"
    assert read.edited_at is not None
    assert not channel.messages
    assert await server.until(lambda: "raw_message_delete" in client.heard)


async def test_what_a_member_writes_edits_and_deletes_is_heard(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    message = server.member_says(ada, channel, "hello")
    await server.until(lambda: client.said == ["hello"])
    server.member_edits(message, "goodbye")
    await server.until(lambda: client.received[0].content == "goodbye")
    server.member_deletes(message)

    assert await server.until(lambda: "message_delete" in client.heard)


async def test_components_are_stored_and_echoed(client: Watcher, channel: Channel) -> None:
    view = ui.LayoutView()
    view.add_item(ui.Container(ui.TextDisplay("Why softmax?"), ui.ActionRow(ui.Button(custom_id="q:rev:1"))))
    place = await client.reach(channel.id)

    sent = await place.send(view=view)
    read = await place.fetch_message(sent.id)

    container = read.components[0]
    assert isinstance(container, discord.Container)
    row = container.children[1]
    assert isinstance(row, discord.ActionRow)
    assert isinstance(row.children[0], discord.Button)
    assert row.children[0].custom_id == "q:rev:1"
    assert channel.messages[sent.id].text == "Why softmax?"


async def test_a_file_is_kept_and_linked_from_the_component_that_shows_it(client: Watcher, channel: Channel) -> None:
    view = ui.LayoutView()
    view.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://plot.png")))
    place = await client.reach(channel.id)

    sent = await place.send(view=view, file=discord.File(BytesIO(b"pixels"), "plot.png"))

    gallery = sent.components[0]
    assert isinstance(gallery, discord.MediaGalleryComponent)
    assert gallery.items[0].media.url == sent.attachments[0].url
    assert channel.messages[sent.id].files == {"plot.png": b"pixels"}


async def test_a_mention_pings_unless_the_client_says_otherwise(client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)

    loud = await place.send("@everyone")
    quiet = await place.send("@everyone", allowed_mentions=discord.AllowedMentions.none())

    assert loud.mention_everyone
    assert not quiet.mention_everyone


async def test_an_empty_or_overlong_message_is_refused(client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)

    with pytest.raises(discord.HTTPException) as empty:
        await place.send("")
    with pytest.raises(discord.HTTPException) as long:
        await place.send("x" * 2001)

    assert (empty.value.code, long.value.code) == (50006, 50035)


async def test_a_page_after_an_id_is_the_oldest_one_sorted_newest_first(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    ids = [server.member_says(ada, channel, str(n)).id for n in range(250)]

    page = await client.http.logs_from(channel.id, 100, after=ids[9])

    assert [int(message["id"]) for message in page] == ids[109:9:-1]


async def test_history_pages_through_everything_in_every_direction(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    ids = [server.member_says(ada, channel, str(n)).id for n in range(250)]
    place = await client.reach(channel.id)

    after = [m.id async for m in place.history(limit=None, after=discord.Object(ids[9]))]
    before = [m.id async for m in place.history(limit=None, before=discord.Object(ids[120]))]
    around = [m.id async for m in place.history(limit=5, around=discord.Object(ids[50]))]
    latest = [m.id async for m in place.history(limit=3)]

    assert after == ids[10:]
    assert before == ids[119::-1]
    assert sorted(around) == ids[48:53]
    assert latest == ids[:-4:-1]


async def test_history_that_may_not_be_read_looks_empty(
    server: LoopbackDiscord, client: Watcher, guild: Guild, channel: Channel, ada: Member
) -> None:
    server.member_says(ada, channel, "hello")
    guild.permit(channel, guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    place = await client.reach(channel.id)

    assert [message async for message in place.history()] == []


async def test_a_hidden_channel_is_neither_heard_nor_reached(
    server: LoopbackDiscord, client: Watcher, guild: Guild, channel: Channel, ada: Member
) -> None:
    hidden = guild.add_text_channel("hidden")
    guild.permit(hidden, guild.me, deny=Permission.VIEW_CHANNEL)
    server.member_says(ada, hidden, "secret")
    server.member_says(ada, channel, "open")

    with pytest.raises(discord.Forbidden) as missing:
        await client.fetch_channel(hidden.id)

    assert missing.value.code == 50001
    assert await server.until(lambda: client.said == ["open"])


async def test_a_missing_permission_is_named_by_its_code(client: Watcher, guild: Guild, channel: Channel) -> None:
    place = await client.reach(channel.id)
    guild.permit(channel, guild.me, deny=Permission.SEND_MESSAGES)

    with pytest.raises(discord.Forbidden) as missing:
        await place.send("hello")

    assert missing.value.code == 50013


async def test_an_enforced_nonce_posts_once_until_it_is_forgotten(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)

    first = await place.send("daily", nonce="42")
    again = await place.send("daily", nonce="42")
    server.clock.advance(server.world.nonce_ttl)
    late = await place.send("daily", nonce="42")

    assert again.id == first.id
    assert late.id != first.id
    assert len(channel.messages) == 2


async def test_the_nonce_of_a_deleted_message_is_an_unknown_message(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    sent = await place.send("daily", nonce="42")
    server.member_deletes(channel.messages[sent.id])

    with pytest.raises(discord.NotFound) as unknown:
        await place.send("daily", nonce="42")

    assert unknown.value.code == 10008


async def test_history_does_not_show_the_nonce(client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)
    sent = await place.send("daily", nonce="42")

    read = await place.fetch_message(sent.id)

    assert (sent.nonce, read.nonce) == ("42", None)


async def test_a_message_has_one_thread_with_its_own_id(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    sent = await place.send("Question 1")

    thread = await sent.create_thread(name="Day 1")
    with pytest.raises(discord.HTTPException) as second:
        await sent.create_thread(name="Day 1")

    assert thread.id == sent.id
    assert (second.value.status, second.value.code) == (400, 160004)
    assert await server.until(lambda: "thread_create" in client.heard)


async def test_a_new_thread_begins_with_a_system_message(client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)
    sent = await place.send("Question 1")
    thread = await sent.create_thread(name="Day 1")

    first = [message async for message in thread.history()]

    assert [message.type for message in first] == [discord.MessageType.thread_starter_message]


async def test_threads_beyond_the_cap_are_refused(server: LoopbackDiscord, client: Watcher, channel: Channel) -> None:
    server.world.max_active_threads = 0
    place = await client.reach(channel.id)
    sent = await place.send("Question 1")

    with pytest.raises(discord.HTTPException) as full:
        await sent.create_thread(name="Day 1")

    assert full.value.code == 160006


async def test_writing_in_an_archived_thread_opens_it(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    thread = archived_thread(server, channel, ada)

    server.member_says(ada, thread, "late answer")

    assert not thread.archived
    assert await server.until(lambda: "late answer" in client.said)


async def test_nobody_opens_a_locked_thread_by_writing(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    thread = archived_thread(server, channel, ada, locked=True)
    place = await client.reach(thread.id)

    with pytest.raises(Refusal, match="160005"):
        server.member_says(ada, thread, "late answer")
    with pytest.raises(discord.HTTPException) as locked:
        await place.send("the model answer")

    assert locked.value.code == 160005
    assert thread.archived


async def test_a_bot_archives_and_reopens_its_own_thread(client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)
    sent = await place.send("Question 1")
    thread = await sent.create_thread(name="Day 1")

    closed = await thread.edit(archived=True)
    opened = await thread.edit(archived=False)

    assert (closed.archived, opened.archived) == (True, False)


async def test_an_edit_in_an_archived_thread_is_refused(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    place = await client.reach(channel.id)
    thread = await (await place.send("Question 1")).create_thread(name="Day 1")
    said = await thread.send("a hint")
    await thread.edit(archived=True)

    with pytest.raises(discord.HTTPException) as archived:
        await said.edit(content="another hint")

    assert archived.value.code == 50083


async def test_a_deleted_channel_is_unknown(server: LoopbackDiscord, client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)
    server.delete_channel(channel)

    with pytest.raises(discord.NotFound) as unknown:
        await place.send("hello")

    assert unknown.value.code == 10003
    assert await server.until(lambda: "guild_channel_delete" in client.heard)


async def test_reactions_come_and_go(server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member) -> None:
    message = server.member_says(ada, channel, "an answer")
    seen = await (await client.reach(channel.id)).fetch_message(message.id)

    await seen.add_reaction("✅")
    server.member_reacts(ada, message, "✅")
    read = await (await client.reach(channel.id)).fetch_message(message.id)
    await seen.remove_reaction("✅", discord.Object(server.me.id))

    assert [(str(r.emoji), r.count, r.me) for r in read.reactions] == [("✅", 2, True)]
    assert message.reactions == {"✅": [ada.user]}
    assert await server.until(lambda: client.heard.count("raw_reaction_add") == 2)


async def test_a_direct_message_goes_both_ways(server: LoopbackDiscord, client: Watcher, ada: Member) -> None:
    user = await client.fetch_user(ada.id)

    await user.send("your export")
    server.member_says(ada, server.direct_channel(ada), "thanks")

    assert await server.until(lambda: client.said == ["your export", "thanks"])
    assert client.received[1].guild is None


async def test_a_reply_points_to_its_message(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    message = server.member_says(ada, channel, "an answer")
    seen = await (await client.reach(channel.id)).fetch_message(message.id)

    reply = await seen.reply("well said")

    assert reply.reference is not None
    assert reply.reference.message_id == message.id
    assert channel.messages[reply.id].replies_to is message


async def test_a_request_outside_the_model_is_named(server: LoopbackDiscord, client: Watcher) -> None:
    with pytest.raises(discord.NotFound):
        await client.fetch_invite("abc")

    assert server.counts.unmodelled == ["GET /invites/abc"]


async def test_edits_of_messages_older_than_an_hour_are_counted_apart(
    server: LoopbackDiscord, client: Watcher, channel: Channel
) -> None:
    sent = await (await client.reach(channel.id)).send("one")
    await sent.edit(content="two")
    at_first = server.counts.late_edits
    server.clock.advance(timedelta(hours=1, seconds=1))

    await sent.edit(content="three")

    assert (at_first, server.counts.late_edits) == (0, 1)


async def test_requests_are_counted_by_route(server: LoopbackDiscord, client: Watcher, channel: Channel) -> None:
    place = await client.reach(channel.id)

    await place.send("one")
    await place.send("two")

    assert server.counts.requests["POST /channels/{channel}/messages"] == 2


async def test_a_bot_is_admitted_with_the_permissions_given(server: LoopbackDiscord) -> None:
    guild = server.add_guild(bot_permissions=ORDINARY | Permission.MANAGE_THREADS)
    client = Watcher(server)

    async with online(client, server.token):
        seen = client.get_guild(guild.id)

        assert seen is not None
        assert seen.me.guild_permissions.manage_threads


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = ServerClock()

    clock.advance(timedelta(hours=3))

    assert clock() == clock() == START + timedelta(hours=3)


def test_ids_are_spaced_so_that_discord_py_tells_them_apart() -> None:
    clock = ServerClock()

    ids = [clock.snowflake() for _ in range(1000)]

    assert len({hash(discord.Object(each)) for each in ids}) == 1000
    assert discord.utils.snowflake_time(ids[0]) == START
    assert discord.utils.snowflake_time(ids[-1]) == clock()


def test_the_clock_takes_neither_a_naive_nor_an_earlier_time() -> None:
    clock = ServerClock()

    with pytest.raises(ValueError, match="no time zone"):
        clock.set(datetime(2026, 3, 3))  # noqa: DTZ001  # why: the naive time is what the test is about
    with pytest.raises(ValueError, match="later time"):
        clock.advance(timedelta(seconds=-1))
