"""What the bot must be allowed to do, and what is missing."""

import discord

# The name that Discord's own settings show for each.
NAMES = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "create_public_threads": "Create Public Threads",
    "read_message_history": "Read Message History",
    "add_reactions": "Add Reactions",
}
NEEDED = discord.Permissions(**dict.fromkeys(NAMES, True))


def missing(channel: discord.abc.GuildChannel | discord.Thread) -> tuple[str, ...]:
    """Name the permissions that the bot lacks in a channel."""
    allowed = channel.permissions_for(channel.guild.me)
    return tuple(name for flag, name in NAMES.items() if not getattr(allowed, flag))


def invite_url(application_id: int) -> str:
    """Return the address at which an admin adds the bot with exactly what it needs."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=("bot", "applications.commands"))
