"""Say -> Components V2, Form -> modal."""

import asyncio
import re
import unicodedata
from io import BytesIO

import discord
from discord import ui

from bot.conversation.say import (
    Button,
    Buttons,
    Channel,
    Colour,
    Divider,
    Document,
    Form,
    Jump,
    Markdown,
    Mention,
    Moment,
    Part,
    Picture,
    Role,
    Say,
    Text,
    Tone,
)

_COLOURS = {
    Colour.QUESTION: 0x5865F2,
    Colour.ANSWER: 0x3BA55D,
    Colour.GOOD: 0x57F287,
    Colour.CARE: 0xF0B232,
    Colour.CALM: 0x4E5D94,
}
_STYLES = {
    Tone.MAIN: discord.ButtonStyle.primary,
    Tone.PLAIN: discord.ButtonStyle.secondary,
    Tone.GOOD: discord.ButtonStyle.success,
    Tone.DANGER: discord.ButtonStyle.danger,
}
_MOMENTS = {"full": "F", "time": "t", "relative": "R"}
_MOST_CHARACTERS = 4000
# A form that nobody submits is forgotten after as long as its interaction could have been answered.
_FORM_SECONDS = 900.0
# A backslash takes the meaning from a sign, never from a letter or digit: `1\.`, not `\1.`.
_SIGNS = re.compile(r"[\\*_~`|\[\]<>@]|:(?=//)")
_MARKS_AT_LINE_START = re.compile(r"(?m)^([^\S\n]*\d*)([#+-]|(?<=\d)\.)")
_EVERYONE = re.compile(r"@(?=everyone|here)")


def layout(say: Say) -> ui.LayoutView:
    """Render a message.

    Its buttons belong to no view in memory: their ids say all there is to know.
    """
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=_COLOURS[say.colour])
    left = _MOST_CHARACTERS
    for block in say.blocks:
        if isinstance(block, Text):
            source = shortened("".join(_part(part) for part in block.parts).rstrip("\n"), left)
            left -= len(source)
            if source:
                container.add_item(ui.TextDisplay(source))
        elif isinstance(block, Divider):
            container.add_item(ui.Separator())
        elif isinstance(block, Picture):
            shown = discord.MediaGalleryItem(f"attachment://{block.name}.png", description=block.alternative)
            container.add_item(ui.MediaGallery(shown))
        elif isinstance(block, Document):
            container.add_item(ui.File(f"attachment://{block.name}"))
        else:
            container.add_item(_row(block))
    view.add_item(container)
    view.stop()
    return view


async def files(say: Say) -> list[discord.File]:
    """Draw a message's pictures, in another thread, to be sent beside it with its documents."""
    found: list[discord.File] = []
    for block in say.blocks:
        if isinstance(block, Picture):
            drawn = await asyncio.to_thread(block.draw)
            found.append(discord.File(BytesIO(drawn), f"{block.name}.png", description=block.alternative))
        elif isinstance(block, Document):
            found.append(discord.File(BytesIO(block.content), block.name))
    return found


def modal(form: Form) -> ui.Modal:
    """Render a form; what is submitted is taken from the raw interaction, so that a restart loses none of it."""
    field = form.field
    shown = ui.Modal(title=form.title, custom_id=form.id, timeout=_FORM_SECONDS)
    shown.add_item(
        ui.Label(
            text=field.label,
            description=field.hint,
            component=ui.TextInput(
                custom_id=field.id,
                style=discord.TextStyle.paragraph,
                min_length=field.at_least,
                max_length=field.at_most,
            ),
        )
    )
    return shown


def escaped(words: str) -> str:
    """Return somebody's words so that they can neither format, ping, link nor turn the line around."""
    visible = "".join(
        character for character in words if character == "\n" or unicodedata.category(character) not in {"Cc", "Cf"}
    )
    plain = _MARKS_AT_LINE_START.sub(r"\1\\\2", _SIGNS.sub(r"\\\g<0>", visible))
    return _EVERYONE.sub("@\u200b", plain)


def shortened(source: str, limit: int) -> str:
    """Return text of at most `limit` characters, cut at a line where possible and never inside an open code block."""
    if len(source) <= limit:
        return source
    if limit < len(" …"):
        return ""
    kept = source[: max(0, limit - 6)]
    kept = kept[: kept.rfind("\n")] if "\n" in kept[len(kept) // 2 :] else kept
    return f"{kept}\n```…" if kept.count("```") % 2 else f"{kept} …"


def _part(part: Part) -> str:
    match part:
        case str():
            return escaped(part)
        case Markdown(source):
            return source
        case Mention(member_id):
            return f"<@{member_id}>"
        case Channel(channel_id):
            return f"<#{channel_id}>"
        case Role(role_id):
            return f"<@&{role_id}>"
        case Jump(label, community_id, channel_id, message_id):
            return f"[{escaped(label)}](https://discord.com/channels/{community_id}/{channel_id}/{message_id})"
        case Moment(at, style):
            return f"<t:{int(at.timestamp())}:{_MOMENTS[style]}>"


def _row(block: Buttons) -> ui.ActionRow[ui.LayoutView]:
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for button in block.buttons:
        row.add_item(_button(button))
    return row


def _button(button: Button) -> ui.Button[ui.LayoutView]:
    return ui.Button(
        custom_id=button.id,
        label=button.label,
        style=_STYLES[button.tone],
        emoji=button.emoji,
        disabled=button.disabled,
    )
