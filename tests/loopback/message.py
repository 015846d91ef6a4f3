"""A message, how a request fills it, and how a client sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING

from loopback.clock import moment
from loopback.payload import Body, Payload, Refusal, inner, number, rows, text, walk

if TYPE_CHECKING:
    from datetime import datetime

    from loopback.channel import Channel, Thread
    from loopback.people import User

MAX_CONTENT = 2000
MENTION = re.compile(r"<@!?(\d+)>")


class MessageFlag(IntFlag):
    """The message flags that this server knows, by Discord's bits."""

    NONE = 0
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    COMPONENTS_V2 = 1 << 15


LASTING = MessageFlag.HAS_THREAD | MessageFlag.EPHEMERAL | MessageFlag.COMPONENTS_V2


class MessageKind(IntEnum):
    """The message types that this server makes."""

    DEFAULT = 0
    REPLY = 19
    COMMAND_REPLY = 20
    THREAD_STARTER = 21


@dataclass(eq=False)
class Message:
    """One message; `allowed_mentions` is exactly what the client sent, None when it sent none."""

    id: int
    channel: Channel
    author: User
    kind: MessageKind = MessageKind.DEFAULT
    content: str = ""
    components: list[Payload] = field(default_factory=list)
    embeds: list[Payload] = field(default_factory=list)
    attachments: list[Payload] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    flags: MessageFlag = MessageFlag.NONE
    allowed_mentions: Payload | None = None
    replies_to: Message | None = None
    nonce: str | None = None
    application_id: int | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    edited: datetime | None = None
    thread: Thread | None = None
    deleted: bool = False
    _text: str | None = field(default=None, init=False, repr=False)

    @property
    def created(self) -> datetime:
        return moment(self.id)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def text(self) -> str:
        """Everything a reader sees: the content, then all text and labels inside the components."""
        if self._text is None:
            seen = [self.content]
            for component in (each for top in self.components for each in walk(top)):
                seen += [text(component, key) for key in ("content", "label")]
            self._text = "\n".join(line for line in seen if line)
        return self._text

    @property
    def mentioned(self) -> set[int]:
        """The ids of the users whom the text mentions, and of the author replied to unless that is off."""
        ids = {int(found) for found in MENTION.findall(self.text)}
        ping = (self.allowed_mentions or {}).get("replied_user", True)
        return ids | {self.replies_to.author.id} if self.replies_to is not None and ping else ids

    @property
    def pings_everyone(self) -> bool:
        """Whether @everyone rings: Discord parses every mention when `allowed_mentions` is absent."""
        allowed = {"parse": ["everyone"]} if self.allowed_mentions is None else self.allowed_mentions
        parse = allowed.get("parse")
        named = "@everyone" in self.text or "@here" in self.text
        return named and isinstance(parse, list) and "everyone" in parse

    def fill(self, body: Body, attachment_url: str) -> None:
        """Take over what a request gives, and leave alone what it does not mention.

        Raises:
            Refusal: 400 50035 when Discord would not accept it; the message is then unchanged.
        """
        json = body.json
        flags = number(json, "flags", int(self.flags)) | (self.flags & LASTING)
        _check(json, flags)
        self.flags = MessageFlag(flags)
        self._text = None
        self.content = text(json, "content", "" if "content" in json else self.content)
        self.allowed_mentions = inner(json, "allowed_mentions") or self.allowed_mentions
        if "embeds" in json:
            self.embeds = [{"type": "rich", **embed} for embed in rows(json, "embeds")]
        if "attachments" in json or body.files:
            named = {text(row, "id") for row in rows(json, "attachments")}
            kept = [row for row in self.attachments if "attachments" not in json or row["id"] in named]
            self.files |= body.files
            self.attachments = kept + [
                _attachment(f"{self.id + i}", name, data, attachment_url)
                for i, (name, data) in enumerate(body.files.items())
            ]
        if "components" in json:
            self.components = rows(json, "components")
            for i, component in enumerate(each for top in self.components for each in walk(top)):
                component.setdefault("id", i + 1)
                _resolve(component, attachment_url)

    def payload(self, me: User, *, readable: bool = True, nonce: bool = False) -> Payload:
        """The message as the bot `me` receives it.

        Args:
            me: The bot that looks.
            readable: Whether it may read what others write (the message content intent).
            nonce: Whether to show the nonce, as only the creation of a message does.
        """
        guild = self.channel.guild
        member = guild.members.get(self.author.id) if guild is not None else None
        readable = readable or guild is None or self.author is me or me.id in self.mentioned
        readers = guild.members if guild is not None else {}
        return {
            "id": str(self.id),
            "channel_id": str(self.channel.id),
            "author": self.author.payload(),
            **({"guild_id": str(guild.id)} if guild is not None else {}),
            **({"member": member.payload(user=False)} if member is not None else {}),
            "type": int(self.kind),
            "content": self.content if readable else "",
            "components": self.components if readable else [],
            "embeds": self.embeds if readable else [],
            "attachments": self.attachments if readable else [],
            "timestamp": self.created.isoformat(),
            "edited_timestamp": self.edited.isoformat() if self.edited is not None else None,
            "flags": int(self.flags),
            "pinned": False,
            "tts": False,
            "mention_everyone": self.pings_everyone,
            "mention_roles": [],
            "mentions": [readers[i].user.payload() for i in sorted(self.mentioned) if i in readers],
            **({"reactions": self._reactions(me)} if self.reactions else {}),
            **({"nonce": self.nonce} if nonce and self.nonce is not None else {}),
            **({"thread": self.thread.payload()} if self.thread is not None else {}),
            **self._origin(),
            **self._reference(me, readable=readable),
        }

    def _reactions(self, me: User) -> list[Payload]:
        return [
            {
                "emoji": emoji_payload(emoji),
                "count": len(users),
                "count_details": {"normal": len(users), "burst": 0},
                "me": me in users,
                "me_burst": False,
                "burst_colors": [],
            }
            for emoji, users in self.reactions.items()
        ]

    def _origin(self) -> Payload:
        if self.application_id is None:
            return {}
        return {"application_id": str(self.application_id), "webhook_id": str(self.application_id)}

    def _reference(self, me: User, *, readable: bool) -> Payload:
        if self.replies_to is None:
            return {}
        first, guild = self.replies_to, self.channel.guild
        return {
            "message_reference": {
                "type": 0,
                "message_id": str(first.id),
                "channel_id": str(first.channel.id),
                **({"guild_id": str(guild.id)} if guild is not None else {}),
            },
            "referenced_message": None if first.deleted else first.payload(me, readable=readable),
        }


def emoji_payload(emoji: str) -> Payload:
    """An emoji as clients write it in a path: a character, or name:id."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def _check(json: Payload, flags: int) -> None:
    if len(text(json, "content")) > MAX_CONTENT:
        raise Refusal(400, 50035, f"Invalid Form Body: content is longer than {MAX_CONTENT} characters")
    if flags & MessageFlag.COMPONENTS_V2 and (text(json, "content") or rows(json, "embeds")):
        raise Refusal(400, 50035, "Invalid Form Body: IS_COMPONENTS_V2 allows neither content nor embeds")


def _attachment(attachment_id: str, name: str, data: bytes, url: str) -> Payload:
    where = f"{url}/{name}"
    return {"id": attachment_id, "filename": name, "size": len(data), "url": where, "proxy_url": where}


def _resolve(component: Payload, url: str) -> None:
    for key in ("media", "file"):
        media = inner(component, key)
        if text(media, "url").startswith("attachment://"):
            where = text(media, "url").replace("attachment:/", url, 1)
            media |= {"url": where, "proxy_url": where}
