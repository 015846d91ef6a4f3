"""The SQL of reviews and of the cards that they add up to."""

from datetime import date, datetime

from bot.domain.clock import to_epoch
from bot.domain.privacy import GONE
from bot.domain.review import Card, Rating, remembered
from bot.domain.rounds import Round
from bot.storage.statement import Row, Statement, Transaction

_REVIEWS = "SELECT day, rating FROM review WHERE community_id = ?1 AND member_id = ?2 AND question_id = ?3 "


def record_review(
    *,
    review_id: str,
    community_id: str,
    member_id: str,
    question_id: int,
    rating: Rating,
    day: date,
    now: datetime,
    judged: bool = True,
) -> Transaction[Card]:
    """Store how one meeting with a question went, and return the card as it is now.

    The same meeting told again changes nothing, unless the member `judged` it themselves: then it is what they say, as
    of when they say it.
    """
    yield Statement(
        "INSERT INTO review (id, community_id, member_id, question_id, rating, day, at, judged)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO UPDATE SET"
        " rating = excluded.rating, day = excluded.day, at = excluded.at, judged = 1 WHERE excluded.judged = 1",
        (
            review_id,
            community_id,
            member_id,
            question_id,
            int(rating),
            day.isoformat(),
            to_epoch(now),
            int(judged),
        ),
    )
    card = yield from _project(community_id, member_id, question_id)
    if card is None:
        raise LookupError(f"the review {review_id} was not stored")
    return card


def meet_in_round(this: Round, member_id: str) -> Transaction[Card]:
    """Note that a member has met a round's question by answering it: Good, until they judge it themselves."""
    return (
        yield from record_review(
            review_id=round_review(this.id, member_id),
            community_id=this.community_id,
            member_id=member_id,
            question_id=this.question_id,
            rating=Rating.GOOD,
            day=this.day,
            now=this.due_at,
            judged=False,
        )
    )


def round_review(round_id: int, member_id: str) -> str:
    """Return the id of the review that answering a round is."""
    return f"round:{round_id}:{member_id}"


def withdraw_review(review_id: str) -> Transaction[None]:
    """Forget a meeting that was only assumed to have gone well, as when an answer is taken back."""
    rows = yield Statement(
        "DELETE FROM review WHERE id = ?1 AND judged = 0 RETURNING community_id, member_id, question_id", (review_id,)
    )
    if rows:
        yield from _project(*rows[0])


def is_judged(review_id: str) -> Transaction[bool]:
    """Whether a member has judged this meeting themselves."""
    rows = yield Statement("SELECT judged FROM review WHERE id = ?1", (review_id,))
    return bool(rows and rows[0][0])


def card_of(community_id: str, member_id: str, question_id: int) -> Transaction[Card | None]:
    """Read a member's memory of a question; None if they have never met it."""
    rows = yield Statement(
        "SELECT stability, difficulty, reviewed FROM card"
        " WHERE community_id = ?1 AND member_id = ?2 AND question_id = ?3",
        (community_id, member_id, question_id),
    )
    return _card(*rows[0]) if rows else None


def card_before(review_id: str, community_id: str, member_id: str, question_id: int) -> Transaction[Card | None]:
    """Read a member's memory of a question as it would be without one review: what judging it anew starts from."""
    rows = yield Statement(_REVIEWS + "AND id <> ?4 ORDER BY at, id", (community_id, member_id, question_id, review_id))
    return _remembered(rows)


def cards_of(community_id: str, member_id: str) -> Transaction[dict[int, Card]]:
    """Read a member's memory of every question they have met, by question id."""
    rows = yield Statement(
        "SELECT question_id, stability, difficulty, reviewed FROM card WHERE community_id = ?1 AND member_id = ?2"
        " ORDER BY question_id",
        (community_id, member_id),
    )
    return {question_id: _card(*memory) for question_id, *memory in rows}


def judged_by_day(community_id: str, member_id: str, since: date) -> Transaction[dict[date, int]]:
    """Count the meetings that a member has judged on each local day since one, without the rounds they answered."""
    rows = yield Statement(
        "SELECT day, count(*) FROM review WHERE community_id = ?1 AND member_id = ?2 AND day >= ?3"
        " AND id NOT LIKE 'round:%' GROUP BY day",
        (community_id, member_id, since.isoformat()),
    )
    return {date.fromisoformat(day): count for day, count in rows}


def rebuild_cards(community_id: str) -> Transaction[int]:
    """Compute every card of a community afresh from the reviews; return how many there are.

    A round that was answered is a review too, also when it was answered before reviews were kept; not by those who had
    their data deleted, since they remember nothing here.
    """
    yield Statement(
        "INSERT INTO review (id, community_id, member_id, question_id, rating, day, at, judged)"
        " SELECT DISTINCT 'round:' || round.id || ':' || answer.member_id, round.community_id, answer.member_id,"
        " round.question_id, 3, round.day, round.due_at, 0 FROM answer JOIN round ON round.id = answer.round_id"
        " WHERE round.community_id = ?1 AND round.number IS NOT NULL AND answer.counts = 1"
        " AND answer.removed_at IS NULL AND answer.member_id NOT LIKE ?2 ON CONFLICT (id) DO NOTHING",
        (community_id, f"{GONE}%"),
    )
    yield Statement("DELETE FROM card WHERE community_id = ?1", (community_id,))
    rows = yield Statement(
        "SELECT DISTINCT member_id, question_id FROM review WHERE community_id = ?1", (community_id,)
    )
    for member_id, question_id in rows:
        yield from _project(community_id, member_id, question_id)
    return len(rows)


def all_cards(community_id: str) -> Transaction[list[tuple[object, ...]]]:
    """Read all cards of a community, in a fixed order, so that two of them can be compared."""
    rows = yield Statement(
        "SELECT member_id, question_id, stability, difficulty, reviewed FROM card WHERE community_id = ?1"
        " ORDER BY member_id, question_id",
        (community_id,),
    )
    return list(rows)


def _project(community_id: str, member_id: str, question_id: int) -> Transaction[Card | None]:
    """Keep a card in step with its reviews: few enough to be gone through from the first each time."""
    rows = yield Statement(_REVIEWS + "ORDER BY at, id", (community_id, member_id, question_id))
    card = _remembered(rows)
    if card is None:
        yield Statement(
            "DELETE FROM card WHERE community_id = ?1 AND member_id = ?2 AND question_id = ?3",
            (community_id, member_id, question_id),
        )
        return None
    yield Statement(
        "INSERT INTO card (community_id, member_id, question_id, stability, difficulty, reviewed)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (community_id, member_id, question_id) DO UPDATE SET"
        " stability = excluded.stability, difficulty = excluded.difficulty, reviewed = excluded.reviewed",
        (
            community_id,
            member_id,
            question_id,
            repr(card.stability),
            repr(card.difficulty),
            card.reviewed.isoformat(),
        ),
    )
    return card


def _remembered(rows: list[Row]) -> Card | None:
    return remembered((date.fromisoformat(day), Rating(rating)) for day, rating in rows)


def _card(stability: str, difficulty: str, reviewed: str) -> Card:
    return Card(float(stability), float(difficulty), date.fromisoformat(reviewed))
