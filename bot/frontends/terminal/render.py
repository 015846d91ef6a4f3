"""Say -> a panel in a terminal."""

import re

from rich.console import Group, RenderableType
from rich.markdown import Markdown as RichMarkdown
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text as RichText

from bot.conversation.say import (
    Block,
    Buttons,
    Channel,
    Colour,
    Divider,
    Document,
    Jump,
    Markdown,
    Mention,
    Moment,
    Part,
    Picture,
    Role,
    Say,
    Text,
)

_WIDTH = 88
_COLOURS = {
    Colour.QUESTION: "blue",
    Colour.ANSWER: "green",
    Colour.GOOD: "bright_green",
    Colour.CARE: "yellow",
    Colour.CALM: "cyan",
}
_SMALL_PRINT = "-# "
_FENCED = re.compile(r"(```.*?```)", re.DOTALL)
_SIGNS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~])")


def panel(say: Say, title: str) -> Panel:
    """Render a message, with a title on its border that says when it is shown."""
    return Panel(
        Group(*(_block(block) for block in say.blocks)),
        title=title,
        title_align="left",
        border_style=_COLOURS[say.colour],
        width=_WIDTH,
        padding=(1, 2),
    )


def _block(block: Block) -> RenderableType:
    match block:
        case Picture(_, alternative):
            return RichText(f"[{alternative}]", style="dim")
        case Document(name):
            return RichText(f"[{name}]", style="dim")
        case Text(parts):
            return _paragraphs("".join(_part(part) for part in parts))
        case Divider():
            return Rule(style="dim")
        case Buttons(buttons):
            labels = "  ".join(f"[ {button.emoji or ''} {button.label} ]".replace("[  ", "[ ") for button in buttons)
            return RichText(f"\n{labels}", style="bold")


def _paragraphs(source: str) -> RenderableType:
    """Render Discord's Markdown: there a line ends where it ends, and `-#` starts small print."""
    shown: list[RenderableType] = []
    rest: list[str] = []
    for line in source.split("\n"):
        if line.startswith(_SMALL_PRINT):
            shown.extend(_markdown(rest))
            rest = []
            shown.append(RichText(line.removeprefix(_SMALL_PRINT), style="dim"))
        else:
            rest.append(line)
    return Group(*shown, *_markdown(rest))


def _markdown(lines: list[str]) -> list[RenderableType]:
    source = "\n".join(lines).strip("\n")
    if not source:
        return []
    pieces = _FENCED.split(source)
    kept = [piece if piece.startswith("```") else re.sub(r"(?<!\n)\n(?!\n)", "  \n", piece) for piece in pieces]
    return [RichMarkdown("".join(kept), code_theme="ansi_dark", hyperlinks=False)]


def _part(part: Part) -> str:
    match part:
        case str():
            return _SIGNS.sub(r"\\\1", part)
        case Markdown(source):
            return source
        case Mention(member_id):
            return f"@{member_id}"
        case Channel(channel_id):
            return f"#{channel_id}"
        case Role(role_id):
            return f"@{role_id}"
        case Jump(label):
            return label
        case Moment(at):
            return f"{at:%A %d %B %Y, %H:%M} UTC"
