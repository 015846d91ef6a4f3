"""Slash commands, buttons and forms, and the rules for answering them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Self

import discord
import pytest
from discord import app_commands, ui

from loopback.interaction import DEADLINE, TOKEN_LIFE, Response
from loopback.message import MessageFlag
from loopback.watcher import Watcher, online

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from loopback.channel import Channel
    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.people import Member
    from loopback.server import LoopbackDiscord

    Press = discord.Interaction[Watcher]


class AnswerForm(ui.Modal, title="Your answer"):
    answer: ui.TextInput[Self] = ui.TextInput(label="Answer", custom_id="answer")

    async def on_submit(self, interaction: Press) -> None:  # type: ignore[override]  # why: the client's own type
        await interaction.response.send_message(f"Kept: {self.answer.value}", ephemeral=True)


class FormButton(ui.DynamicItem[ui.Button[ui.View]], template=r"form:(?P<round>\d+)"):
    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label="Answer", custom_id=f"form:{number}"))

    @classmethod
    async def from_custom_id(  # type: ignore[override]  # why: the client's own type
        cls, interaction: Press, item: ui.Item[ui.View], match: re.Match[str]
    ) -> Self:
        return cls(int(match["round"]))

    async def callback(self, interaction: Press) -> None:  # type: ignore[override]  # why: the client's own type
        await interaction.response.send_modal(AnswerForm())


def with_form_button() -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(FormButton(7))
    return view


@pytest.fixture
async def posted(client: Watcher, channel: Channel) -> Message:
    """A message of the bot with a button that opens a form."""
    client.add_dynamic_items(FormButton)
    place = await client.reach(channel.id)
    sent = await place.send("Question 7", view=with_form_button())
    return channel.messages[sent.id]


async def command(client: Watcher, callback: Callable[[Press], object]) -> None:
    """Register /ping, which does what `callback` does."""

    @client.tree.command(name="ping", description="Answer")
    async def ping(interaction: Press) -> None:
        await callback(interaction)  # type: ignore[misc]  # why: discord.py's own coroutines have no common type

    await client.tree.sync()


async def test_a_synced_command_keeps_its_id_and_is_called_with_its_options(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    @client.tree.command(description="Practise")
    async def quiz(interaction: Press, topic: str, who: discord.Member | None = None) -> None:
        await interaction.response.send_message(f"{topic} for {who}")

    first = await client.tree.sync()
    again = await client.tree.sync()
    reply = await server.slash(ada, channel, "quiz", topic="CNN", who=ada).shown()

    assert first[0].id == again[0].id
    assert reply.content == "CNN for ada"
    assert channel.last_message is reply


async def test_a_subcommand_of_one_guild_is_called_by_its_path(
    server: LoopbackDiscord, client: Watcher, guild: Guild, channel: Channel, ada: Member
) -> None:
    setup = app_commands.Group(name="setup", description="Set up")

    @setup.command(description="When")
    async def schedule(interaction: Press, hour: app_commands.Range[int, 0, 23]) -> None:
        await interaction.response.send_message(f"At {hour}")

    client.tree.add_command(setup, guild=discord.Object(guild.id))
    await client.tree.sync(guild=discord.Object(guild.id))

    reply = await server.slash(ada, channel, "setup schedule", hour=9).shown()

    assert reply.content == "At 9"


async def test_a_command_that_is_not_registered_or_lacks_an_option_cannot_be_called(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    @client.tree.command(description="Practise")
    async def quiz(interaction: Press, topic: str) -> None:
        await interaction.response.send_message(topic)

    await client.tree.sync()

    with pytest.raises(LookupError, match="it registered: quiz"):
        server.slash(ada, channel, "quizz")
    with pytest.raises(ValueError, match="needs a value for topic"):
        server.slash(ada, channel, "quiz")


async def test_typing_into_an_option_offers_choices(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    @client.tree.command(description="Practise")
    async def quiz(interaction: Press, topic: str) -> None:
        await interaction.response.send_message(topic)

    @quiz.autocomplete("topic")
    async def topics(interaction: Press, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}s", value=f"{current}s")]

    await client.tree.sync()
    offered = await server.autocomplete(ada, channel, "quiz", "topic", topic="CNN").choices()

    assert offered == [{"name": "CNNs", "value": "CNNs"}]


async def test_a_private_reply_is_kept_out_of_the_channel(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    await command(client, lambda i: i.response.send_message("for you", ephemeral=True))

    reply = await server.slash(ada, channel, "ping").shown()

    assert (reply.content, reply.ephemeral) == ("for you", True)
    assert not channel.messages
    assert client.said == []


async def test_a_follow_up_to_a_private_wait_stays_private(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    async def think(interaction: Press) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("the model answer")
        await interaction.followup.send("and a public word")

    await command(client, think)
    called = server.slash(ada, channel, "ping")
    await server.until(lambda: len(called.messages) == 2)

    assert [message.content for message in called.messages] == ["the model answer", "and a public word"]
    assert [message.ephemeral for message in called.messages] == [True, False]


async def test_a_follow_up_to_a_public_wait_stays_public(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    view = ui.LayoutView()
    view.add_item(ui.TextDisplay("seen by all"))

    async def think(interaction: Press) -> None:
        await interaction.response.defer(thinking=True)
        await interaction.followup.send(view=view, ephemeral=True)

    await command(client, think)

    reply = await server.slash(ada, channel, "ping").shown()

    assert (reply.text, reply.ephemeral) == ("seen by all", False)
    assert reply.flags & MessageFlag.COMPONENTS_V2


async def test_the_original_reply_can_be_edited_and_deleted(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    async def change(interaction: Press) -> None:
        await interaction.response.send_message("one")
        await interaction.edit_original_response(content="two")
        await interaction.delete_original_response()

    await command(client, change)
    called = server.slash(ada, channel, "ping")
    await server.until(lambda: called.original is not None and called.original.deleted)

    assert [message.content for message in called.messages] == ["two"]
    assert not channel.messages


async def test_an_answer_after_three_seconds_is_too_late(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    errors: list[int] = []

    async def dawdle(interaction: Press) -> None:
        server.clock.advance(DEADLINE + timedelta(milliseconds=1))
        with pytest.raises(discord.NotFound) as late:
            await interaction.response.send_message("sorry")
        errors.append(late.value.code)

    await command(client, dawdle)
    server.slash(ada, channel, "ping")

    assert await server.until(lambda: errors == [10062])


async def test_only_the_first_of_two_clients_answers(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    errors: list[int] = []

    async def answer(interaction: Press) -> None:
        try:
            await interaction.response.send_message("hello")
        except discord.HTTPException as refused:
            errors.append(refused.code)

    other = Watcher(server)
    await command(client, answer)
    async with online(other, server.token):
        await command(other, answer)
        server.slash(ada, channel, "ping")

        await server.until(lambda: errors)

    assert errors == [40060]
    assert len(channel.messages) == 1


async def test_a_token_dies_after_fifteen_minutes(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    errors: list[int] = []

    async def dawdle(interaction: Press) -> None:
        await interaction.response.defer()
        server.clock.advance(TOKEN_LIFE + timedelta(milliseconds=1))
        with pytest.raises(discord.HTTPException) as dead:
            await interaction.followup.send("sorry")
        errors.append(dead.value.code)

    await command(client, dawdle)
    server.slash(ada, channel, "ping")

    assert await server.until(lambda: errors == [50027])


async def test_a_button_opens_a_form_and_the_form_is_answered(
    server: LoopbackDiscord, posted: Message, ada: Member
) -> None:
    pressed = server.press(ada, posted, "form:7")
    await pressed.form()

    reply = await server.submit(pressed, {"answer": "the softmax"}).shown()

    assert pressed.response is Response.FORM
    assert (reply.content, reply.ephemeral) == ("Kept: the softmax", True)


async def test_a_button_works_for_a_client_that_did_not_post_it(
    server: LoopbackDiscord, client: Watcher, posted: Message, ada: Member
) -> None:
    await client.close()
    fresh = Watcher(server)
    fresh.add_dynamic_items(FormButton)

    async with online(fresh, server.token):
        form = await server.press(ada, posted, "form:7").form()

    assert form["title"] == "Your answer"


async def test_what_is_not_there_can_be_neither_pressed_nor_filled_in(
    server: LoopbackDiscord, posted: Message, ada: Member
) -> None:
    pressed = server.press(ada, posted, "form:7")
    await pressed.form()

    with pytest.raises(LookupError, match="there is: form:7"):
        server.press(ada, posted, "form:8")
    with pytest.raises(LookupError, match="no field reply"):
        server.submit(pressed, {"answer": "x", "reply": "y"})
    with pytest.raises(ValueError, match="needs an answer for answer"):
        server.submit(pressed, {})


async def test_a_press_can_update_its_own_message(
    server: LoopbackDiscord, client: Watcher, channel: Channel, ada: Member
) -> None:
    class Once(ui.View):
        @ui.button(label="Done", custom_id="done")
        async def done(self, interaction: Press, button: ui.Button[Once]) -> None:
            await interaction.response.edit_message(content="Done", view=None)

    place = await client.reach(channel.id)
    sent = await place.send("Press", view=Once())

    shown = await server.press(ada, channel.messages[sent.id], "done").shown()

    assert shown is channel.messages[sent.id]
    assert (shown.content, shown.components) == ("Done", [])
