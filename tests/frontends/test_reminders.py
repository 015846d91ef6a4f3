"""The morning's word to those who asked for it: the real client in a simulated Discord."""

from datetime import UTC, datetime, timedelta

import pytest
from simcord.actors import MemberActor
from simcord.builders import UserHandle

from study import DAY, HOUR, Study, labels, shown


async def with_a_card_due_tomorrow(study: Study) -> tuple[MemberActor, UserHandle]:
    """Let somebody miss a quiz question, so that it returns tomorrow; return them in the server and in private."""
    await study.set_up(at="12:00")
    user = study.env.create_user("alice")
    alice = study.guild.add_member(user)
    asked = await alice.slash(study.channel, "quiz", mode="open")
    assert asked.response is not None
    await alice.click(asked.response, label="I have answered aloud")
    await alice.click(asked.response, label="Again · 1 day")
    return alice, user


def letters(user: UserHandle) -> list[str]:
    return [shown(message) for message in user.dm_channel.history()]


async def test_who_asked_for_it_is_told_once_on_a_morning_with_cards_due(study: Study) -> None:
    alice, user = await with_a_card_due_tomorrow(study)

    told = await alice.slash(study.channel, "review", remind_at="08:00")
    await study.advance_to(datetime(2026, 1, 1, 8, 1, tzinfo=UTC))
    same_day = letters(user)
    await study.advance_to(datetime(2026, 1, 2, 7, 59, tzinfo=UTC))
    too_early = letters(user)
    for minutes in (2, 3, 300):
        await study.advance(timedelta(minutes=minutes))

    assert "🔔 08:00" in shown(told)
    assert same_day == too_early == []
    (letter,) = letters(user)
    assert "1 card is due" in letter
    assert "in Study" in letter


async def test_on_a_morning_without_cards_due_nothing_is_sent(study: Study) -> None:
    await study.set_up(at="12:00")
    user = study.env.create_user("alice")
    await study.guild.add_member(user).slash(study.channel, "review", remind_at="08:00")

    for _ in range(5):
        await study.advance(DAY)

    assert letters(user) == []


async def test_the_message_itself_stops_it(study: Study) -> None:
    alice, user = await with_a_card_due_tomorrow(study)
    await alice.slash(study.channel, "review", remind_at="08:00")
    await study.advance_to(datetime(2026, 1, 2, 8, 1, tzinfo=UTC))
    (message,) = user.dm_channel.history()

    stopped = await user.click(message, label="Stop these reminders")
    await study.advance(DAY)
    await study.advance(DAY)

    assert labels(message) == ["Stop these reminders"]
    assert "No more reminders" in shown(stopped)
    assert len(user.dm_channel.history()) == 1


@pytest.mark.parametrize("word", ["off", " OFF "])
async def test_off_stops_it_too(study: Study, word: str) -> None:
    alice, user = await with_a_card_due_tomorrow(study)
    await alice.slash(study.channel, "review", remind_at="08:00")

    told = await alice.slash(study.channel, "review", remind_at=word)
    await study.advance(DAY)
    await study.advance(DAY)

    assert "No more reminders" in shown(told)
    assert letters(user) == []


async def test_a_time_that_is_none_is_answered_with_an_example(study: Study) -> None:
    told = await study.member("alice").slash(study.channel, "review", remind_at="whenever")

    assert "is not a time of day" in shown(told)


async def test_a_closed_door_stops_it_and_is_told_at_the_next_command(study: Study) -> None:
    alice, user = await with_a_card_due_tomorrow(study)
    await alice.slash(study.channel, "review", remind_at="08:00")
    study.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await study.advance_to(datetime(2026, 1, 2, 8, 1, tzinfo=UTC))

    told = await alice.slash(study.channel, "review")
    again = await alice.slash(study.channel, "review")
    await study.advance(DAY)

    assert "I could not write to you" in shown(told)
    assert "1 card is due today" in shown(again)
    assert letters(user) == []


async def test_after_a_long_downtime_the_morning_is_over(study: Study) -> None:
    alice, user = await with_a_card_due_tomorrow(study)
    await alice.slash(study.channel, "review", remind_at="08:00")

    await study.env.advance_time(timedelta(hours=24 + 12).total_seconds())
    await study.app.tick()
    late = letters(user)
    await study.advance_to(datetime(2026, 1, 3, 8, 1, tzinfo=UTC))

    assert late == []
    assert len(letters(user)) == 1


async def test_a_restart_between_two_mornings_forgets_nobody_and_tells_nobody_twice(study: Study) -> None:
    alice, user = await with_a_card_due_tomorrow(study)
    await alice.slash(study.channel, "review", remind_at="08:00")
    await study.advance_to(datetime(2026, 1, 2, 8, 1, tzinfo=UTC))

    await study.restart()
    await study.advance(HOUR)
    await study.advance_to(datetime(2026, 1, 3, 8, 1, tzinfo=UTC))

    assert len(letters(user)) == 2
