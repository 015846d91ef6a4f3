"""The SQL of reports: what members think is wrong with a question."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.clock import from_epoch, to_epoch
from bot.storage.statement import Row, Statement, Transaction

_SELECT = "SELECT id, community_id, member_id, question_id, text, at FROM report WHERE settled_at IS NULL "


@dataclass(frozen=True, slots=True)
class Report:
    """What a member thinks is wrong with a question."""

    id: str
    community_id: str
    member_id: str
    question_id: int
    text: str
    at: datetime


def record_report(report: Report) -> Transaction[None]:
    """Store a report once, however often its form is delivered."""
    yield Statement(
        "INSERT INTO report (id, community_id, member_id, question_id, text, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (id) DO NOTHING",
        (report.id, report.community_id, report.member_id, report.question_id, report.text, to_epoch(report.at)),
    )


def open_reports(community_id: str) -> Transaction[list[Report]]:
    """Read what a community's admins have not seen to yet, oldest first."""
    rows = yield Statement(_SELECT + "AND community_id = ?1 ORDER BY at, id", (community_id,))
    return [_report(row) for row in rows]


def all_open_reports() -> Transaction[list[Report]]:
    """Read what no community's admins have seen to yet, by question, oldest first."""
    rows = yield Statement(_SELECT + "ORDER BY question_id, at, id")
    return [_report(row) for row in rows]


def settle_reports(community_id: str, until: datetime, now: datetime) -> Transaction[int]:
    """Note that a community's reports up to a moment have been seen to; return how many these were."""
    rows = yield Statement(
        "UPDATE report SET settled_at = ?3 WHERE community_id = ?1 AND at <= ?2 AND settled_at IS NULL RETURNING id",
        (community_id, to_epoch(until), to_epoch(now)),
    )
    return len(rows)


def _report(row: Row) -> Report:
    identity, community_id, member_id, question_id, text, at = row
    return Report(identity, community_id, member_id, question_id, text, from_epoch(at))
