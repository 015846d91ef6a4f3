"""The slash commands that the bot registered, and a member's call of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopback.channel import Channel
from loopback.payload import Payload, rows, text
from loopback.people import Member, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loopback.clock import ServerClock

Resolved = dict[str, dict[str, Payload]]
OptionValue = str | int | float | bool | Member | Role | Channel

CHAT_INPUT = 1
SUBCOMMAND = (1, 2)


class Commands:
    """The registered commands, for everywhere (guild None) and for single guilds."""

    def __init__(self, clock: ServerClock, application_id: int) -> None:
        self._clock = clock
        self._application_id = application_id
        self._registered: dict[int | None, list[Payload]] = {}

    def registered(self, guild_id: int | None = None) -> list[Payload]:
        """The commands registered for one guild, or with None for everywhere."""
        return self._registered.get(guild_id, [])

    def replace(self, guild_id: int | None, definitions: list[Payload]) -> list[Payload]:
        """Register exactly these commands; one that keeps its name keeps its id."""
        ids = {_key(command): command["id"] for command in self.registered(guild_id)}
        self._registered[guild_id] = [
            {
                "type": CHAT_INPUT,
                "description": "",
                "options": [],
                **definition,
                "id": ids.get(_key(definition)) or str(self._clock.old_snowflake()),
                "application_id": str(self._application_id),
                **({"guild_id": str(guild_id)} if guild_id is not None else {}),
            }
            for definition in definitions
        ]
        return self.registered(guild_id)

    def call(
        self,
        guild_id: int | None,
        path: str,
        options: Mapping[str, OptionValue],
        *,
        focused: str | None = None,
    ) -> Payload:
        """The data of an interaction that calls a command such as "quiz" or "setup schedule".

        Args:
            guild_id: Where it is called; a guild's own commands come first.
            path: Command, group and subcommand, separated by spaces.
            options: Values by option name.
            focused: The option being typed, when this asks for its choices instead of calling.

        Raises:
            LookupError: No such command or option is registered.
            ValueError: A required option is missing, or a value is not one of the choices.
        """
        name, *rest = path.split()
        known = [*self.registered(guild_id), *(self.registered() if guild_id is not None else [])]
        command = _named(known, name, "command")
        chain = [command]
        for part in rest:
            chain.append(_named(rows(chain[-1], "options"), part, f"subcommand of /{name}"))
        leaf = chain[-1]
        resolved: Resolved = {}
        if any(option.get("type") in SUBCOMMAND for option in rows(leaf, "options")):
            raise LookupError(f"/{path} is a group; call one of its subcommands.")
        given: list[Payload] = []
        for key, value in options.items():
            definition = _named(rows(leaf, "options"), key, f"option of /{path}")
            given.append(_option(definition, value, resolved, focused=focused == key))
        if focused is None:
            required = {text(row, "name") for row in rows(leaf, "options") if row.get("required")}
            if missing := required - set(options):
                raise ValueError(f"/{path} needs a value for {', '.join(sorted(missing))}.")
        for inner_command in reversed(chain[1:]):
            given = [{"type": inner_command["type"], "name": inner_command["name"], "options": given}]
        return {
            "id": command["id"],
            "name": name,
            "type": CHAT_INPUT,
            "options": given,
            **({"guild_id": command["guild_id"]} if "guild_id" in command else {}),
            **({"resolved": resolved} if resolved else {}),
        }


def _key(definition: Payload) -> tuple[object, object]:
    return definition.get("type", CHAT_INPUT), definition.get("name")


def _named(known: list[Payload], name: str, what: str) -> Payload:
    for each in known:
        if each.get("name") == name:
            return each
    names = ", ".join(text(each, "name") for each in known) or "none"
    raise LookupError(f"The bot registered no {what} named {name}; it registered: {names}.")


def _option(definition: Payload, value: OptionValue, resolved: Resolved, *, focused: bool) -> Payload:
    choices = [choice["value"] for choice in rows(definition, "choices")]
    if choices and value not in choices and not focused:
        raise ValueError(f"{value!r} is not a choice of {definition['name']}; choose one of {choices}.")
    option: Payload = {"name": definition["name"], "type": definition["type"]}
    if isinstance(value, Member):
        resolved.setdefault("users", {})[str(value.id)] = value.user.payload()
        resolved.setdefault("members", {})[str(value.id)] = {**value.payload(user=False), "permissions": "0"}
    elif isinstance(value, Role):
        resolved.setdefault("roles", {})[str(value.id)] = value.payload()
    elif isinstance(value, Channel):
        resolved.setdefault("channels", {})[str(value.id)] = {**value.payload(), "permissions": "0"}
    option["value"] = str(value.id) if isinstance(value, Member | Role | Channel) else value
    return {**option, **({"focused": True} if focused else {})}
