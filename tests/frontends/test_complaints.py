"""What members complain of elsewhere: each story is counted by the usual rule, calendar days, and by ours, rounds."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import discord
import pytest
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.domain.streaks import Outcome
from bot.practice.streaks import StreakReport, streak_report
from bot.storage.communities import next_due_at
from frontends.naive import naive_streak
from study import DAY, Study, marks, shown

BERLIN, NEW_YORK, LOS_ANGELES, TOKYO = "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Asia/Tokyo"
HALF_AN_HOUR = timedelta(minutes=30)


def clock(moment: str, zone: str = "UTC") -> datetime:
    """Return the instant at which a zone's wall clock shows `2026-01-05 23:59`, the first time it does."""
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))


async def until(study: Study, moment: datetime) -> None:
    """Let time pass, and let the ticker ring whenever a question falls due on the way."""
    while (due := await study.app.practice.store.read(next_due_at())) is not None and study.env.now() < due < moment:
        await study.advance_to(due)
    await study.advance_to(moment)


async def answer(study: Study, member: MemberActor, moment: datetime) -> discord.Message:
    """Let a member answer the round that is open at a moment."""
    await until(study, moment)
    return await member.send(study.thread, f"what I would say at {moment:%H:%M on %d %B}")


def messages(study: Study, member: MemberActor, threads: Iterable[ChannelHandle] | None = None) -> list[datetime]:
    """Return when a member wrote the messages that are still to be seen, in all threads unless some are named."""
    return [
        message.created_at
        for thread in (study.channel.threads if threads is None else threads)
        for message in thread.history()
        if message.author.id == member.id
    ]


async def report(study: Study, member: MemberActor) -> StreakReport:
    return await streak_report(study.app.practice, str(study.guild.id), str(member.id))


async def in_a_row(study: Study, member: MemberActor) -> int:
    return (await report(study, member)).streak.current


def days(study: Study, zone: str = "UTC") -> list[date]:
    """Return the local days on which questions were posted."""
    return [post.created_at.astimezone(ZoneInfo(zone)).date() for post in study.posts]


def moderator(study: Study) -> MemberActor:
    role = study.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    return study.guild.add_member(study.env.create_user("moderator"), roles=[role])


async def stop_listening(study: Study) -> None:
    """Let the connection stand without any reply being heard, until the next round's thread opens."""
    assert study.app._discord is not None
    await study.app._discord.finish()


async def go_down(study: Study) -> None:
    await stop_listening(study)
    await study.process.stop()


async def come_up(study: Study) -> None:
    app = await study.process.start()
    await study.env.restart_bot(app.discord())
    await app.tick()


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, "UTC"])
async def test_one_minute_before_midnight_and_one_minute_after_the_next_are_two_rounds_in_a_row(
    study: Study, zone: str
) -> None:
    await until(study, clock("2026-01-05 08:00", zone))
    await study.set_up(at="09:00", zone=zone)
    alice = study.member("alice")

    await answer(study, alice, clock("2026-01-05 23:59", zone))
    await answer(study, alice, clock("2026-01-07 00:01", zone))

    assert naive_streak(messages(study, alice), study.env.now(), zone) == 1  # nothing was written on the 6th
    assert await in_a_row(study, alice) == 2


async def test_early_evening_in_new_york_is_no_matter_of_luck_because_it_is_midnight_in_utc(study: Study) -> None:
    await until(study, clock("2026-01-05 08:00", NEW_YORK))
    await study.set_up(at="09:00", zone=NEW_YORK)
    alice = study.member("alice")

    await answer(study, alice, clock("2026-01-05 18:59", NEW_YORK))
    await answer(study, alice, clock("2026-01-06 19:01", NEW_YORK))

    assert naive_streak(messages(study, alice), study.env.now(), "UTC") == 1  # 23:59 on the 5th, 00:01 on the 7th
    assert await in_a_row(study, alice) == 2


