"""The bot's account as the developer portal keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from loopback.events import PRIVILEGED, Intent

LIMITED_MEMBERS, LIMITED_PRESENCES, LIMITED_CONTENT = 1 << 15, 1 << 13, 1 << 19


@dataclass
class Account:
    """The token, the privileged intents that are approved, and how many more identifies Discord allows."""

    token: str
    approved: Intent = PRIVILEGED
    identifies_left: int = 1000

    @property
    def reads_content(self) -> bool:
        """Whether REST shows what others write; the gateway asks the session's own intents instead."""
        return bool(self.approved & Intent.MESSAGE_CONTENT)

    @property
    def flags(self) -> int:
        """The application's flags, which repeat the approved intents."""
        flags = {
            Intent.GUILD_MEMBERS: LIMITED_MEMBERS,
            Intent.GUILD_PRESENCES: LIMITED_PRESENCES,
            Intent.MESSAGE_CONTENT: LIMITED_CONTENT,
        }
        return sum(flag for intent, flag in flags.items() if self.approved & intent)
