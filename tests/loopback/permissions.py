"""Who may do what where."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

from loopback.payload import Refusal

if TYPE_CHECKING:
    from loopback.channel import Channel
    from loopback.people import Member


class Permission(IntFlag):
    """The permissions that this server enforces, by Discord's bits."""

    NONE = 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


EVERYTHING = Permission((1 << 53) - 1)
ORDINARY = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)


def permissions(member: Member, channel: Channel | None = None) -> Permission:
    """The permissions of a member, in a channel when one is given; none where the channel is hidden.

    Source: Discord's developer docs, topics/permissions, "Permission Overwrites".
    """
    guild = member.guild
    if member.user is guild.owner.user:
        return EVERYTHING
    held = Permission(guild.everyone.permissions)
    for role in member.roles:
        held |= role.permissions
    if held & Permission.ADMINISTRATOR:
        return EVERYTHING
    if channel is None:
        return held
    overwrites = channel.home.overwrites
    role_ids = [role.id for role in member.roles if role.id in overwrites]
    for layer in ([guild.everyone.id], role_ids, [member.id]):
        found = [overwrites[target] for target in layer if target in overwrites]
        for overwrite in found:
            held &= ~overwrite.deny
        for overwrite in found:
            held |= overwrite.allow
    return held if held & Permission.VIEW_CHANNEL else Permission.NONE


def may(member: Member | None, channel: Channel, needed: Permission) -> bool:
    """Whether a member holds all of `needed` there; in a DM, which has no members, everyone does."""
    return channel.guild is None or (member is not None and permissions(member, channel) & needed == needed)


def require(member: Member | None, channel: Channel, needed: Permission) -> None:
    """Let a member pass.

    Raises:
        Refusal: 403 50001 when the channel is hidden, 403 50013 when a permission is missing.
    """
    if not may(member, channel, Permission.VIEW_CHANNEL):
        raise Refusal(403, 50001, "Missing Access")
    if not may(member, channel, needed):
        raise Refusal(403, 50013, "Missing Permissions")
