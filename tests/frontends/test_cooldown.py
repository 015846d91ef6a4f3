"""One member presses far more than anybody could read."""

from datetime import UTC, datetime, timedelta

from bot.frontends.discord.cooldown import PRESSES, Cooldowns
from study import HOUR, Study, shown

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WAIT = "Please wait a minute"


async def test_who_floods_the_bot_is_told_to_wait_while_others_are_answered(study: Study) -> None:
    mallory, alice = study.member("mallory"), study.member("alice")
    for _ in range(PRESSES):
        await mallory.slash(study.channel, "help")

    flooded = await mallory.slash(study.channel, "help")
    other = await alice.slash(study.channel, "help")

    assert WAIT in shown(flooded)
    assert flooded.ephemeral
    assert "One question a day" in shown(other)


async def test_a_minute_later_they_are_answered_again(study: Study) -> None:
    mallory = study.member("mallory")
    for _ in range(PRESSES + 1):
        await mallory.slash(study.channel, "help")

    await study.advance(MINUTE)
    answered = await mallory.slash(study.channel, "help")

    assert WAIT not in shown(answered)


async def test_what_somebody_has_written_in_a_form_is_taken_however_fast_they_are(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    mallory = study.member("mallory")
    form = await mallory.click(study.posts[-1], label="Answer")
    for _ in range(PRESSES + 1):
        await mallory.slash(study.channel, "help")

    submitted = await mallory.submit_modal(form, {"text": "because the gradient of a sigmoid is at most a quarter"})

    assert WAIT not in shown(submitted)
    assert "Your streak" in shown(submitted)


def test_a_thousand_presses_in_a_minute_are_answered_as_often_as_is_allowed() -> None:
    cooldowns = Cooldowns()

    waits = [cooldowns.wait(1, NOON + n * timedelta(milliseconds=50)) for n in range(1000)]

    assert waits.count(0.0) == PRESSES
    assert all(0 < wait <= 60 for wait in waits[PRESSES:])
