"""Milestone roles, as admins read of them."""

from enum import Enum

from bot.conversation.say import Colour, Markdown, Role, Say, md, text
from bot.conversation.wording import plural


class RoleObstacle(Enum):
    """Why the bot cannot give a role, and what to do about it."""

    EVERYONE = "everybody has it already. Choose another role."
    MANAGED = "it belongs to an integration, which alone may give it. Choose another role."
    NOT_ALLOWED = "I lack the permission **Manage Roles**. Allow it in Server Settings, Roles, then ask again."
    ABOVE_ME = "it stands above my own highest role. In Server Settings, Roles, drag my role above it, then ask again."
    ABOVE_YOU = "it stands above your own highest role, so it is not yours to give away."


def role_refused(role_id: str, obstacle: RoleObstacle) -> Say:
    """Say why a role cannot be given, and what to do."""
    return Say((text(Markdown("⚠️ I cannot give "), Role(role_id), Markdown(f": {obstacle.value}")),), Colour.CARE)


def role_set(rounds: int, role_id: str) -> Say:
    return Say(
        (
            text(
                Markdown("🎖️ "),
                Role(role_id),
                Markdown(
                    f" goes to everyone with {plural(rounds, 'round')} in a row, whoever has them already included, "
                    f"and is taken back when a streak ends. `/daily roles days:{rounds}` without a role stops it."
                ),
            ),
        ),
        Colour.GOOD,
    )


def role_removed(rounds: int, *, was_there: bool) -> Say:
    if not was_there:
        return Say(
            (md(f"There is no role for {plural(rounds, 'round')} in a row. `/daily status` lists those there are."),),
            Colour.CARE,
        )
    return Say(
        (md(f"No role goes to {plural(rounds, 'round')} in a row any more. I take it back from those I gave it to."),),
        Colour.CALM,
    )
