"""Places where messages stand: text channels, DMs and threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from loopback.permissions import Permission

if TYPE_CHECKING:
    from datetime import datetime

    from loopback.guild import Guild
    from loopback.message import Message
    from loopback.payload import Payload
    from loopback.people import User

MAX_PAGE = 100


@dataclass
class Overwrite:
    """What a channel allows or denies to one role (kind 0) or one member (kind 1)."""

    target: int
    kind: int
    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE

    def payload(self) -> Payload:
        return {
            "id": str(self.target),
            "type": self.kind,
            "allow": str(int(self.allow)),
            "deny": str(int(self.deny)),
        }


@dataclass(eq=False)
class Channel:
    """A text channel, or a DM when it has a recipient and no guild. `messages` holds what still exists."""

    id: int
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    topic: str | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    last_message_id: int | None = None

    @property
    def home(self) -> Channel:
        """The channel whose permissions hold here: itself, or the parent of a thread."""
        return self

    @property
    def last_message(self) -> Message | None:
        return self.messages[max(self.messages)] if self.messages else None

    def page(self, *, before: int | None, after: int | None, around: int | None, limit: int) -> list[Message]:
        """One page of messages, newest first.

        `after` gives the oldest messages that follow the id, not the newest: a client that wants all of them
        pages forward. Source: discord/discord-api-docs #2421 and #7740.
        """
        ids = sorted(self.messages)
        if after is not None:
            chosen = [i for i in ids if i > after][:limit]
        elif around is not None:
            older = [i for i in ids if i < around]
            newer = [i for i in ids if i >= around]
            half = limit // 2
            chosen = older[max(0, len(older) - half) :] + newer[: limit - half]
        else:
            older = [i for i in ids if before is None or i < before]
            chosen = older[max(0, len(older) - limit) :]
        return [self.messages[i] for i in reversed(chosen)]

    def payload(self) -> Payload:
        common: Payload = {
            "id": str(self.id),
            "last_message_id": str(self.last_message_id) if self.last_message_id else None,
            "flags": 0,
        }
        if self.guild is None:
            assert self.recipient is not None
            return {**common, "type": 1, "recipients": [self.recipient.payload()]}
        return {
            **common,
            "type": 0,
            "guild_id": str(self.guild.id),
            "name": self.name,
            "topic": self.topic,
            "position": 0,
            "parent_id": None,
            "nsfw": False,
            "rate_limit_per_user": 0,
            "permission_overwrites": [overwrite.payload() for overwrite in self.overwrites.values()],
        }


@dataclass(eq=False, kw_only=True)
class Thread(Channel):
    """A public thread; its id is the id of the message it was started from."""

    parent: Channel
    owner: User
    created: datetime
    changed: datetime
    auto_archive_minutes: int = 4320
    archived: bool = False
    locked: bool = False
    sent: int = 0
    removed: int = 0

    @property
    def home(self) -> Channel:
        return self.parent

    def payload(self) -> Payload:
        assert self.guild is not None
        joined: Payload = {
            "id": str(self.id),
            "user_id": str(self.owner.id),
            "join_timestamp": self.created.isoformat(),
            "flags": 1,
        }
        return {
            "id": str(self.id),
            "type": 11,
            "guild_id": str(self.guild.id),
            "parent_id": str(self.parent.id),
            "owner_id": str(self.owner.id),
            "name": self.name,
            "last_message_id": str(self.last_message_id) if self.last_message_id else None,
            "message_count": self.sent - self.removed,
            "total_message_sent": self.sent,
            "member_count": 1,
            "rate_limit_per_user": 0,
            "flags": 0,
            "thread_metadata": {
                "archived": self.archived,
                "locked": self.locked,
                "auto_archive_duration": self.auto_archive_minutes,
                "archive_timestamp": self.changed.isoformat(),
                "create_timestamp": self.created.isoformat(),
            },
            **({"member": joined} if self.owner.bot else {}),
        }
