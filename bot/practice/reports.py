"""Members say that a question is wrong; admins and the operator read it."""

from datetime import datetime

from bot.practice.context import Practice
from bot.storage import reports
from bot.storage.reports import Report

__all__ = ["Report", "all_waiting", "report", "settle", "waiting"]


async def report(practice: Practice, new: Report) -> None:
    """Store what a member thinks is wrong with a question.

    Raises:
        LookupError: the bank has no such question.
    """
    practice.bank.question(new.question_id)
    await practice.store.write(reports.record_report(new))


async def waiting(practice: Practice, community_id: str) -> list[Report]:
    """Read what a community's admins have not seen to yet, oldest first."""
    return await practice.store.read(reports.open_reports(community_id))


async def all_waiting(practice: Practice) -> list[Report]:
    """Read what nobody has seen to yet in any community, by question."""
    return await practice.store.read(reports.all_open_reports())


async def settle(practice: Practice, community_id: str, until: datetime) -> int:
    """Note that the reports an admin was shown, up to the newest of them, have been seen to."""
    return await practice.store.write(reports.settle_reports(community_id, until, practice.clock()))
