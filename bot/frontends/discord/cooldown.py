"""How often one member may press and call, so that nobody can keep the bot from the others."""

from datetime import datetime

from discord.app_commands import Cooldown

# Far more than anybody who reads what they open.
PRESSES, SECONDS = 120, 60.0
_MOST_MEMBERS = 10_000


class Cooldowns:
    """The presses and commands of each member in their last minute; `presses` None is no limit."""

    def __init__(self, presses: int | None = PRESSES) -> None:
        self.presses = presses
        self._of: dict[int, Cooldown] = {}

    def wait(self, member_id: int, at: datetime) -> float:
        """Count a press and return how many seconds its member has to wait before they may press again, mostly 0."""
        if self.presses is None:
            return 0.0
        if len(self._of) >= _MOST_MEMBERS:
            self._of.clear()
        theirs = self._of.setdefault(member_id, Cooldown(self.presses, SECONDS))
        return theirs.update_rate_limit(at.timestamp()) or 0.0
