"""What each step took, and how that is summed up."""

import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterable
from typing import TypeVar

T = TypeVar("T")


class Times:
    """What each step took, round by round."""

    def __init__(self) -> None:
        self._rounds: defaultdict[str, list[list[float]]] = defaultdict(list)

    def begin_round(self, steps: Iterable[str]) -> None:
        for step in steps:
            self._rounds[step].append([])

    def add(self, step: str, seconds: float) -> None:
        self._rounds[step][-1].append(seconds)

    def p50(self, step: str) -> float:
        """The median of the best round."""
        return min(statistics.median(times) for times in self._rounds[step])

    def p99(self, step: str) -> float:
        times = sorted(itertools.chain(*self._rounds[step]))
        return times[int(0.99 * (len(times) - 1))]


async def taken(work: Awaitable[T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = await work
    return time.perf_counter() - started, result
