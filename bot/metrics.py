"""Figures for Prometheus, on a port of their own; only with the extra `metrics`."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from bot.app import App

_log = logging.getLogger(__name__)

_PREFIX = "practice_bot_"
_RATE_LIMITED = ("We are being rate limited", "Global rate limit has been hit")


class _Waits(logging.Handler):
    """Counts how often discord.py was told to wait: it waits by itself, and tells nobody but its log."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += str(record.msg).startswith(_RATE_LIMITED)


class _Figures(Collector):
    """Reads the bot's figures at the moment they are asked for, in the server's own thread."""

    def __init__(self, app: "App", waits: _Waits, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._waits = waits
        self._loop = loop

    def collect(self) -> Iterator[Metric]:
        figures, vitals, line = self._app.practice.figures, self._app.vitals, self._app.line
        now = self._loop.time()
        yield _counter("rounds_opened", "Rounds that were opened.", figures.rounds_opened)
        yield _counter("rounds_missed", "Rounds that could not be posted in time. Alert on any.", figures.rounds_missed)
        yield _counter("answers", "Answers that were taken and count.", figures.answers)
        buckets = [(str(bucket), float(count)) for bucket, count in figures.lateness.items()]
        yield HistogramMetricFamily(
            f"{_PREFIX}round_lateness_seconds",
            "How late rounds were opened.",
            buckets=[*buckets, ("+Inf", float(figures.rounds_opened))],
            sum_value=figures.lateness_seconds,
        )
        yield _counter("rate_limited", "Requests that Discord answered with 429.", self._waits.count)
        yield _gauge("invalid_requests", "Requests of the last ten minutes that count against us.", line.invalid)
        yield _gauge("queue_depth", "Requests that wait for their turn.", line.waiting)
        yield _gauge("loop_lag_seconds", "The longest wait for the event loop in the last minute.", vitals.lag)
        for name, at in (("tick", vitals.ticked_at), ("write", vitals.wrote_at), ("gateway_frame", vitals.heard_at)):
            if at is not None:
                yield _gauge(f"last_{name}_age_seconds", f"Seconds since the last {name.replace('_', ' ')}.", now - at)
        yield _gauge("well", "Whether nothing is complained of.", float(not vitals.complaints(now)))


@contextmanager
def served(app: "App", host: str, port: int) -> Iterator[None]:
    """Serve the figures of a running bot until the block ends.

    Raises:
        OSError: the port is taken, or the address is not one of this machine's.
    """
    waits = _Waits()
    logger = logging.getLogger("discord.http")
    logger.addHandler(waits)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(app, waits, asyncio.get_running_loop()))
    server, thread = start_http_server(port, host, registry)
    _log.info("metrics: http://%s:%d/metrics", host, server.server_port)
    try:
        yield
    finally:
        logger.removeHandler(waits)
        server.shutdown()
        server.server_close()
        thread.join()


def _counter(name: str, said: str, value: float) -> Metric:
    return CounterMetricFamily(f"{_PREFIX}{name}", said, value=value)


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{_PREFIX}{name}", said, value=value)
