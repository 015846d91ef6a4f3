"""The SQL of milestone roles: which there are, who holds one, and whose is still to be given or taken."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.clock import from_epoch, to_epoch
from bot.storage.statement import Statement, Transaction


@dataclass(frozen=True, slots=True)
class MilestoneRole:
    """A role for everyone whose streak is at least `rounds`; `refused` says what an admin must change first."""

    community_id: str
    rounds: int
    role_id: str
    retry_at: datetime
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A role that a member is to be given, or to lose.

    `given` is False for one that they had before, `sure` for one that was asked for without an answer.
    """

    community_id: str
    member_id: str
    role_id: str
    give: bool
    given: bool = True
    sure: bool = True


def roles_of(community_id: str) -> Transaction[list[MilestoneRole]]:
    """Read a community's milestone roles, shortest streak first."""
    rows = yield Statement(
        "SELECT community_id, rounds, role_id, retry_at, refused FROM milestone_role WHERE community_id = ?1"
        " ORDER BY rounds",
        (community_id,),
    )
    return [
        MilestoneRole(community, rounds, role_id, from_epoch(retry_at), refused)
        for community, rounds, role_id, retry_at, refused in rows
    ]


def save_role(role: MilestoneRole) -> Transaction[None]:
    """Store a milestone role, new or changed."""
    yield Statement(
        "INSERT INTO milestone_role (community_id, rounds, role_id, retry_at, refused) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (community_id, rounds) DO UPDATE SET role_id = excluded.role_id, retry_at = excluded.retry_at,"
        " refused = excluded.refused",
        (role.community_id, role.rounds, role.role_id, to_epoch(role.retry_at), role.refused),
    )


def remove_role(community_id: str, rounds: int) -> Transaction[bool]:
    """Forget a milestone role; return whether there was one. Those who hold it are still to lose it."""
    rows = yield Statement(
        "DELETE FROM milestone_role WHERE community_id = ?1 AND rounds = ?2 RETURNING 1", (community_id, rounds)
    )
    return bool(rows)


def refuse(community_id: str, role_id: str, reason: str | None, retry_at: datetime) -> Transaction[None]:
    """Note what keeps a role from being given or taken, and when to try again; None once that is mended."""
    yield Statement(
        "UPDATE milestone_role SET refused = ?3, retry_at = ?4 WHERE community_id = ?1 AND role_id = ?2",
        (community_id, role_id, reason, to_epoch(retry_at)),
    )


def pending(now: datetime, limit: int) -> Transaction[list[Change]]:
    """Read the next changes that are due: for those who have reached a streak, and those who have lost it.

    A role of several milestones is held from the shortest one on. Members who left are nobody's concern.
    """
    moment = to_epoch(now)
    earned = yield Statement(
        # CROSS JOIN keeps the order: few roles, and those of each one's streaks that an index finds.
        "SELECT standing.community_id, standing.member_id, milestone_role.role_id,"
        " EXISTS (SELECT 1 FROM held_role WHERE held_role.community_id = standing.community_id"
        " AND held_role.role_id = milestone_role.role_id AND held_role.member_id = standing.member_id)"
        " FROM milestone_role CROSS JOIN standing"
        " WHERE standing.community_id = milestone_role.community_id AND standing.current >= milestone_role.rounds"
        " AND milestone_role.retry_at <= ?1 AND standing.current > 0"
        " AND NOT EXISTS (SELECT 1 FROM held_role WHERE held_role.community_id = standing.community_id"
        " AND held_role.role_id = milestone_role.role_id AND held_role.member_id = standing.member_id"
        " AND held_role.sure = 1)"
        " AND NOT EXISTS (SELECT 1 FROM hidden_member WHERE hidden_member.community_id = standing.community_id"
        " AND hidden_member.member_id = standing.member_id AND hidden_member.reason = 'left')"
        " AND EXISTS (SELECT 1 FROM community WHERE community.id = standing.community_id AND left_at IS NULL)"
        " ORDER BY standing.community_id, standing.member_id LIMIT ?2",
        (moment, limit),
    )
    taken = yield Statement(
        "SELECT held_role.community_id, held_role.member_id, held_role.role_id, held_role.given FROM held_role"
        " WHERE NOT EXISTS (SELECT 1 FROM milestone_role JOIN standing"
        " ON standing.community_id = milestone_role.community_id AND standing.current >= milestone_role.rounds"
        " WHERE milestone_role.community_id = held_role.community_id AND milestone_role.role_id = held_role.role_id"
        " AND standing.member_id = held_role.member_id)"
        " AND NOT EXISTS (SELECT 1 FROM milestone_role WHERE milestone_role.community_id = held_role.community_id"
        " AND milestone_role.role_id = held_role.role_id AND milestone_role.retry_at > ?1)"
        " AND EXISTS (SELECT 1 FROM community WHERE community.id = held_role.community_id AND left_at IS NULL)"
        " ORDER BY held_role.community_id, held_role.member_id LIMIT ?2",
        (moment, limit),
    )
    giving = [
        Change(community, member, role, give=True, sure=not tried)
        for community, member, role, tried in dict.fromkeys(earned)
    ]
    taking = [
        Change(community, member, role, give=False, given=bool(given)) for community, member, role, given in taken
    ]
    return [*giving, *taking][:limit]


def changed(change: Change) -> Transaction[None]:
    """Note that a role was given or taken, or that giving it was tried."""
    key = (change.community_id, change.member_id, change.role_id)
    if change.give:
        yield Statement(
            "INSERT INTO held_role (community_id, member_id, role_id, given, sure) VALUES (?1, ?2, ?3, ?4, ?5)"
            " ON CONFLICT (community_id, role_id, member_id) DO UPDATE SET given = excluded.given,"
            " sure = excluded.sure",
            (*key, int(change.given), int(change.sure)),
        )
    else:
        yield Statement("DELETE FROM held_role WHERE community_id = ?1 AND member_id = ?2 AND role_id = ?3", key)


def forget_holder(community_id: str, member_id: str) -> Transaction[None]:
    """Note that a member who left holds no role any more."""
    yield Statement("DELETE FROM held_role WHERE community_id = ?1 AND member_id = ?2", (community_id, member_id))
