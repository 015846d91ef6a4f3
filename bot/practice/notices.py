"""What a member is to be told beside whatever they ask next; and that they are here at all."""

from collections.abc import Awaitable
from dataclasses import dataclass

from bot.practice.boards import welcome_back
from bot.practice.context import Practice
from bot.storage import closing_reminders, hidden, reminders
from bot.storage.hidden import Reason
from bot.storage.statement import Transaction


@dataclass(frozen=True, slots=True)
class Notices:
    """Which reminders were switched off because a member could not be written to; and whether they had left."""

    closing: bool
    cards: bool
    had_left: bool

    @property
    def is_any(self) -> bool:
        return self.closing or self.cards


def begin(practice: Practice, community_id: str, member_id: str) -> Awaitable[Notices]:
    """Begin to read what a member is to be told, and whether they had left."""
    return practice.store.read(_read(community_id, member_id))


async def notices_of(practice: Practice, community_id: str, member_id: str, reading: Awaitable[Notices]) -> Notices:
    """Return what `begin` has read; and show a member on boards again who had left, since they are here."""
    notices = await reading
    if notices.had_left:
        await welcome_back(practice, community_id, member_id)
    return notices


async def told(practice: Practice, community_id: str, member_id: str) -> None:
    """Forget the reminders that a member now knows to be off; one that they have set since stays."""

    def transaction() -> Transaction[None]:
        closing = yield from closing_reminders.reminder_of(community_id, member_id)
        if closing is not None and closing.shut:
            yield from closing_reminders.remove_reminder(community_id, member_id)
        cards = yield from reminders.reminder_of(community_id, member_id)
        if cards is not None and cards.next_at is None:
            yield from reminders.remove_reminder(community_id, member_id)

    await practice.store.write(transaction())


def _read(community_id: str, member_id: str) -> Transaction[Notices]:
    closing = yield from closing_reminders.reminder_of(community_id, member_id)
    cards = yield from reminders.reminder_of(community_id, member_id)
    reasons = yield from hidden.reasons(community_id, member_id)
    return Notices(
        closing=closing is not None and closing.shut,
        cards=cards is not None and cards.next_at is None,
        had_left=Reason.LEFT in reasons,
    )
