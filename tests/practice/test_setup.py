from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.conversation import setup as words
from bot.domain.communities import Community
from bot.domain.schedule import Due, Schedule
from bot.practice import setup
from bot.storage import communities
from practice.classroom import CLUB, DAY, HOUR, Classroom

TEN_DAILY = Schedule(time(10), "UTC")


async def stored(classroom: Classroom) -> Community:
    community = await classroom.store.read(communities.community(CLUB))
    assert community is not None
    return community


async def test_setting_up_says_when_the_first_question_comes(classroom: Classroom) -> None:
    community = await setup.set_up(classroom.practice, CLUB, "7", TEN_DAILY)

    assert community.next_due == Due(date(2026, 1, 1), datetime(2026, 1, 1, 10, tzinfo=UTC))
    assert await stored(classroom) == community


async def test_a_day_that_had_its_question_does_not_get_another_by_moving_the_schedule(classroom: Classroom) -> None:
    await classroom.store.write(communities.settle_day(CLUB, date(2026, 1, 1), None))

    community = await setup.set_up(classroom.practice, CLUB, "7", TEN_DAILY)

    assert community.next_due is not None
    assert community.next_due.day == date(2026, 1, 2)


async def test_the_overview_counts_members_and_not_their_answers(classroom: Classroom) -> None:
    this = await classroom.open_round()
    for member in ("ada", "ada", "bob"):
        classroom.now += HOUR
        await classroom.answer(this, member)

    overview = await setup.overview(classroom.practice, CLUB)

    assert overview is not None
    assert (overview.latest, overview.answered) == (this, 2)
    assert await setup.overview(classroom.practice, "elsewhere") is None


async def test_paused_nothing_is_due_and_resumed_the_schedule_goes_on(classroom: Classroom) -> None:
    community = await setup.set_up(classroom.practice, CLUB, "7", TEN_DAILY)

    paused = await setup.pause(classroom.practice, community)
    classroom.now += 3 * DAY
    nothing_due = await classroom.store.read(communities.due_communities(classroom.now, 10))
    resumed = await setup.resume(classroom.practice, paused)

    assert nothing_due == []
    assert resumed.next_due == Due(date(2026, 1, 4), datetime(2026, 1, 4, 10, tzinfo=UTC))
    assert await stored(classroom) == resumed


async def test_skipping_leaves_out_one_question_and_names_the_one_after_it(classroom: Classroom) -> None:
    community = await setup.set_up(classroom.practice, CLUB, "7", TEN_DAILY)

    skipped = await setup.skip(classroom.practice, community)
    skipped_again = await setup.skip(classroom.practice, await stored(classroom))

    first, second, third = (Due(date(2026, 1, day), datetime(2026, 1, day, 10, tzinfo=UTC)) for day in (1, 2, 3))
    assert skipped == (first, second)
    assert skipped_again == (second, third)
    assert (await stored(classroom)).next_due == third


async def test_paused_there_is_nothing_to_skip(classroom: Classroom) -> None:
    paused = await setup.pause(classroom.practice, await stored(classroom))

    assert await setup.skip(classroom.practice, paused) is None


async def test_a_due_time_ahead_is_computed_afresh_and_one_that_passed_is_left_alone(classroom: Classroom) -> None:
    wrong_by_an_hour = Due(date(2026, 1, 2), datetime(2026, 1, 2, 8, tzinfo=UTC))
    passed = Due(date(2026, 1, 1), datetime(2026, 1, 1, 8, tzinfo=UTC))
    for name, due in (("ahead", wrong_by_an_hour), ("passed", passed)):
        community = Community(name, "1", Schedule(time(9), "UTC"), settled_day=date(2026, 1, 1), next_due=due)
        await classroom.store.write(communities.save_community(community, classroom.now))

    await setup.refresh_due_times(classroom.practice)

    told = {each.id: each.next_due for each in await classroom.store.read(communities.active_communities())}
    assert told["ahead"] == Due(date(2026, 1, 2), datetime(2026, 1, 2, 9, tzinfo=UTC))
    assert told["passed"] == passed


async def test_a_community_that_was_left_is_known_no_more_until_it_is_set_up_again(classroom: Classroom) -> None:
    await setup.leave(classroom.practice, CLUB)
    gone = await setup.overview(classroom.practice, CLUB)

    await setup.set_up(classroom.practice, CLUB, "7", TEN_DAILY)

    assert gone is None
    assert (await stored(classroom)).channel_id == "7"


@pytest.mark.parametrize(("communities_due", "minutes"), [(2, 0), (29, 0), (30, 1), (31, 2), (90, 3)])
async def test_admins_are_told_within_which_time_a_question_comes_that_many_want(
    classroom: Classroom, communities_due: int, minutes: int
) -> None:
    slow = replace(classroom.practice, pace=1)
    for number in range(communities_due - 1):
        await setup.set_up(slow, f"other {number}", "7", TEN_DAILY)
    mine = await setup.set_up(slow, CLUB, "7", TEN_DAILY)

    window = await setup.window(slow, mine)

    assert window == timedelta(minutes=minutes)
    assert (f"it comes within {minutes} minute" in str(words.done(mine, (), window))) == bool(minutes)
