"""Loading the question bank: parsed anew against kept from the last start, in one interleaved run.

    .venv/bin/python -m benchmarks.bank [--rounds 9]

`bank check` is timed beside them: it parses, then judges every file and every pair.
"""

import argparse
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot.library import check_bank, load_bank

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        sides: dict[str, Callable[[], object]] = {
            "kept": partial(load_bank, cache=cache),
            "parsed": load_bank,
            "checked": check_bank,
        }
        questions = len(load_bank(cache=cache))
        times: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(rounds):
            for name, side in sides.items():
                started = time.perf_counter()
                side()
                times[name].append(time.perf_counter() - started)
    base = statistics.median(times["kept"])
    print(f"{questions} questions, median of {rounds}")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"  {name:8s} {median * 1000:8.0f} ms   {median / base:5.1f} times kept")


if __name__ == "__main__":
    main()
