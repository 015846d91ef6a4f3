"""Requests as this server reads them, and answers as discord.py accepts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, web

from loopback.payload import Body, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_CONTENT = 204


def reply(said: object, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer; discord.py wants its content type to be exactly application/json, with no charset."""
    encoded = json.dumps(said).encode()
    return web.Response(body=encoded, status=status, headers=headers, content_type="application/json")


def refused(refusal: Refusal) -> web.Response:
    return reply({"message": refusal.message, "code": refusal.code}, refusal.status)


def nothing() -> web.Response:
    return web.Response(status=NO_CONTENT)


async def read_body(request: web.Request) -> Body:
    """Read JSON, alone or beside files."""
    if not request.content_type.startswith("multipart/"):
        read = await request.read()
        parsed = json.loads(read) if read else {}
        return Body(parsed if isinstance(parsed, dict) else {"list": parsed})
    parsed, files = {}, {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            data = bytes(await part.read())
            if part.name == "payload_json":
                parsed = json.loads(data)
            elif part.filename is not None:
                files[part.filename] = data
    return Body(parsed, files)


def path_id(request: web.Request, name: str) -> int:
    """An id in the path."""
    return int(request.match_info[name])


def query_id(request: web.Request, name: str) -> int | None:
    """An id or number in the query, None when it is absent.

    Raises:
        Refusal: 400 50035 when it is not a number.
    """
    value = request.query.get(name)
    if value is None:
        return None
    if not value.isdecimal():
        raise Refusal(400, 50035, f"Invalid Form Body: {name} is not a snowflake")
    return int(value)
