"""What a member is to be told beside whatever they ask next; and that they are here at all."""

from dataclasses import dataclass

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


async def take_notices(practice: Practice, community_id: str, member_id: str) -> Notices:
    """Read what a member is to be told, once; and show them on boards again if they had left."""
    notices, had_left = await practice.store.read(_read(community_id, member_id))
    if notices.is_any or had_left:
        await practice.store.write(_take(community_id, member_id, notices, had_left=had_left))
    return notices


def _read(community_id: str, member_id: str) -> Transaction[tuple[Notices, bool]]:
    closing = yield from closing_reminders.reminder_of(community_id, member_id)
    cards = yield from reminders.reminder_of(community_id, member_id)
    reasons = yield from hidden.reasons(community_id, member_id)
    notices = Notices(closing=closing is not None and closing.shut, cards=cards is not None and cards.next_at is None)
    return notices, Reason.LEFT in reasons


def _take(community_id: str, member_id: str, notices: Notices, *, had_left: bool) -> Transaction[None]:
    if notices.closing:
        yield from closing_reminders.remove_reminder(community_id, member_id)
    if notices.cards:
        yield from reminders.remove_reminder(community_id, member_id)
    if had_left:
        yield from hidden.show(community_id, member_id, Reason.LEFT)
