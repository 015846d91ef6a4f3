"""What the server counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Counts:
    """Requests by route ("POST /channels/{channel}/messages"), and what Discord would hold against a bot.

    `invalid` are answers of 401, 403 and 429: ten thousand in ten minutes ban an address.
    `late_edits` are requests to change a message more than an hour after it was sent, which Discord limits apart from
    all others (30046). `unmodelled` names requests for which this server has no route.
    """

    requests: Counter[str] = field(default_factory=Counter)
    identifies: int = 0
    resumes: int = 0
    rate_limited: int = 0
    invalid: int = 0
    late_edits: int = 0
    unmodelled: list[str] = field(default_factory=list)
