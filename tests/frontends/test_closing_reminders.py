"""A word before a round closes, to those who asked for it: the real client in a simulated Discord."""

from datetime import UTC, datetime, timedelta

import pytest
from simcord.actors import MemberActor
from simcord.builders import UserHandle

from bot.storage.statement import Statement, Transaction
from study import HOUR, Study, labels, new_study, shown

MINUTE, TICK = timedelta(minutes=1), timedelta(seconds=15)
SAID = "gradients flow backwards through the graph"
FRIDAY = datetime(2026, 1, 2, 9, tzinfo=UTC)


def someone(study: Study, name: str = "alice") -> tuple[MemberActor, UserHandle]:
    """Let somebody in; return them in the server and in private."""
    user = study.env.create_user(name)
    return study.guild.add_member(user), user


def letters(user: UserHandle) -> list[str]:
    return [shown(message) for message in user.dm_channel.history()]


def clock(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of January 2026."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


async def begin(study: Study, *, days: str = "every day", zone: str = "UTC") -> None:
    """Open the first round at nine on the first of January; with every day, it closes at nine on the second."""
    await study.set_up(at="09:00", zone=zone, days=days)
    await study.advance_to(clock(1, 9))


async def remind(study: Study, member: MemberActor, when: str | None = None) -> str:
    options = {"when": when} if when else {}
    return shown(await member.slash(study.channel, "remind", **options))


async def tick_until(study: Study, moment: datetime, step: timedelta = HOUR) -> None:
    """Let the ticker ring every `step` until a moment."""
    while study.env.now() < moment:
        await study.advance(min(step, moment - study.env.now()))


async def test_three_hours_before_the_close_is_when_nothing_else_was_asked_for(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)

    told = await remind(study, alice)
    await study.advance_to(clock(2, 5, 59))
    too_early = letters(user)
    for _ in range(3):
        await study.advance(MINUTE)

    assert "three hours before a round closes" in told
    assert f"<t:{clock(2, 6).timestamp():.0f}:R>" in told
    assert too_early == []
    (letter,) = letters(user)
    assert f"Round 1 in Study closes <t:{clock(2, 9).timestamp():.0f}:R>, and you have not answered it yet" in letter
    assert f"Answer here: <#{study.thread.id}>" in letter
    assert "Your streak" not in letter


async def test_it_names_the_streak_that_is_at_stake(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await alice.send(study.thread, SAID)
    await remind(study, alice)

    await tick_until(study, clock(3, 7))

    (letter,) = letters(user)
    assert "Round 2" in letter
    assert "Your streak stands at **1**" in letter


async def test_a_time_of_ones_own_is_the_communitys_local_time(study: Study) -> None:
    await begin(study, zone="America/New_York")
    alice, user = someone(study)
    await study.advance_to(clock(1, 15))

    told = await remind(study, alice, "20:00")
    await study.advance_to(clock(2, 0, 59))
    too_early = letters(user)
    await study.advance(MINUTE)

    assert "at 20:00 (America/New_York)" in told
    assert f"<t:{clock(2, 1).timestamp():.0f}:R>" in told
    assert too_early == []
    assert len(letters(user)) == 1


async def test_the_time_of_the_close_itself_means_a_day_before(study: Study) -> None:
    await begin(study, days="Mon, Thu")
    alice, user = someone(study)

    await remind(study, alice, "09:00")
    await study.advance_to(clock(4, 8, 59))
    too_early = letters(user)
    await study.advance(MINUTE)

    assert too_early == []
    assert len(letters(user)) == 1


@pytest.mark.parametrize(("when", "at"), [("20:00", clock(4, 20)), ("07:30", clock(5, 7, 30)), (None, clock(5, 6))])
async def test_over_a_weekend_without_rounds_it_comes_once_the_last_time_before_the_close(
    study: Study, when: str | None, at: datetime
) -> None:
    await study.set_up(at="09:00", days="Mon-Fri")
    await study.advance_to(FRIDAY)
    alice, user = someone(study)

    await remind(study, alice, when)
    await tick_until(study, at - MINUTE)
    too_early = letters(user)
    await tick_until(study, clock(5, 9))

    assert too_early == []
    (message,) = user.dm_channel.history()
    assert at <= message.created_at < at + HOUR


async def test_it_comes_again_with_every_round(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)

    await remind(study, alice, "20:00")
    await tick_until(study, clock(5, 9))

    assert [message.created_at.day for message in user.dm_channel.history()] == [1, 2, 3, 4]
    assert [f"Round {number} " in letter for number, letter in enumerate(letters(user), 1)] == [True] * 4


async def test_who_has_answered_is_not_told(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    bob, other = someone(study, "bob")
    await remind(study, alice)
    await remind(study, bob)
    await alice.send(study.thread, SAID)
    form = await bob.click(study.posts[0], label="Answer")
    await bob.submit_modal(form, {"text": SAID})

    await tick_until(study, clock(2, 9))

    assert letters(user) == letters(other) == []


async def test_who_took_their_answer_back_is_told(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    message = await alice.send(study.thread, SAID)
    await alice.delete(message)

    await tick_until(study, clock(2, 9))

    assert len(letters(user)) == 1


async def test_who_looked_at_the_model_answer_first_is_not_told_to_answer(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    asked = await alice.click(study.posts[0], label="Model answer")
    assert asked.response is not None

    await alice.click(asked.response, label="Show me anyway")
    await tick_until(study, clock(2, 9))

    assert letters(user) == []


async def test_who_is_known_to_have_left_is_not_told(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await alice.send(study.thread, SAID)
    await remind(study, alice)
    study.guild.remove_member(alice)

    board = shown(await study.member("bob").slash(study.channel, "leaderboard"))
    await tick_until(study, clock(3, 9))

    assert str(alice.id) not in board
    assert letters(user) == []


async def test_who_is_away_is_not_told_until_they_are_back(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    away = await alice.slash(study.channel, "away", until="2026-01-02")

    await tick_until(study, clock(3, 9))
    while_away = letters(user)
    await tick_until(study, clock(4, 9))

    assert "Away until Fri 2 Jan" in shown(away)
    assert while_away == []
    (letter,) = letters(user)
    assert "Round 3 " in letter


async def test_who_comes_back_early_is_told_of_the_open_round(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    away = await alice.slash(study.channel, "away", until="7 days")
    assert away.response is not None

    await alice.click(away.response, label="I am back")
    await tick_until(study, clock(2, 9))

    assert len(letters(user)) == 1


async def test_of_a_void_round_nobody_is_told_unless_it_counts_again(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.admin.slash(study.channel, "daily void")
    await tick_until(study, clock(2, 10))
    while_void = letters(user)

    void = await study.admin.slash(study.channel, "daily void", round=2)
    assert void.response is not None
    await study.admin.click(void.response, label="Undo")
    await tick_until(study, clock(3, 9))

    assert while_void == []
    assert len(letters(user)) == 1


async def test_restarts_forget_nobody_and_tell_nobody_twice(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.restart()
    await study.advance_to(clock(2, 6))
    once = letters(user)

    await study.restart()
    await tick_until(study, clock(2, 8, 59))

    assert len(once) == 1
    assert letters(user) == once


async def test_a_schedule_that_moves_takes_the_reminder_with_it_and_tells_nobody_twice(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)

    await study.set_up(at="18:00")
    await study.advance_to(clock(2, 14, 59))
    too_early = letters(user)
    await study.advance(MINUTE)
    once = letters(user)
    await study.set_up(at="21:00")
    await tick_until(study, clock(2, 20, 59))

    assert too_early == []
    assert len(once) == 1
    assert letters(user) == once
    assert len(study.posts) == 1


async def test_a_close_that_comes_within_its_three_hours_is_told_at_once(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.advance_to(clock(2, 5))

    await study.set_up(at="07:00")
    await study.advance(TICK)

    (letter,) = letters(user)
    assert f"Round 1 in Study closes <t:{clock(2, 7).timestamp():.0f}:R>" in letter


async def test_a_question_that_is_skipped_leaves_the_round_open_and_the_reminder_for_later(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)

    await study.admin.slash(study.channel, "daily skip")
    await tick_until(study, clock(3, 5, 59))
    too_early = letters(user)
    await study.advance(MINUTE)

    assert too_early == []
    (letter,) = letters(user)
    assert f"Round 1 in Study closes <t:{clock(3, 9).timestamp():.0f}:R>" in letter


async def test_a_question_posted_early_closes_the_round_without_a_word_and_moves_to_the_new_one(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.advance_to(clock(2, 5))

    await study.admin.slash(study.channel, "daily post-now")
    await tick_until(study, clock(3, 5, 59))
    too_early = letters(user)
    await study.advance(MINUTE)

    assert too_early == []
    (letter,) = letters(user)
    assert "Round 2 " in letter


async def test_paused_nothing_is_sent_and_resumed_it_comes_before_the_next_close(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.admin.slash(study.channel, "daily pause")
    await tick_until(study, clock(4, 12), 6 * HOUR)
    while_paused = letters(user)

    await study.admin.slash(study.channel, "daily resume")
    await tick_until(study, clock(5, 9))

    assert while_paused == []
    (letter,) = letters(user)
    assert f"Round 1 in Study closes <t:{clock(5, 9).timestamp():.0f}:R>" in letter


async def test_before_there_is_a_round_there_is_nothing_to_tell(study: Study) -> None:
    alice, user = someone(study)

    told = await remind(study, alice)
    await study.set_up(at="09:00")
    await tick_until(study, clock(1, 9))
    before = letters(user)
    await tick_until(study, clock(2, 9))

    assert "Before a round closes" in told
    assert before == []
    assert len(letters(user)) == 1


async def test_one_press_in_the_message_stops_it(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.advance_to(clock(2, 6))
    (message,) = user.dm_channel.history()

    stopped = await user.click(message, label="Stop these reminders")
    await tick_until(study, clock(4, 9))

    assert labels(message) == ["Stop these reminders"]
    assert "No more reminders" in shown(stopped)
    assert len(user.dm_channel.history()) == 1


@pytest.mark.parametrize("word", ["off", " OFF "])
async def test_off_stops_it_too(study: Study, word: str) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)

    told = await remind(study, alice, word)
    await tick_until(study, clock(3, 9))

    assert "No more reminders" in told
    assert letters(user) == []


@pytest.mark.parametrize("when", ["whenever", "25:00", "3 hours after", "@everyone 9"])
async def test_a_time_that_is_none_is_answered_with_an_example_and_changes_nothing(study: Study, when: str) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice, "20:00")

    told = await remind(study, alice, when)
    await tick_until(study, clock(2, 9))

    assert "is not a time of day" in told
    assert "`18:30`" in told
    assert [message.created_at.hour for message in user.dm_channel.history()] == [20]


async def test_times_are_offered_while_typing(study: Study) -> None:
    alice, _ = someone(study)

    offered = [
        [choice["value"] for choice in await alice.autocomplete(study.channel, "remind", "when", typed)]
        for typed in ("", "20", "O")
    ]

    assert offered[0] == ["3 hours before", "18:00", "20:00", "21:30", "07:30", "off"]
    assert offered[1:] == [["20:00"], ["3 hours before", "off"]]


async def test_who_was_told_and_asks_for_another_time_is_told_of_the_next_round_only(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.advance_to(clock(2, 6))

    told = await remind(study, alice, "08:00")
    await tick_until(study, clock(2, 9))
    same_round = letters(user)
    await tick_until(study, clock(3, 9))

    assert "For the open round" not in told
    assert len(same_round) == 1
    assert [message.created_at.hour for message in user.dm_channel.history()] == [6, 8]


async def test_another_time_takes_the_first_ones_place(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)

    await remind(study, alice, "20:00")
    await tick_until(study, clock(2, 9))

    assert [message.created_at.hour for message in user.dm_channel.history()] == [20]


def close_the_door(study: Study, times: int | None = 1) -> None:
    """Let the next direct message be refused, or all of them."""
    study.env.inject_error("POST", "/users/@me/channels", status=403, code=50007, times=times)


async def ask_for_nothing_much(study: Study, member: MemberActor, command: str) -> str:
    """Give any command, or press any button; return what is said in private."""
    if command == "button":
        return shown(await member.click(study.posts[-1], label="Hint"))
    if command == "form":
        form = await member.click(study.posts[-1], label="Answer")
        return shown(await member.submit_modal(form, {"text": SAID}))
    return shown(await member.slash(study.channel, command))


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("streak", "0 rounds in a row"),
        ("help", "/leaderboard"),
        ("review", "Nothing to review yet"),
        ("button", "Hint 1"),
        ("form", "Your streak: **1 round**"),
    ],
)
async def test_a_closed_door_turns_it_off_and_whatever_is_asked_next_says_so_once_below_its_answer(
    study: Study, command: str, answer: str
) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    close_the_door(study)
    await study.advance_to(clock(2, 6))
    await study.restart()

    told = await ask_for_nothing_much(study, alice, command)
    again = await ask_for_nothing_much(study, alice, "streak")
    await tick_until(study, clock(4, 9))

    assert answer in told
    assert told.index(answer) < told.index("I could not write to you before a round closed")
    assert "I could not write to you" not in again
    assert letters(user) == []


async def test_who_opens_the_door_and_asks_again_is_told_again(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    close_the_door(study)
    await study.advance_to(clock(2, 6))

    told = await remind(study, alice)
    await tick_until(study, clock(3, 9))

    assert told.index("Before a round closes") < told.index("I could not write to you")
    (letter,) = letters(user)
    assert "Round 2 " in letter


async def test_one_closed_door_does_not_stop_the_others_and_is_told_to_nobody_else(study: Study) -> None:
    await begin(study)
    people = [someone(study, f"member{number}") for number in range(3)]
    for member, _ in people:
        await remind(study, member)
    close_the_door(study)

    await study.advance_to(clock(2, 6))

    sent = [len(letters(user)) for _, user in people]
    said = ["I could not write" in await ask_for_nothing_much(study, member, "streak") for member, _ in people]
    assert sorted(sent) == [0, 1, 1]
    assert said == [count == 0 for count in sent]


async def test_a_network_that_fails_turns_nothing_off(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    study.env.inject_error("POST", "/users/@me/channels", status=500, times=5)
    await study.advance_to(clock(2, 6))
    study.env.backend.faults.clear()

    told = await ask_for_nothing_much(study, alice, "streak")
    await tick_until(study, clock(3, 9))

    assert "I could not write" not in told
    assert "Round 2 " in letters(user)[-1]


async def test_many_are_told_five_at_a_tick_until_all_are(study: Study) -> None:
    await begin(study)
    people = [someone(study, f"member{number}") for number in range(12)]
    for member, _ in people:
        await remind(study, member)
    await study.advance_to(clock(2, 5, 59))

    seen = []
    for _ in range(8):
        await study.advance(TICK)
        seen.append(sum(len(letters(user)) for _, user in people))

    assert seen == [0, 0, 0, 5, 10, 12, 12, 12]
    assert all(len(letters(user)) == 1 for _, user in people)


@pytest.mark.parametrize("meanwhile", ["another asks too", "the schedule is moved"])
async def test_who_waits_for_their_turn_is_told_whatever_happens_meanwhile(study: Study, meanwhile: str) -> None:
    await begin(study)
    people = [someone(study, f"member{number}") for number in range(7)]
    for member, _ in people:
        await remind(study, member)
    await study.advance_to(clock(2, 6))
    at_first = sum(len(letters(user)) for _, user in people)

    if meanwhile == "another asks too":
        await remind(study, study.member("late"))
    else:
        await study.set_up(at="08:50")
    await tick_until(study, clock(2, 8), 15 * MINUTE)

    assert at_first == 5
    assert [len(letters(user)) for _, user in people] == [1] * 7


async def test_after_a_downtime_across_its_time_it_still_comes_while_there_is_time_to_answer(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    bob, other = someone(study, "bob")
    await remind(study, alice)
    await remind(study, bob, "08:50")
    await study.process.stop()
    await study.env.advance_time((clock(2, 8, 45) - study.env.now()).total_seconds())
    await study.restart()

    await study.advance(MINUTE)
    early = len(letters(user)), len(letters(other))
    await study.advance_to(clock(2, 8, 56))

    assert early == (1, 0)
    assert (len(letters(user)), len(letters(other))) == (1, 0)


async def test_after_a_downtime_across_the_close_it_comes_at_its_time_the_day_after(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    await study.process.stop()
    await study.env.advance_time((clock(2, 22) - study.env.now()).total_seconds())
    await study.restart()

    await study.advance(TICK)
    late = letters(user)
    await tick_until(study, clock(3, 9))

    assert late == []
    (message,) = user.dm_channel.history()
    assert clock(3, 6) <= message.created_at < clock(3, 7)
    assert "Round 1 " in shown(message)


async def test_each_community_tells_of_its_own_round_and_stops_for_itself(study: Study) -> None:
    await begin(study)
    elsewhere = new_study(study.env, study.process, "Elsewhere")
    await elsewhere.set_up(at="10:00")
    await study.advance(HOUR)
    alice, user = someone(study)
    other = elsewhere.guild.add_member(user)
    await remind(study, alice)
    await remind(elsewhere, other)
    await tick_until(study, clock(2, 8))
    both = letters(user)

    await user.click(user.dm_channel.history()[0], label="Stop these reminders")
    await tick_until(study, clock(3, 8))

    assert [name for letter in both for name in ("in Study", "in Elsewhere") if name in letter] == [
        "in Study",
        "in Elsewhere",
    ]
    assert ["in Elsewhere" in letter for letter in letters(user)[2:]] == [True]


async def test_a_question_that_left_the_bank_costs_nobody_else_their_word(study: Study) -> None:
    await begin(study)
    other = new_study(study.env, study.process, "Other")
    await other.set_up(at="09:00")
    await study.advance(MINUTE)
    await other.admin.slash(other.channel, "daily post-now")
    alice, user = someone(study)
    bob, neighbour = someone(other, "bob")
    await remind(study, alice)
    await remind(other, bob)

    def leave_the_bank() -> Transaction[None]:
        yield Statement("UPDATE round SET question_id = 99999 WHERE community_id = ?1", (str(study.guild.id),))

    await study.app.practice.store.write(leave_the_bank())
    await tick_until(study, clock(2, 8))

    assert letters(user) == []
    assert len(letters(neighbour)) == 1


async def test_where_the_bot_was_removed_nobody_is_told(study: Study) -> None:
    await begin(study)
    alice, user = someone(study)
    await remind(study, alice)
    guild = study.guild.me
    assert guild is not None

    await guild.guild.leave()
    await study.env.settle()
    await tick_until(study, clock(3, 9))

    assert letters(user) == []
