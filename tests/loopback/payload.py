"""Reading JSON that a client sent."""

from __future__ import annotations

from dataclasses import dataclass, field

Payload = dict[str, object]


class Refusal(Exception):  # noqa: N818  # why: Discord's "no" is an answer to a client, not a fault of the server
    """Discord's refusal of a request: an HTTP status, a JSON error code and a sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Body:
    """What a request carries: its JSON, and its files by name."""

    json: Payload = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def inner(self, key: str) -> Body:
        """The object under `key` as a body of its own, with the same files."""
        return Body(inner(self.json, key), self.files)


def text(body: Payload, key: str, default: str = "") -> str:
    """The string under `key`; `default` when it is absent or null."""
    value = body.get(key)
    return default if value is None else str(value)


def number(body: Payload, key: str, default: int = 0) -> int:
    """The whole number under `key`, which Discord also accepts as digits in a string."""
    value = body.get(key)
    if value is None:
        return default
    try:
        return int(str(value))
    except ValueError:
        raise Refusal(400, 50035, f"Invalid Form Body: {key} is not a number") from None


def inner(body: Payload, key: str) -> Payload:
    """The object under `key`, empty when it is absent."""
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def rows(body: Payload, key: str) -> list[Payload]:
    """The objects in the list under `key`, none when it is absent."""
    value = body.get(key)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def walk(component: Payload) -> list[Payload]:
    """A component and everything inside it, in reading order."""
    found = [component]
    for key in ("components", "items"):
        if key in component:
            for child in rows(component, key):
                found += walk(child)
    for key in ("accessory", "component"):
        if single := inner(component, key):
            found += walk(single)
    return found
