"""What a member remembers: as the `fsrs` package computes it, day by day."""

from datetime import UTC, date, datetime, time, timedelta

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.review import LONGEST_DAYS, Card, Rating, after, due, interval, remembered, retrievability

DAY = date(2026, 1, 1)
REVIEWS = some.lists(some.tuples(some.integers(0, 60), some.sampled_from(Rating)), min_size=1, max_size=12)


def moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


@given(REVIEWS, some.sampled_from([0.7, 0.8, 0.9, 0.95]))
def test_cards_come_back_when_the_package_itself_says_for_the_same_ratings(
    reviews: list[tuple[int, Rating]], retention: float
) -> None:
    scheduler = fsrs.Scheduler(
        desired_retention=retention,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
        maximum_interval=LONGEST_DAYS,
    )
    theirs, ours, day = fsrs.Card(card_id=1), None, DAY
    for gap, rating in reviews:
        day += timedelta(days=gap)
        theirs, _ = scheduler.review_card(theirs, fsrs.Rating(rating.value), moment(day))
        ours = after(ours, rating, day)

        assert moment(due(ours, retention)) == theirs.due
        later = day + timedelta(days=gap)
        assert retrievability(ours, later) == pytest.approx(
            scheduler.get_card_retrievability(theirs, moment(later)), abs=1e-9
        )


def test_a_card_that_is_due_is_remembered_with_the_wanted_likelihood() -> None:
    card = Card(stability=40.0, difficulty=5.0, reviewed=DAY)

    assert interval(card, 0.9) == 40
    assert retrievability(card, due(card, 0.9)) == pytest.approx(0.9)
    assert retrievability(card, due(card, 0.8)) == pytest.approx(0.8, abs=0.005)


def test_the_better_a_question_was_known_the_later_it_comes_back() -> None:
    card = after(None, Rating.GOOD, DAY)

    first = [interval(after(None, rating, DAY)) for rating in Rating]
    later = [interval(after(card, rating, due(card))) for rating in Rating]

    assert first == sorted(first)
    assert later == sorted(later)
    assert first[0] == later[0] == 1


def test_nothing_is_put_off_for_more_than_a_year() -> None:
    card = Card(stability=4000.0, difficulty=1.0, reviewed=DAY)

    assert interval(card) == LONGEST_DAYS


def test_a_review_that_arrives_late_counts_as_of_the_latest_day() -> None:
    card = after(None, Rating.GOOD, DAY)

    assert after(card, Rating.GOOD, DAY - timedelta(days=3)).reviewed == DAY


def test_what_was_never_reviewed_is_no_card() -> None:
    assert remembered([]) is None
