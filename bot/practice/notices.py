"""What a member is to be told beside whatever they ask next; and that they are here at all."""

from dataclasses import dataclass

from bot.practice.boards import welcome_back
from bot.practice.context import Practice
from bot.storage import closing_reminders, hidden, reminders
from bot.storage.hidden import Reason
from bot.storage.statement import Transaction


@dataclass(frozen=True, slots=True)
class Notices:
    """Which reminders were switched off because a member could not be written to."""

    closing: bool
    cards: bool

    @property
    def is_any(self) -> bool:
        return self.closing or self.cards


async def notices_of(practice: Practice, community_id: str, member_id: str) -> Notices:
    """Read what a member is to be told; and show them on boards again if they had left, since they are here."""
    notices, had_left = await practice.store.read(_read(community_id, member_id))
    if had_left:
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


def _read(community_id: str, member_id: str) -> Transaction[tuple[Notices, bool]]:
    closing = yield from closing_reminders.reminder_of(community_id, member_id)
    cards = yield from reminders.reminder_of(community_id, member_id)
    reasons = yield from hidden.reasons(community_id, member_id)
    notices = Notices(closing=closing is not None and closing.shut, cards=cards is not None and cards.next_at is None)
    return notices, Reason.LEFT in reasons
