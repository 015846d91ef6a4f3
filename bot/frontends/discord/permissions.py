"""What the bot must be allowed to do, and what is missing."""

import discord

from bot.conversation.roles import RoleObstacle

# The name that Discord's own settings show for each.
NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "read_message_history": "Read Message History",
    "add_reactions": "Add Reactions",
    "attach_files": "Attach Files",
}
NEEDED = discord.Permissions(**dict.fromkeys(NAMES, True))


def missing(channel: discord.abc.GuildChannel | discord.Thread) -> tuple[str, ...]:
    """Name the permissions that the bot lacks in a channel."""
    allowed = channel.permissions_for(channel.guild.me)
    return tuple(name for flag, name in NAMES.items() if not getattr(allowed, flag))


def why_not_mine(role: discord.Role) -> RoleObstacle | None:
    """Tell why the bot cannot give or take a role; None if it can."""
    me = role.guild.me
    if role.is_default():
        return RoleObstacle.EVERYONE
    if role.managed:
        return RoleObstacle.MANAGED
    if not me.guild_permissions.manage_roles:
        return RoleObstacle.NOT_ALLOWED
    return RoleObstacle.ABOVE_ME if role >= me.top_role else None


def why_not_theirs(role: discord.Role, asker: discord.Member) -> RoleObstacle | None:
    """Tell why a role is not a member's to have given away; None if it is."""
    if asker.id == role.guild.owner_id or role < asker.top_role:
        return None
    return RoleObstacle.ABOVE_YOU


def invite_url(application_id: int) -> str:
    """Return the address at which an admin adds the bot with exactly what it needs."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=("bot", "applications.commands"))
