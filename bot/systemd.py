"""What systemd is told of a service of `Type=notify`: that it is ready, alive, and about to stop.

Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import logging
import socket
from collections.abc import Mapping

_log = logging.getLogger(__name__)

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


class Notifier:
    """Tells systemd, if it is there: its socket is named in the environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        name = environ.get("NOTIFY_SOCKET", "")
        # A name that begins with @ stands for one in the abstract namespace, which begins with a zero byte.
        self._address = f"\0{name[1:]}" if name.startswith("@") else name

    def tell(self, state: str) -> None:
        """Send a state; a failure is logged, since nobody could do more about it."""
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
                channel.sendto(state.encode(), self._address)
        except OSError as error:
            _log.debug("systemd could not be told %s: %s", state, error)
