from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.streaks import MILESTONES, Attendance, Outcome, Streak, after_answer, after_miss, attendance, explained
from bot.domain.streaks import streak as streak_of

# Long runs with a few misses, since freezes and milestones need them.
HISTORIES = some.lists(
    some.tuples(some.integers(0, 40), some.integers(1, 4)).map(lambda run: [True] * run[0] + [False] * run[1]),
    max_size=8,
).map(lambda runs: [answered for run in runs for answered in run][:-1]) | some.lists(some.booleans(), max_size=60)


NEITHER = (Attendance.AWAY, Attendance.EXCUSED, Attendance.OPEN)
ROUNDS = some.lists(some.sampled_from(Attendance), max_size=60) | HISTORIES.map(
    lambda history: [Attendance.ANSWERED if answered else Attendance.UNANSWERED for answered in history]
)


def attended(history: list[bool]) -> list[Attendance]:
    return [Attendance.ANSWERED if answered else Attendance.UNANSWERED for answered in history]


def streak(history: list[bool]) -> Streak:
    return streak_of(attended(history))


def outcomes(history: list[bool]) -> list[Outcome]:
    return [outcome for outcome, _ in explained(attended(history))]


def reference(history: list[bool]) -> tuple[Streak, list[Outcome]]:
    """Tell the same rules with the rounds themselves: chains of round numbers, and the rounds that earned a freeze."""
    chains: list[list[int]] = [[]]
    earned_by: list[int] = []
    told: list[Outcome] = []
    for number, answered in enumerate(history):
        if answered:
            chains[-1].append(number)
            if len(chains[-1]) in range(7, len(history) + 1, 7):
                earned_by = [*earned_by, number][:2]
            told.append(Outcome.ANSWERED)
        elif earned_by:
            earned_by.pop()
            told.append(Outcome.SAVED)
        else:
            chains.append([])
            told.append(Outcome.MISSED)
    return Streak(len(chains[-1]), max(map(len, chains)), len(earned_by)), told


@given(HISTORIES)
def test_a_streak_is_what_the_rules_say_however_they_are_told(history: list[bool]) -> None:
    expected, told = reference(history)

    assert streak(history) == expected
    assert outcomes(history) == told


@given(HISTORIES)
def test_the_outcomes_explain_the_streak(history: list[bool]) -> None:
    told = outcomes(history)

    result = streak(history)

    since_break = told[len(told) - told[::-1].index(Outcome.MISSED) :] if Outcome.MISSED in told else told
    assert result.current == since_break.count(Outcome.ANSWERED)
    assert len(told) == len(history)


@given(HISTORIES)
def test_no_round_moves_a_streak_by_more_than_its_rule(history: list[bool]) -> None:
    steps = [streak(history[:length]) for length in range(len(history) + 1)]

    for (before, after), answered in zip(pairwise(steps), history, strict=True):
        assert after.current == (before.current + 1 if answered else before.current if before.freezes else 0)
        assert after.longest == max(before.longest, after.current)
        assert 0 <= after.freezes <= 2


@pytest.mark.parametrize(("rounds", "freezes"), [(0, 0), (6, 0), (7, 1), (13, 1), (14, 2), (20, 2), (21, 2), (70, 2)])
def test_a_freeze_is_earned_every_seven_rounds_and_two_are_held_at_most(rounds: int, freezes: int) -> None:
    assert streak([True] * rounds).freezes == freezes


def test_a_saved_round_neither_adds_to_a_streak_nor_breaks_it() -> None:
    week = streak([True] * 7)

    assert after_miss(week) == Streak(current=7, longest=7, freezes=0)
    assert after_answer(after_miss(week)).current == 8


def test_two_freezes_save_two_rounds_and_the_third_starts_again() -> None:
    history = [True] * 14 + [False] * 3

    assert outcomes(history)[14:] == [Outcome.SAVED, Outcome.SAVED, Outcome.MISSED]
    assert streak(history) == Streak(current=0, longest=14, freezes=0)


def test_the_longest_streak_outlives_the_current_one() -> None:
    assert streak([True] * 5 + [False] + [True] * 2) == Streak(current=2, longest=5, freezes=0)


@given(HISTORIES)
def test_the_next_freeze_comes_after_exactly_as_many_rounds_as_are_told(history: list[bool]) -> None:
    before = streak(history)
    needed = before.rounds_to_freeze

    if needed is None:
        assert before.freezes == 2
    else:
        assert streak(history + [True] * (needed - 1)).freezes == before.freezes
        assert streak(history + [True] * needed).freezes == before.freezes + 1


def test_the_milestones_are_a_week_a_month_a_hundred_and_a_year_of_rounds() -> None:
    assert sorted(MILESTONES) == [7, 30, 100, 365]


@given(ROUNDS)
def test_rounds_that_count_neither_way_might_as_well_not_have_been(rounds: list[Attendance]) -> None:
    counted = [each for each in rounds if each not in NEITHER]

    assert streak_of(rounds) == streak_of(counted)


@given(ROUNDS)
def test_each_round_is_explained_by_its_outcome_and_the_streak_after_it(rounds: list[Attendance]) -> None:
    told = explained(rounds)

    assert [after for _, after in told] == [streak_of(rounds[: place + 1]) for place in range(len(rounds))]
    for attended_, (outcome, _) in zip(rounds, told, strict=True):
        assert outcome.value == attended_.value or attended_ is Attendance.UNANSWERED
        assert (outcome in {Outcome.SAVED, Outcome.MISSED}) == (attended_ is Attendance.UNANSWERED)


@pytest.mark.parametrize(
    ("true", "expected"),
    [
        ({"answered"}, Attendance.ANSWERED),
        ({"answered", "excused"}, Attendance.ANSWERED),
        ({"answered", "away"}, Attendance.AWAY),
        ({"away", "excused", "is_open"}, Attendance.AWAY),
        ({"excused", "is_open"}, Attendance.EXCUSED),
        ({"is_open"}, Attendance.OPEN),
        (set(), Attendance.UNANSWERED),
    ],
)
def test_away_comes_before_an_answer_and_an_answer_before_an_excuse(true: set[str], expected: Attendance) -> None:
    stands = attendance(
        answered="answered" in true, away="away" in true, excused="excused" in true, is_open="is_open" in true
    )

    assert stands is expected
