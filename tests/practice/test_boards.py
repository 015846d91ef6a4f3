from dataclasses import replace
from datetime import UTC, datetime, time

from bot.domain.communities import Community
from bot.domain.schedule import Schedule
from bot.domain.standings import By, Period
from bot.domain.streaks import Outcome, Streak
from bot.practice import boards, streaks
from bot.storage import communities, standings
from practice.classroom import CLUB, DAY, Classroom


async def practise(classroom: Classroom, answered: str) -> None:
    """Open one round a day; Ada answers those marked with an x."""
    for mark in answered:
        this = await classroom.open_round()
        if mark == "x":
            await classroom.answer(this, "ada")
        classroom.now += DAY


async def test_a_report_explains_each_round_and_the_open_one_last(classroom: Classroom) -> None:
    await practise(classroom, "xxxxxxx--x-")

    report = await streaks.streak_report(classroom.practice, CLUB, "ada")

    assert [each.outcome for each in report.rounds] == [
        *[Outcome.ANSWERED] * 7,
        Outcome.SAVED,
        Outcome.MISSED,
        Outcome.ANSWERED,
        Outcome.OPEN,
    ]
    assert [each.number for each in report.rounds] == list(range(1, 12))
    assert report.streak == Streak(current=1, longest=7, freezes=0)


async def test_a_report_shows_the_latest_two_weeks_of_rounds(classroom: Classroom) -> None:
    await practise(classroom, "x" * 20)

    report = await streaks.streak_report(classroom.practice, CLUB, "ada")

    assert [each.number for each in report.rounds] == list(range(7, 21))


async def test_what_a_report_shows_adds_up_to_the_streak_beside_it(classroom: Classroom) -> None:
    await practise(classroom, "x-xx-xxx-xxxx")

    report = await streaks.streak_report(classroom.practice, CLUB, "ada")

    since_miss = [each.outcome for each in report.rounds][-4:]
    assert since_miss == [Outcome.ANSWERED] * 4
    assert report.streak.current == 4


async def test_an_answer_to_a_round_that_is_about_to_open_is_shown_as_answered(classroom: Classroom) -> None:
    await practise(classroom, "x")
    await classroom.answer(await classroom.claim(), "ada")

    report = await streaks.streak_report(classroom.practice, CLUB, "ada")

    assert [each.outcome for each in report.rounds] == [Outcome.ANSWERED, Outcome.ANSWERED]
    assert report.streak == Streak(2, 2)


async def test_a_newcomer_has_an_empty_report(classroom: Classroom) -> None:
    report = await streaks.streak_report(classroom.practice, CLUB, "nobody")

    assert (report.streak, report.rounds) == (Streak(), ())


async def test_a_board_covers_the_week_on_the_communitys_own_wall_clock(classroom: Classroom) -> None:
    tokyo = Community(CLUB, "1", Schedule(time(9), "Asia/Tokyo"))
    await classroom.store.write(communities.save_community(tokyo, classroom.now))
    classroom.now = datetime(2026, 1, 4, 14, tzinfo=UTC)
    await classroom.answer(await classroom.open_round(), "ada")

    sunday = await boards.page_of(classroom.practice, CLUB, "ada", by=By.ANSWERS, period=Period.WEEK)
    classroom.now = datetime(2026, 1, 4, 15, tzinfo=UTC)
    monday = await boards.page_of(classroom.practice, CLUB, "ada", by=By.ANSWERS, period=Period.WEEK)

    assert sunday.own is not None
    assert monday.own is None


async def test_a_rebuild_covers_every_community(classroom: Classroom) -> None:
    lab = replace(Community("lab", "1", Schedule(time(9), "UTC")))
    await classroom.store.write(communities.save_community(lab, classroom.now))
    await practise(classroom, "x")
    await classroom.store.write(standings.add_to_tally("lab", "nobody", classroom.now.date(), quiz=2))

    counted = await boards.rebuild(classroom.practice)

    assert counted == {CLUB: 1, "lab": 0}
    assert await classroom.store.read(standings.projections("lab")) == ([], [], [])
