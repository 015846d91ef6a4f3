"""What Discord and the network may say, in the words of the daily round."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.practice.publisher import PublishError, RefusedError, RemovedError

_UNKNOWN_MESSAGE = 10008
THREAD_EXISTS = 160004
_THREAD_LOCKED = 160005
_TOO_MANY_THREADS = 160006


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn what the platform and the network may say into what the daily round understands."""
    try:
        yield
    except (discord.Forbidden, discord.NotFound) as error:
        if error.code == _UNKNOWN_MESSAGE and doing.startswith("posting"):
            raise RemovedError(f"{doing}: it was posted and has been deleted since") from error
        raise RefusedError(f"Discord refused {doing}: {error.text or error.status}.") from error
    except discord.HTTPException as error:
        if error.code == _TOO_MANY_THREADS:
            raise RefusedError(f"Discord refused {doing}: this server has too many active threads.") from error
        if error.code == _THREAD_LOCKED:
            raise RefusedError(f"Discord refused {doing}: the thread is locked.") from error
        raise PublishError(f"{doing}: Discord answered {error.status}") from error
    except discord.RateLimited as error:
        raise PublishError(f"{doing}: Discord asks to wait {error.retry_after:.0f} seconds") from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PublishError(f"{doing}: no answer from Discord ({error.__class__.__name__})") from error
    except RuntimeError as error:
        # So aiohttp tells that the client was closed meanwhile.
        if str(error) != "Session is closed":
            raise
        raise PublishError(f"{doing}: the connection was closed") from error


def sound(text: str) -> str:
    """Return what somebody wrote in characters that can be stored: half of a surrogate pair is none."""
    return text.encode("utf-8", "replace").decode("utf-8")


def code_of(error: PublishError) -> int:
    """Return Discord's own code of an error, 0 if it has none."""
    return error.__cause__.code if isinstance(error.__cause__, discord.HTTPException) else 0
