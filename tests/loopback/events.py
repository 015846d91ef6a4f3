"""What the gateway tells a client, and which clients may hear it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loopback.payload import Payload


class Intent(IntFlag):
    """The gateway intents that this server knows, by Discord's bits."""

    NONE = 0
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


@dataclass(frozen=True)
class Event:
    """One dispatch: its name, the intent it needs, its guild (None for a DM) and its data.

    `censored` is sent in place of `data` to a session without the message content intent.
    """

    name: str
    intent: Intent
    guild_id: int | None
    data: Payload
    censored: Payload | None = None
