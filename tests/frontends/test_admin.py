"""Setting up and steering, and who may."""

from datetime import datetime

import discord
import pytest
from simcord.backend.errors import SetupError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.practice import daily
from bot.storage.communities import next_due_at
from study import DAY, HOUR, Study, new_study, shown


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"time": "9 o'clock"}, "is not a time of day"),
        ({"time": "25:00"}, "is not a time of day"),
        ({"timezone": "Middle/Earth"}, "is not a time zone"),
        ({"days": "someday"}, "names no weekdays"),
    ],
)
async def test_what_cannot_be_understood_is_answered_with_an_example(
    study: Study, options: dict[str, str], sentence: str
) -> None:
    typed = {"time": "09:00", "timezone": "UTC", "days": "every day"} | options

    result = await study.admin.slash(study.channel, "setup", channel=study.channel, **typed)

    assert sentence in shown(result)


async def test_setup_names_every_permission_that_is_missing_in_the_channel(study: Study) -> None:
    everyone = study.guild.default_role
    closed = study.guild.create_text_channel(
        "closed", overwrites={everyone: discord.PermissionOverwrite(add_reactions=False, create_public_threads=False)}
    )

    result = await study.admin.slash(
        study.channel, "setup", channel=closed, time="09:00", timezone="UTC", days="every day"
    )

    assert "**Add Reactions**" in shown(result)
    assert "**Create Public Threads**" in shown(result)
    assert "**View Channel**" not in shown(result)


async def test_members_do_not_even_see_the_commands_of_admins(study: Study) -> None:
    alice = study.member("alice")

    with pytest.raises(SetupError, match="not visible"):
        await alice.slash(study.channel, "daily pause")


async def test_who_was_shown_an_admin_command_but_may_not_manage_is_refused_on_our_side_too(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    daily = study.env.backend.find_command("daily", study.guild.id, type=1)
    assert daily is not None
    study.guild.set_command_permissions(int(daily["id"]), {alice: True})

    result = await alice.slash(study.channel, "daily pause")

    assert "Only people with the **Manage Server** permission" in shown(result)
    await study.advance(9 * HOUR)
    assert len(study.posts) == 1


async def test_time_zones_are_offered_while_typing(study: Study) -> None:
    offered = await study.admin.autocomplete(
        study.channel, "setup", "timezone", "berl", channel=study.channel, time="09:00"
    )

    assert [choice["value"] for choice in offered] == ["Europe/Berlin"]


async def test_paused_nothing_is_posted_and_resumed_it_goes_on(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.admin.slash(study.channel, "daily pause")
    await study.advance(3 * DAY)
    while_paused = len(study.posts)

    await study.admin.slash(study.channel, "daily resume")
    await study.advance(9 * HOUR)

    assert while_paused == 0
    assert len(study.posts) == 1


async def test_skip_leaves_out_exactly_the_next_question(study: Study) -> None:
    await study.set_up(at="09:00")

    result = await study.admin.slash(study.channel, "daily skip")
    await study.advance(9 * HOUR)
    skipped = len(study.posts)
    await study.advance(DAY)

    assert "Thursday 1 January" in shown(result)
    assert skipped == 0
    assert len(study.posts) == 1


async def test_post_now_opens_a_round_that_stands_in_for_todays(study: Study) -> None:
    await study.set_up(at="09:00")

    result = await study.admin.slash(study.channel, "daily post-now")
    await study.advance(10 * HOUR)

    assert "Round 1 is open" in shown(result)
    assert len(study.posts) == 1


async def test_the_button_under_setup_posts_the_first_question_at_once(study: Study) -> None:
    result = await study.set_up(at="09:00")
    assert result.response is not None

    await study.admin.click(result.response, label="Post one now")

    assert len(study.posts) == 1


async def test_a_fault_behind_a_button_is_logged_and_not_taken_for_an_old_button(
    study: Study, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    result = await study.set_up(at="09:00")
    assert result.response is not None

    async def fault(*_: object) -> None:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(daily, "post_now", fault)

    answered = await study.admin.click(result.response, label="Post one now")

    assert "Something went wrong on my side" in shown(answered)
    assert "a fault of ours" in caplog.text


async def test_status_tells_schedule_next_question_and_open_round(study: Study) -> None:
    await study.set_up(at="09:00", zone="Europe/London")
    await study.advance(10 * HOUR)

    result = shown(await study.admin.slash(study.channel, "daily status"))

    assert "every day at **09:00** (Europe/London)" in result
    assert f"<t:{int(datetime.fromisoformat('2026-01-02T09:00+00:00').timestamp())}:F>" in result
    assert "Round 1 is open, answered by 0" in result


async def test_before_setup_admin_commands_say_what_to_do(study: Study) -> None:
    result = await study.admin.slash(study.channel, "daily status")

    assert "`/setup`" in shown(result)


async def test_moving_the_schedule_to_earlier_does_not_ask_twice_on_one_day(study: Study) -> None:
    await study.set_up(at="18:00")
    await study.advance(19 * HOUR)

    await study.set_up(at="20:00")
    await study.advance(4 * HOUR)

    assert len(study.posts) == 1


async def test_a_channel_that_refuses_posts_is_reported_and_the_next_try_succeeds(study: Study) -> None:
    await study.set_up(at="09:00")
    study.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")
    await study.advance(9 * HOUR)
    refused = shown(await study.admin.slash(study.channel, "daily status"))

    await study.advance(HOUR)

    assert "could not be posted" in refused
    assert len(study.posts) == 1


async def test_without_threads_the_question_is_posted_all_the_same(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    study.env.inject_error("POST", "/channels/*/threads", status=403, code=50013, message="Missing Permissions")

    await study.advance(9 * HOUR)
    form = await alice.click(study.posts[0], label="Answer")
    result = await alice.submit_modal(form, {"text": "answered by form alone"})

    assert "Your streak: **1 round**" in shown(result)


async def test_a_community_that_fails_does_not_cost_another_its_day(study: Study) -> None:
    await study.set_up(at="09:00")
    other = new_study(study.env, study.process, "Other")
    await other.set_up(at="09:00")
    study.env.inject_error("POST", f"/channels/{study.channel.id}/messages", status=500, times=None)

    await study.advance(9 * HOUR)

    assert len(other.posts) == 1
    assert len(study.posts) == 0


async def test_when_the_bot_is_removed_nothing_is_due_there_any_more(study: Study) -> None:
    await study.set_up(at="09:00")
    guild = study.guild.me
    assert guild is not None

    await guild.guild.leave()
    await study.env.settle()
    await study.app.tick()

    assert await study.app.practice.store.read(next_due_at()) is None


async def test_where_the_bot_may_no_longer_read_history_a_round_still_closes_with_its_model_answer(
    study: Study,
) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    yesterday = study.thread
    history = discord.Permissions(read_message_history=True).value
    study.env.backend.set_overwrite(study.channel.id, Overwrite(study.guild.id, OverwriteType.ROLE, deny=history))

    await study.advance(DAY)

    assert "Round 1 is closed" in shown(yesterday.last_message)
