"""A guild: its people, its channels, and the events of changing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loopback.channel import Channel, Overwrite, Thread
from loopback.clock import LONG_AGO
from loopback.events import Event, Intent
from loopback.people import Member, Role, User
from loopback.permissions import ORDINARY, Permission, may

if TYPE_CHECKING:
    from collections.abc import Callable

    from loopback.clock import ServerClock
    from loopback.payload import Payload


class Guild:
    """A guild with an owner and the bot in it; `tell` hears of every later change."""

    def __init__(
        self,
        name: str,
        *,
        me: User,
        bot_permissions: Permission,
        clock: ServerClock,
        channels: dict[int, Channel],
        tell: Callable[[Event], None],
    ) -> None:
        self.id = clock.old_snowflake()
        self.name = name
        self.everyone = Role(self.id, "@everyone", ORDINARY, 0)
        self.roles = {self.id: self.everyone}
        self.members: dict[int, Member] = {}
        self.places: dict[int, Channel] = {}
        self._clock = clock
        self._everywhere = channels
        self._tell: Callable[[Event], None] = lambda _: None
        self.owner = self.add_member("Owner")
        self.me = self._join(me, bot_permissions, None)
        self._tell = tell

    @property
    def channels(self) -> list[Channel]:
        """The text channels, without threads."""
        return [place for place in self.places.values() if not isinstance(place, Thread)]

    @property
    def threads(self) -> list[Thread]:
        """The active threads."""
        return [place for place in self.places.values() if isinstance(place, Thread) and not place.archived]

    def add_text_channel(self, name: str) -> Channel:
        channel = Channel(self._clock.old_snowflake(), name, self)
        self.keep(channel)
        self._tell(Event("CHANNEL_CREATE", Intent.GUILDS, self.id, channel.payload()))
        return channel

    def keep(self, place: Channel) -> None:
        """Count a channel or thread as one of this guild's, without telling anybody."""
        self.places[place.id] = self._everywhere[place.id] = place

    def drop(self, place: Channel) -> None:
        """Forget a channel or thread, without telling anybody."""
        del self.places[place.id], self._everywhere[place.id]

    def add_role(self, name: str, permissions: int = 0) -> Role:
        role = Role(self._clock.old_snowflake(), name, permissions, len(self.roles))
        self.roles[role.id] = role
        data: Payload = {"guild_id": str(self.id), "role": role.payload()}
        self._tell(Event("GUILD_ROLE_CREATE", Intent.GUILDS, self.id, data))
        return role

    def add_member(self, name: str, *, permissions: int = 0, nick: str | None = None, bot: bool = False) -> Member:
        """Let a new user join; `permissions` beyond everyone's come as a role of their own."""
        return self._join(User(self._clock.old_snowflake(), name, bot), permissions, nick)

    def admit(self, user: User, *, permissions: int = 0) -> Member:
        """Let somebody join who is already known, for instance from another guild."""
        return self._join(user, permissions, None)

    def remove_member(self, member: Member) -> None:
        del self.members[member.id]
        data: Payload = {"guild_id": str(self.id), "user": member.user.payload()}
        self._tell(Event("GUILD_MEMBER_REMOVE", Intent.GUILD_MEMBERS, self.id, data))

    def permit(self, channel: Channel, who: Role | Member, *, allow: int = 0, deny: int = 0) -> None:
        """Set what a channel allows and denies to a role or a member, in place of what it did before."""
        kind = 0 if isinstance(who, Role) else 1
        overwrite = Overwrite(who.id, kind, Permission(allow), Permission(deny))
        channel.overwrites[who.id] = overwrite
        self._tell(Event("CHANNEL_UPDATE", Intent.GUILDS, self.id, channel.payload()))

    def payload(self) -> Payload:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self.owner.id),
            "features": [],
            "preferred_locale": "en-US",
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "premium_tier": 0,
            "member_count": len(self.members),
            "roles": [role.payload() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
        }

    def arrival(self) -> Payload:
        """The guild as GUILD_CREATE shows it: of the people only the bot, until their list is asked for."""
        return {
            **self.payload(),
            "joined_at": self.me.joined.isoformat(),
            "large": False,
            "members": [self.me.payload()],
            "channels": [channel.payload() for channel in self.channels],
            "threads": [each.payload() for each in self.threads if may(self.me, each, Permission.VIEW_CHANNEL)],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def _join(self, user: User, permissions: int, nick: str | None) -> Member:
        roles = [self.add_role(user.name, permissions)] if permissions else []
        member = Member(user, self, LONG_AGO, roles, nick)
        self.members[user.id] = member
        data: Payload = {"guild_id": str(self.id), **member.payload()}
        self._tell(Event("GUILD_MEMBER_ADD", Intent.GUILD_MEMBERS, self.id, data))
        return member
