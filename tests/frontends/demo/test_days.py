"""How days pass in the simulated study group, read as its members read it."""

from datetime import datetime, timedelta
from pathlib import Path

import discord
import pytest

from bot.app import open_app
from bot.domain.standings import By
from bot.frontends.demo.community import AMARA, JONAS, MEI, ROUNDS_BEFORE_TODAY
from bot.frontends.demo.errors import DemoError
from bot.frontends.demo.news import greeting, news
from bot.settings import Settings
from frontends.demo.entered import TODAY, Demo, enter_demo
from study import cache, shown

_LAST = ROUNDS_BEFORE_TODAY + 1


async def test_the_visitor_comes_in_on_todays_morning_with_a_round_open(demo: Demo) -> None:
    assert demo.morning is not None
    assert demo.morning.round.number == _LAST
    assert demo.world.now.date() == TODAY.date()
    assert demo.morning.answered == ("Amara Osei", "Mei Tanaka")
    assert greeting(demo.morning).startswith(f"Monday 23 November: round {_LAST} is open, “")


async def test_everyone_who_answered_was_acknowledged(demo: Demo) -> None:
    answers = [message for message in demo.world.threads[0].history() if not message.author.bot]

    assert [[str(reaction.emoji) for reaction in answer.reactions] for answer in answers] == [["✅"], ["✅"]]


async def test_the_one_who_never_misses_holds_a_freeze(demo: Demo) -> None:
    streak = await demo.streak(AMARA)

    assert f"{_LAST} rounds in a row" in streak
    assert "Freezes held: **1** of 2" in streak


async def test_the_one_who_missed_a_round_was_saved_by_a_freeze(demo: Demo) -> None:
    streak = await demo.streak(JONAS)

    assert "8 rounds in a row" in streak
    assert "🟩🟩🟩🟩🟩🟩🟩🧊🟩" in streak


async def test_the_one_who_joined_late_has_a_shorter_streak(demo: Demo) -> None:
    assert "6 rounds in a row" in await demo.streak(MEI)


@pytest.mark.parametrize("by", By)
async def test_no_board_is_empty_even_on_a_monday(demo: Demo, by: By) -> None:
    board = await demo.read(demo.visitor, "leaderboard", by=by.value)

    assert all(f"<@{member.id}>" in board for member in demo.world.members.values() if by is By.STREAK)
    assert f"🥇 <@{demo.world.members[AMARA].id}>" in board


async def test_the_visitor_has_not_answered_and_may_manage_the_server(demo: Demo) -> None:
    status = await demo.read(demo.visitor, "daily status")
    model_answer = await demo.read(demo.visitor, "reveal")

    assert f"Round {_LAST} is open, answered by 2." in status
    assert "Your own answer first" in model_answer


async def test_the_channel_shows_nothing_that_discord_would_not(demo: Demo) -> None:
    assert {message.type for message in demo.channel.history()} == {discord.MessageType.default}
    assert demo.world.env.errors == []


async def test_a_new_day_closes_the_round_with_a_recap_and_opens_the_next(demo: Demo) -> None:
    old = demo.world.threads[0]

    morning = await demo.days.next_day()

    assert morning is not None
    assert morning.round.number == _LAST + 1
    assert f"Round {_LAST} is closed · 3 members answered" in shown(old.history()[-1])
    assert demo.world.threads[0].name is not None
    assert demo.world.threads[0].name.startswith(f"{_LAST + 1} · ")
    assert morning.answered == ("Amara Osei", "Mei Tanaka")
    assert f"Round {_LAST} closed with 3 answers" in news(morning)


async def test_what_the_visitor_answered_counts_the_next_day(demo: Demo) -> None:
    await demo.visitor.send(demo.world.threads[0], "Shared filters, then pooling, then a head.")

    morning = await demo.days.next_day()

    assert morning is not None
    assert morning.closed_answers == 4
    assert news(morning).endswith("Your streak: 1 round.")


async def test_no_day_comes_while_the_daily_question_is_paused(demo: Demo) -> None:
    await demo.read(demo.visitor, "daily pause")

    morning = await demo.days.next_day()

    assert morning is None
    assert "/daily status" in news(morning)


async def test_waiting_moves_the_clock_but_never_to_the_next_question(demo: Demo) -> None:
    real, simulated = demo.world._anchor
    demo.world._anchor = (real - timedelta(days=3).total_seconds(), simulated)

    await demo.world.keep_up()

    assert demo.world.now == datetime.fromisoformat("2026-11-24T07:59:00+00:00")
    assert len(demo.world.threads) == _LAST


async def test_a_kept_database_keeps_the_streaks_though_its_messages_are_gone(tmp_path: Path) -> None:
    async with enter_demo(tmp_path / "kept.db") as first:
        await first.visitor.send(first.world.threads[0], "Shared filters, then pooling, then a head.")
        ended = first.world.now

    async with enter_demo(tmp_path / "kept.db", must_be_known=True) as second:
        assert second.morning is not None
        assert second.morning.round.number == _LAST + 1
        assert second.morning.streak.current == 1
        assert f"{_LAST + 1} rounds in a row" in await second.streak(AMARA)
        assert second.world.now > ended
        assert len(second.world.threads) == 1


async def test_a_kept_database_goes_on_however_far_its_days_had_run_ahead(tmp_path: Path) -> None:
    async with enter_demo(tmp_path / "kept.db") as first:
        for _ in range(3):
            await first.days.next_day()

    async with enter_demo(tmp_path / "kept.db") as second:
        morning = await second.days.next_day()

    assert morning is not None
    assert morning.round.number == _LAST + 5


async def test_a_kept_database_may_be_paused(tmp_path: Path) -> None:
    async with enter_demo(tmp_path / "kept.db") as first:
        await first.read(first.visitor, "daily pause")

    async with enter_demo(tmp_path / "kept.db") as second:
        resumed = await second.read(second.visitor, "daily resume")
        morning = await second.days.next_day()

    assert second.morning is None
    assert "Resumed" in resumed
    assert morning is not None
    assert morning.round.number == _LAST + 1


async def test_the_database_of_a_real_bot_is_refused(tmp_path: Path) -> None:
    async with open_app(
        Settings(database=tmp_path / "real.db", cache=cache(), backups=False, requests_a_second=0), clock=lambda: TODAY
    ):
        pass

    with pytest.raises(DemoError, match="not one of an earlier demo"):
        async with enter_demo(tmp_path / "real.db", must_be_known=True):
            pass


async def test_a_day_without_a_time_zone_is_refused(demo: Demo) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        await demo.days.begin(TODAY.replace(tzinfo=None))
