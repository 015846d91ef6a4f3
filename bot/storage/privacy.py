"""The SQL of privacy: all that is kept about a member, and how it is let go."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.domain.clock import from_epoch
from bot.storage.hidden import Reason, hide
from bot.storage.statement import Row, Statement, Transaction, Value

Record: TypeAlias = dict[str, Value | bool | datetime]

_TRUTHS = frozenset({"counts", "judged", "correct", "only_due", "shut", "given", "sure"})
_OF_MEMBER = " WHERE {0}.community_id = ?1 AND {0}.member_id = ?2 ORDER BY "


@dataclass(frozen=True, slots=True)
class _Source:
    """Where records are: their names with the column of each, and the tables that the columns are in, in order.

    A name that ends with `_at` is a moment.
    """

    columns: dict[str, str]
    tables: str

    def records(self, *params: Value) -> Transaction[list[Record]]:
        rows = yield Statement(f"SELECT {', '.join(self.columns.values())} FROM {self.tables}", params)  # noqa: S608  # why: names are constants of this file
        return [self._record(row) for row in rows]

    def _record(self, row: Row) -> Record:
        return {name: _value(name, value) for name, value in zip(self.columns, row, strict=True)}


_ROUND = {"round": "round.number", "day": "round.day", "question_id": "round.question_id"}
_SOURCES = {
    "answers": _Source(
        _ROUND
        | {
            "text": "text",
            "source": "source",
            "written_at": "answer.created_at",
            "edited_at": "edited_at",
            "counts": "counts",
            "removed_at": "removed_at",
        },
        "answer JOIN round ON round.id = answer.round_id"
        + _OF_MEMBER.format("answer")
        + "answer.created_at, answer.id",
    ),
    "looks_at_model_answers": _Source(
        _ROUND | {"looked_at": "at"},
        "reveal JOIN round ON round.id = reveal.round_id"
        " WHERE round.community_id = ?1 AND reveal.member_id = ?2 ORDER BY at",
    ),
    "reviews": _Source(
        {"question_id": "question_id", "rating": "rating", "day": "day", "reviewed_at": "at", "judged": "judged"},
        "review" + _OF_MEMBER.format("review") + "at, id",
    ),
    "cards": _Source(
        {
            "question_id": "question_id",
            "stability": "stability",
            "difficulty": "difficulty",
            "reviewed": "reviewed",
        },
        "card" + _OF_MEMBER.format("card") + "question_id",
    ),
    "quiz_results": _Source(
        {"question_id": "question_id", "correct": "correct", "day": "day", "chosen_at": "at"},
        "quiz_result" + _OF_MEMBER.format("quiz_result") + "at, id",
    ),
    "days_away": _Source(
        {
            "from_day": "from_day",
            "until_day": "until_day",
            "declared_day": "declared_day",
            "from_round": "from_round",
            "until_round": "until_round",
        },
        "absence" + _OF_MEMBER.format("absence") + "from_round, from_day",
    ),
    "reminders_of_cards": _Source(
        {"daily": "at", "zone": "zone", "next_at": "next_at"}, "reminder" + _OF_MEMBER.format("reminder") + "at"
    ),
    "reminders_of_closing_rounds": _Source(
        {"daily": "at", "next_at": "next_at", "shut": "shut"},
        "closing_reminder" + _OF_MEMBER.format("closing_reminder") + "at",
    ),
    "hidden_from_boards": _Source({"why": "reason"}, "hidden_member" + _OF_MEMBER.format("hidden_member") + "reason"),
    "reports": _Source(
        {"question_id": "question_id", "text": "text", "sent_at": "at", "settled_at": "settled_at"},
        "report" + _OF_MEMBER.format("report") + "at, id",
    ),
    "streak": _Source(
        {"current": "current", "longest": "longest", "freezes": "freezes"},
        "standing" + _OF_MEMBER.format("standing") + "current",
    ),
    "tallies": _Source(
        {"period": "period", "rounds_answered": "answers", "quiz_questions_right": "quiz"},
        "tally" + _OF_MEMBER.format("tally") + "period",
    ),
    "roles": _Source(
        {"role_id": "role_id", "given": "given", "sure": "sure"},
        "held_role" + _OF_MEMBER.format("held_role") + "role_id",
    ),
}
_SITTINGS = _Source(
    {
        "id": "id",
        "begun_at": "started_at",
        "only_due": "only_due",
        "mode": "mode",
        "topic": "topic",
        "level": "level",
    },
    "sitting" + _OF_MEMBER.format("sitting") + "started_at, id",
)
_SITTING_QUESTIONS = _Source(
    {
        "sitting_id": "sitting_id",
        "question_id": "question_id",
        "choice_order": "choice_order",
        "chosen": "chosen",
        "text": "text",
        "rating": "rating",
    },
    "sitting_question JOIN sitting ON sitting.id = sitting_question.sitting_id"
    + _OF_MEMBER.format("sitting")
    + "sitting_id, place",
)

# What nothing else follows from, so that it can go; a sitting's questions go before it.
_LET_GO = ("card", "review", "sitting", "reminder", "closing_reminder", "hidden_member", "report")
# Facts that streaks and boards follow from, and these themselves: they stay, and are nobody's any more.
_DISOWNED = (
    "UPDATE answer SET member_id = ?3, text = NULL WHERE community_id = ?1 AND member_id = ?2 RETURNING 1",
    (
        "UPDATE reveal SET member_id = ?3 WHERE member_id = ?2"
        " AND round_id IN (SELECT id FROM round WHERE community_id = ?1) RETURNING 1"
    ),
    # The id of a draw names who drew.
    (
        "UPDATE quiz_result SET member_id = ?3, id = replace(id, ?2, ?3) WHERE community_id = ?1 AND member_id = ?2"
        " RETURNING 1"
    ),
    "UPDATE absence SET member_id = ?3 WHERE community_id = ?1 AND member_id = ?2 RETURNING 1",
    "UPDATE standing SET member_id = ?3 WHERE community_id = ?1 AND member_id = ?2 RETURNING 1",
    "UPDATE tally SET member_id = ?3 WHERE community_id = ?1 AND member_id = ?2 RETURNING 1",
)


def kept_about(community_id: str, member_id: str) -> Transaction[dict[str, list[Record]]]:
    """Read all that is kept about a member of a community, by kind, oldest first."""
    found: dict[str, list[Record]] = {}
    for name, source in _SOURCES.items():
        found[name] = yield from source.records(community_id, member_id)
    found["sittings"] = yield from _SITTINGS.records(community_id, member_id)
    found["sitting_questions"] = yield from _SITTING_QUESTIONS.records(community_id, member_id)
    return found


def let_go(community_id: str, member_id: str, pseudonym: str) -> Transaction[list[str]]:
    """Forget a member of a community for good; return the roles that they hold from us.

    What others' counts and their own old streak follow from stays, without texts and under a pseudonym that no board
    shows. Answers stay known by their ids, so that no scan brings one back. Nothing happens the second time.
    """
    who = (community_id, member_id)
    yield Statement(
        "DELETE FROM sitting_question WHERE sitting_id IN"
        " (SELECT id FROM sitting WHERE community_id = ?1 AND member_id = ?2)",
        who,
    )
    for table in _LET_GO:
        yield Statement(f"DELETE FROM {table} WHERE community_id = ?1 AND member_id = ?2", who)  # noqa: S608  # why: as above
    held = yield Statement(
        "DELETE FROM held_role WHERE community_id = ?1 AND member_id = ?2 RETURNING role_id, given", who
    )
    disowned: list[Row] = []
    for update in _DISOWNED:
        disowned += yield Statement(update, (*who, pseudonym))
    if disowned:
        # To boards, roles and recaps, they are somebody who has left.
        yield from hide(community_id, pseudonym, Reason.LEFT)
    return [role_id for role_id, given in held if given]


def _value(name: str, value: Value) -> Value | bool | datetime:
    if name in _TRUTHS:
        return bool(value)
    return from_epoch(value) if name.endswith("_at") and isinstance(value, int) else value
