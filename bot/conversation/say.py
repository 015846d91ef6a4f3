"""What people read and press, as plain values; a front-end renders them for its platform.

In a text, a plain `str` is somebody's words: the renderer escapes it, so that it can neither ping nor format. What we
or the bank wrote is `Markdown`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text of ours, with bold, italics, lists, quotes, code and masked links."""

    source: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A member, shown by name without notifying them."""

    member_id: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel, shown by name."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role, shown by name without notifying those who hold it."""

    role_id: str


@dataclass(frozen=True, slots=True)
class Jump:
    """A link to a message in a channel or thread of a community."""

    label: str
    community_id: str
    channel_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the reader's own clock: a date with its time, or how long until then."""

    at: datetime
    style: Literal["full", "time", "relative"] = "full"


Part: TypeAlias = str | Markdown | Mention | Channel | Role | Jump | Moment


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, made of parts that stand side by side."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Divider:
    """A thin line."""


class Tone(StrEnum):
    """What a button does to the reader's day."""

    MAIN = "main"
    PLAIN = "plain"
    GOOD = "good"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press; its id carries all the state there is."""

    id: str
    label: str
    tone: Tone = Tone.PLAIN
    emoji: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Buttons:
    """Up to five buttons in a row."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it says in words; `draw` returns a PNG and takes long enough to want a thread of its own."""

    name: str
    alternative: str
    draw: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Document:
    """A file to take away."""

    name: str
    content: bytes


Block: TypeAlias = Text | Divider | Buttons | Picture | Document


class Colour(StrEnum):
    """The accent of a message, by what it is for."""

    QUESTION = "question"
    ANSWER = "answer"
    GOOD = "good"
    CARE = "care"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Say:
    """A message."""

    blocks: tuple[Block, ...]
    colour: Colour = Colour.CALM


@dataclass(frozen=True, slots=True)
class Field:
    """One text field of a form."""

    id: str
    label: str
    hint: str
    at_least: int
    at_most: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form to fill in; its id carries all the state there is."""

    id: str
    title: str
    field: Field


def text(*parts: Part) -> Text:
    """Put parts side by side in one paragraph."""
    return Text(parts)


def md(source: str) -> Text:
    """Make a paragraph of our own Markdown."""
    return Text((Markdown(source),))


def without_pictures(say: Say) -> Say:
    """Leave the pictures of a message out, for a place where none may be shown."""
    return replace(say, blocks=tuple(block for block in say.blocks if not isinstance(block, Picture)))
