"""A week in two communities across a change of the clocks, with a restart in the middle; freezes and rest days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from simcord.actors import MemberActor
from simcord.env import Env

from study import DAY, Process, Study, new_study, shown

# New York moves its clocks forward on 8 March 2026; Sydney moves its own back on 5 April 2026.
_CHANGES = [
    pytest.param("America/New_York", "02:30", date(2026, 3, 4), id="forward-over-the-posting-time"),
    pytest.param("Australia/Sydney", "02:30", date(2026, 4, 1), id="back-over-the-posting-time"),
]


@pytest.mark.parametrize(("zone", "at", "first"), _CHANGES)
async def test_a_week_across_a_clock_change_has_one_post_and_one_thread_a_day(
    simcord_env: Env, process: Process, zone: str, at: str, first: date
) -> None:
    process.clock.env = simcord_env
    near, far = new_study(simcord_env, process, "Near"), new_study(simcord_env, process, "Far")
    start = datetime.combine(first, datetime.min.time(), ZoneInfo(zone))
    await near.env.advance_time((start - near.env.now()).total_seconds())
    await near.set_up(at=at, zone=zone)
    await far.set_up(at="18:00", zone="Europe/Berlin")
    faithful, forgetful = near.member("faithful"), near.member("forgetful")
    elsewhere = far.member("elsewhere")
    answered = 0

    for day in range(8):
        if day == 4:
            await near.restart()
        for _ in range(24):
            await near.advance(timedelta(hours=1))
            if len(near.posts) > answered:
                answered += 1
                await faithful.send(near.thread, f"what I have to say on day {answered}")
                if answered != 8:
                    await forgetful.send(near.thread, f"what I have to say on day {answered}")
        await _answer(elsewhere, far)

    assert [_local_day(near, index, zone) for index in range(8)] == [first + day * DAY for day in range(8)]
    assert len(near.posts) == len(near.channel.threads) == 8
    assert len(far.posts) == len(far.channel.threads) == 8
    assert {post.created_at.astimezone(ZoneInfo("Europe/Berlin")).hour for post in far.posts} == {18}
    assert "8 rounds in a row" in shown(await faithful.slash(near.channel, "streak"))
    assert "8 rounds in a row" in shown(await elsewhere.slash(far.channel, "streak"))


async def test_a_freeze_that_was_earned_saves_the_round_that_is_missed(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(timedelta(hours=9))
    alice = study.member("alice")
    for _ in range(7):
        await _answer(alice, study)
        await study.advance(DAY)
    held = shown(await alice.slash(study.channel, "streak"))

    await study.advance(DAY)
    await _answer(alice, study)

    after = shown(await alice.slash(study.channel, "streak"))
    assert "Freezes held: **1**" in held
    assert "🟩🟩🟩🟩🟩🟩🟩🧊🟩" in after
    assert "8 rounds in a row" in after
    assert "Freezes held: **0**" in after


async def test_rest_days_break_no_streak(study: Study) -> None:
    friday = datetime(2026, 1, 2, 8, tzinfo=UTC)
    await study.advance_to(friday)
    await study.set_up(at="09:00", days="Mon-Fri")
    alice = study.member("alice")
    await study.advance(timedelta(hours=1))
    await _answer(alice, study)

    for _ in range(3):
        await study.advance(DAY)
    await _answer(alice, study)

    assert len(study.posts) == 2
    assert "2 rounds in a row" in shown(await alice.slash(study.channel, "streak"))


async def _answer(member: MemberActor, study: Study) -> None:
    await member.send(study.thread, f"what I would say, round {len(study.posts)}")


def _local_day(study: Study, index: int, zone: str) -> date:
    """The local day of a post; in a repeated or missing hour the hour itself is the domain's affair."""
    return study.posts[index].created_at.astimezone(ZoneInfo(zone)).date()