async def test_a_member_in_los_angeles_who_answers_a_community_in_tokyo_every_day_of_their_own_keeps_their_streak(
    study: Study,
) -> None:
    # Each question comes at four in the morning where the member lives.
    await study.set_up(at="21:00", zone=TOKYO)
    await until(study, clock("2026-01-05 00:00", LOS_ANGELES))
    alice = study.member("alice")

    await answer(study, alice, clock("2026-01-05 18:00", LOS_ANGELES))
    await answer(study, alice, clock("2026-01-06 06:00", LOS_ANGELES))
    await answer(study, alice, clock("2026-01-07 18:00", LOS_ANGELES))

    written = messages(study, alice)
    assert naive_streak(written, study.env.now(), LOS_ANGELES) == 3  # what they see on their own calendar
    assert naive_streak(written, study.env.now(), TOKYO) == 1  # nothing on the 7th there
    assert naive_streak(written, study.env.now(), "UTC") == 1
    assert await in_a_row(study, alice) == 3


@pytest.mark.parametrize("at", ["02:30", "09:00"])
@pytest.mark.parametrize(
    ("first", "naive"),
    [
        # Half past one at night is on the same day in UTC before the change, on the day before after it.
        pytest.param(date(2026, 3, 27), 3, id="forward"),
        # The other way round: a day of UTC is left out.
        pytest.param(date(2026, 10, 23), 2, id="back"),
    ],
)
async def test_a_change_of_the_clocks_costs_no_day_and_doubles_none(
    study: Study, at: str, first: date, naive: int
) -> None:
    await until(study, clock(f"{first} 00:00", BERLIN))
    await study.set_up(at=at, zone=BERLIN)
    alice = study.member("alice")

    for nights in range(1, 5):
        half_past_one = clock(f"{first + nights * DAY} 01:30", BERLIN)
        while study.env.now() < half_past_one:
            await study.advance(HALF_AN_HOUR)
        await answer(study, alice, half_past_one)

    assert naive_streak(messages(study, alice), study.env.now()) == naive  # and yet answered on four days in a row
    assert days(study, BERLIN) == [first + day * DAY for day in range(4)]
    assert await in_a_row(study, alice) == 4


async def test_a_day_on_which_the_bot_was_down_has_no_round_and_breaks_no_streak(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    await answer(study, alice, clock("2026-01-01 20:00"))
    await answer(study, alice, clock("2026-01-02 20:00"))

    await until(study, clock("2026-01-03 08:00"))
    await go_down(study)
    await study.env.advance_time(DAY.total_seconds())
    await come_up(study)
    await answer(study, alice, clock("2026-01-04 20:00"))

    assert naive_streak(messages(study, alice), study.env.now()) == 1  # there was nothing to answer on the 3rd
    assert days(study) == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4)]
    assert await in_a_row(study, alice) == 3


@pytest.mark.parametrize("written", ["2026-01-02 20:00", "2026-01-03 11:00"], ids=["before-it-was-due", "when-overdue"])
async def test_what_was_written_while_the_bot_was_down_counts_if_the_next_round_had_not_opened(
    study: Study, written: str
) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    await answer(study, alice, clock("2026-01-01 20:00"))
    await until(study, clock("2026-01-02 10:00"))
    second = study.thread

    await go_down(study)
    await study.env.advance_time((clock(written) - study.env.now()).total_seconds())
    await alice.send(second, "what nobody heard me say")
    await study.env.advance_time((clock("2026-01-03 12:00") - study.env.now()).total_seconds())
    await come_up(study)
    await answer(study, alice, clock("2026-01-03 20:00"))

    heard = messages(study, alice, [thread for thread in study.channel.threads if thread.id != second.id])
    assert naive_streak(heard, study.env.now()) == 1  # it keeps no watermark, so it never learns of the 2nd
    assert marks(second, "what nobody heard me say") == ["✅"]
    assert await in_a_row(study, alice) == 3


