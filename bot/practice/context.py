"""What every use case works with."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from weakref import WeakValueDictionary

from bot.domain.clock import Clock
from bot.domain.coverage import Opinion
from bot.domain.questions import Bank, Question
from bot.domain.review import RETENTION
from bot.practice.figures import Figures
from bot.storage.store import Store


@dataclass(frozen=True, slots=True)
class Practice:
    """The facts, the questions, the time and the dice; `retention` is how well cards should be remembered when due.

    `judge` is a language model that gives a second opinion on an answer, if the operator wants one.
    `pace` is how many requests a second the platform is sent at most, 0 for no limit of ours.
    `ticking` is held while what is due is done, so that two ticks never do it side by side.
    """

    store: Store
    bank: Bank
    clock: Clock
    random: Random
    retention: float = RETENTION
    judge: Callable[[Question, str], Awaitable[Opinion | None]] | None = None
    pace: int = 0
    figures: Figures = field(default_factory=Figures, init=False)
    ticking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, init=False)

    def lock(self, community_id: str) -> asyncio.Lock:
        """Return the lock under which one community's rounds are moved on, one at a time."""
        lock = self._locks.get(community_id)
        if lock is None:
            lock = self._locks[community_id] = asyncio.Lock()
        return lock
