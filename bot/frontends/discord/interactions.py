"""One handler for all buttons and one for all forms: tell Discord first, then ask the conversation, then render."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.conversation import buttons, presses
from bot.conversation import help as help_say
from bot.conversation.asker import Asker
from bot.conversation.notices import with_notices
from bot.conversation.say import Form, Say
from bot.frontends.discord.render import files, layout, modal
from bot.frontends.discord.translation import sound
from bot.practice.trouble import StorageFull

if TYPE_CHECKING:
    from bot.frontends.discord.client import PracticeClient

Interaction = discord.Interaction["PracticeClient"]

_log = logging.getLogger(__name__)

# Fifteen minutes after a press, Discord knows its token no more.
_EXPIRED = {10015, 50027}
_BAD_REQUEST = 400
_OUTSIDE = help_say.only_in_a_community()


async def take_press(interaction: Interaction) -> None:
    """Answer a pressed button of ours, of whatever message and however old; anything else is left alone."""
    identity, _ = _submitted(interaction)
    client: PracticeClient = interaction.client
    if not identity.startswith(f"{buttons.PREFIX}:"):
        return
    if buttons.reply_to(identity) is buttons.Reply.FORM:
        await _open_form(interaction, presses.form(client.practice, identity))
        return
    await answer(
        interaction,
        lambda asker: presses.press(client.practice, client.publisher, asker, identity),
        update=buttons.reply_to(identity) is buttons.Reply.UPDATE and _is_private(interaction),
        community_id=buttons.community_of(identity),
    )


async def take_form(interaction: Interaction) -> None:
    """Store a submitted form, also one that was shown before a restart, and say what came of it."""
    identity, written = _submitted(interaction)
    practice = interaction.client.practice
    await answer(
        interaction,
        lambda asker: presses.submit(
            practice, asker, identity, written, form_id=str(interaction.id), at=interaction.created_at
        ),
        update=buttons.form_updates(identity) and _is_private(interaction),
        may_wait=False,
    )


async def answer(
    interaction: Interaction,
    ask: Callable[[Asker], Awaitable[Say]],
    *,
    update: bool = False,
    community_id: str | None = None,
    may_wait: bool = True,
) -> None:
    """Acknowledge within Discord's three seconds, then await what is asked, then show it to this member alone.

    `community_id` names the community of something that was pressed in a direct message.

    Who presses far too often is told to wait, unless `may_wait` is False.

    What was asked is done even when Discord no longer wants to hear of it: a form's text must not be lost to a slow
    network.
    """
    if may_wait and interaction.client.cooldowns.wait(interaction.user.id, interaction.created_at):
        with contextlib.suppress(discord.HTTPException, aiohttp.ClientError, OSError):
            await interaction.response.send_message(view=layout(help_say.too_fast()), ephemeral=True)
        return
    with interaction.client.in_hand():
        await _answer(interaction, ask, update=update, asker=asker_of(interaction, community_id))


async def _answer(
    interaction: Interaction, ask: Callable[[Asker], Awaitable[Say]], *, update: bool, asker: Asker | None
) -> None:
    asking = with_notices(interaction.client.practice, asker, ask) if asker else None
    try:
        await (interaction.response.defer() if update else interaction.response.defer(ephemeral=True, thinking=True))
        acknowledged = True
    except (discord.HTTPException, aiohttp.ClientError, OSError, RuntimeError, asyncio.CancelledError) as error:
        # Also at the end of the process, which waits for this: a form that was sent is stored.
        _log.warning("an interaction could not be acknowledged: %s", error.__class__.__name__)
        acknowledged = False
    try:
        say = await asking if asking else _OUTSIDE
        pictures = await files(say)
    except StorageFull as error:
        _log.error("%s", error)
        say, pictures = help_say.out_of_room(), []
    except Exception:  # noqa: BLE001  # why: whoever pressed is told; without this they would see it hang
        _log.exception("an interaction failed")
        say, pictures = help_say.failed(), []
    if acknowledged:
        try:
            await interaction.edit_original_response(view=layout(say), attachments=pictures)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            # What Discord finds wrong with a message is our mistake; that it cannot be told of one is not.
            if isinstance(error, discord.HTTPException) and error.status == _BAD_REQUEST:
                raise
            is_late = isinstance(error, discord.HTTPException) and error.code in _EXPIRED
            why = "its interaction had expired" if is_late else type(error).__name__
            _log.warning("an answer could not be shown: %s", why)


def asker_of(interaction: Interaction, community_id: str | None = None) -> Asker | None:
    """Tell who is asking, by Discord's word and not by what their client shows; None outside of any community."""
    if interaction.guild_id:
        return Asker(
            community_id=str(interaction.guild_id),
            member_id=str(interaction.user.id),
            may_manage=interaction.permissions.manage_guild,
        )
    return Asker(community_id, str(interaction.user.id)) if community_id else None


async def _open_form(interaction: Interaction, form: Form | Say) -> None:
    if isinstance(form, Form):
        await interaction.response.send_modal(modal(form))
    else:
        await interaction.response.send_message(view=layout(form), ephemeral=True)


def _is_private(interaction: Interaction) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral


def _submitted(interaction: Interaction) -> tuple[str, str]:
    data: Any = interaction.data or {}
    return str(data.get("custom_id", "")), sound(next(_values(data.get("components", [])), ""))


def _values(components: list[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if "value" in component:
            yield str(component["value"])
        yield from _values([component["component"]] if "component" in component else component.get("components", []))