async def test_an_answer_that_no_event_told_of_is_found_when_its_round_closes(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    await answer(study, alice, clock("2026-01-01 20:00"))
    await until(study, clock("2026-01-02 10:00"))
    second = study.thread

    await stop_listening(study)
    await study.env.advance_time((clock("2026-01-03 08:59") - study.env.now()).total_seconds())
    await alice.send(second, "what nobody heard me say")
    await answer(study, alice, clock("2026-01-03 20:00"))

    heard = messages(study, alice, [thread for thread in study.channel.threads if thread.id != second.id])
    assert naive_streak(heard, study.env.now()) == 1
    assert "Round 2 is closed · 1 member answered" in shown(second.last_message)
    assert await in_a_row(study, alice) == 3


async def test_a_freeze_that_was_earned_in_one_month_saves_a_round_of_the_next(study: Study) -> None:
    await until(study, clock("2026-01-25 08:00"))
    await study.set_up(at="09:00")
    alice = study.member("alice")
    for day in range(25, 32):
        await answer(study, alice, clock(f"2026-01-{day} 20:00"))
    earned = (await report(study, alice)).streak.freezes

    await answer(study, alice, clock("2026-02-02 20:00"))

    after = await report(study, alice)
    assert naive_streak(messages(study, alice), study.env.now()) == 1  # all of January for one evening off
    assert (earned, after.streak.freezes) == (1, 0)
    assert after.rounds[-2].outcome is Outcome.SAVED
    assert after.streak.current == 8


async def test_two_answers_to_one_round_on_both_sides_of_midnight_count_once(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")

    await answer(study, alice, clock("2026-01-01 23:59"))
    await answer(study, alice, clock("2026-01-02 00:01"))

    assert len(study.posts) == 1
    assert naive_streak(messages(study, alice), study.env.now()) == 2  # of one question, say those who answered two
    assert await in_a_row(study, alice) == 1


async def test_an_answer_that_a_moderator_deletes_counts_no_more_but_may_be_given_again_until_the_round_closes(
    study: Study,
) -> None:
    await study.set_up(at="09:00")
    alice, guard = study.member("alice"), moderator(study)
    await answer(study, alice, clock("2026-01-01 20:00"))
    crude = await answer(study, alice, clock("2026-01-02 20:00"))

    await guard.delete(crude)
    meanwhile = await in_a_row(study, alice)
    await answer(study, alice, clock("2026-01-03 00:30"))
    again = await in_a_row(study, alice)
    await answer(study, alice, clock("2026-01-04 00:30"))

    assert naive_streak(messages(study, alice), study.env.now()) == 2  # the 2nd is gone, however soon it is made good
    assert (meanwhile, again) == (1, 2)
    assert await in_a_row(study, alice) == 3


async def test_an_answer_that_a_moderator_deletes_after_the_close_takes_no_streak_away(study: Study) -> None:
    await study.set_up(at="09:00")
    alice, guard = study.member("alice"), moderator(study)
    await answer(study, alice, clock("2026-01-01 20:00"))
    long_ago = await answer(study, alice, clock("2026-01-02 20:00"))
    await answer(study, alice, clock("2026-01-03 20:00"))

    await guard.delete(long_ago)

    assert naive_streak(messages(study, alice), study.env.now()) == 1  # a thread is tidied, and two days are gone
    assert await in_a_row(study, alice) == 3


async def test_a_schedule_that_moves_from_evening_to_morning_costs_nobody_their_streak(study: Study) -> None:
    await study.set_up(at="20:00")
    alice = study.member("alice")
    await answer(study, alice, clock("2026-01-01 21:00"))

    await until(study, clock("2026-01-02 12:00"))
    await study.set_up(at="08:00")
    await answer(study, alice, clock("2026-01-03 21:00"))

    assert naive_streak(messages(study, alice), study.env.now()) == 1  # the 2nd had no question of its own
    assert days(study) == [date(2026, 1, 1), date(2026, 1, 3)]
    assert await in_a_row(study, alice) == 2


async def test_a_schedule_that_moves_from_morning_to_evening_leaves_a_round_open_until_then(study: Study) -> None:
    await study.set_up(at="08:00")
    alice = study.member("alice")
    await answer(study, alice, clock("2026-01-01 21:00"))

    await until(study, clock("2026-01-02 12:00"))
    await study.set_up(at="20:00")
    await answer(study, alice, clock("2026-01-03 19:59"))
    await answer(study, alice, clock("2026-01-03 20:01"))

    assert naive_streak(messages(study, alice), study.env.now()) == 1  # the 2nd went by without a message
    assert days(study) == [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]
    assert await in_a_row(study, alice) == 3


async def test_from_friday_to_monday_is_in_a_row_where_weekends_are_free(study: Study) -> None:
    await study.set_up(at="09:00", days="Mon-Fri")
    alice = study.member("alice")

    for day in ("01", "02", "05", "06"):
        await answer(study, alice, clock(f"2026-01-{day} 20:00"))

    assert naive_streak(messages(study, alice), study.env.now()) == 2  # nobody was asked on the 3rd and the 4th
    assert len(study.posts) == 4
    assert await in_a_row(study, alice) == 4


async def test_a_round_that_an_admin_voids_gives_its_streak_back_to_who_missed_it(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    await answer(study, alice, clock("2026-01-01 20:00"))
    await answer(study, alice, clock("2026-01-02 20:00"))
    await answer(study, alice, clock("2026-01-04 20:00"))
    missed = await in_a_row(study, alice)

    await study.admin.slash(study.channel, "daily void", round=3)

    assert naive_streak(messages(study, alice), study.env.now()) == 1  # no word of an admin brings the 3rd back
    assert missed == 1
    assert await in_a_row(study, alice) == 3


async def test_a_member_who_was_away_for_a_week_comes_back_to_the_same_streak(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    for day in (1, 2, 3):
        await answer(study, alice, clock(f"2026-01-0{day} 20:00"))

    await alice.slash(study.channel, "away", until="7 days")
    await until(study, clock("2026-01-11 08:00"))
    waiting = await in_a_row(study, alice)
    await answer(study, alice, clock("2026-01-11 20:00"))

    assert naive_streak(messages(study, alice), study.env.now()) == 1  # holidays cost everything
    assert len(study.posts) == 11
    assert waiting == 3
    assert "4 rounds in a row" in shown(await alice.slash(study.channel, "streak"))


@pytest.mark.parametrize("how", ["locked", "deleted", "deleted while the bot is down"])
async def test_a_thread_that_a_moderator_closes_costs_nobody_their_streak(study: Study, how: str) -> None:
    await study.set_up(at="09:00")
    alice, bob = study.member("alice"), study.member("bob")
    await answer(study, alice, clock("2026-01-01 20:00"))
    await answer(study, bob, clock("2026-01-01 20:01"))
    await answer(study, bob, clock("2026-01-02 09:30"))

    if how == "locked":
        study.env.backend.edit_channel(study.thread.id, {}, thread_metadata={"locked": True})
    elif how == "deleted":
        study.env.backend.delete_channel(study.thread.id)
    else:
        await go_down(study)
        study.env.backend.delete_channel(study.thread.id)
        await come_up(study)
    await study.env.settle()
    await answer(study, alice, clock("2026-01-03 20:00"))
    await answer(study, bob, clock("2026-01-03 20:01"))

    outcomes = [each.outcome for each in (await report(study, alice)).rounds]
    assert naive_streak(messages(study, alice), study.env.now()) == 1  # on the 2nd nobody could write any more
    assert outcomes == [Outcome.ANSWERED, Outcome.EXCUSED, Outcome.ANSWERED]
    assert await in_a_row(study, alice) == 2
    assert await in_a_row(study, bob) == 3
