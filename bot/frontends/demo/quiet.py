"""Warnings that are as expected in the demo."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unheard(logger: str) -> Iterator[None]:
    """Keep the warnings of one part of the bot from the visitor; errors are still told."""
    log = logging.getLogger(logger)
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)
