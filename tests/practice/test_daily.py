"""The daily round when the platform is away or fails for long: the real client in a simulated Discord."""

from datetime import UTC, datetime

from bot.domain.rounds import State
from bot.practice import daily, setup
from bot.storage import communities, rounds
from storage.steps import NINE_DAILY
from study import DAY, HOUR, Process, Study, shown


async def test_while_the_platform_is_away_nothing_is_claimed_and_what_is_due_stays_due(process: Process) -> None:
    practice = process.app.practice
    due = await setup.set_up(practice, "1", "2", NINE_DAILY)

    await daily.tick(practice, process.app.discord().publisher)

    assert await practice.store.read(rounds.unfinished_round("1")) is None
    assert await practice.store.read(communities.community("1")) == due


async def test_a_question_that_could_not_be_posted_for_half_a_day_is_given_up_and_costs_nobody_a_streak(
    study: Study,
) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")
    await study.advance(9 * HOUR)
    await alice.send(study.thread, "my answer of the first day")
    study.env.inject_error("POST", f"/channels/{study.channel.id}/messages", status=500, times=None)
    await study.advance(DAY)
    for _ in range(13):
        await study.advance(HOUR)
    study.env.backend.faults.clear()

    await study.advance_to(datetime(2026, 1, 3, 9, tzinfo=UTC))
    await alice.send(study.thread, "my answer of the third day")

    lost = await study.app.practice.store.read(
        rounds.round_by_key(str(study.guild.id), datetime(2026, 1, 2, tzinfo=UTC).date(), 0)
    )
    assert lost is not None
    assert lost.state is State.ABANDONED
    assert ["Round 1 ·" in shown(study.posts[0]), "Round 2 ·" in shown(study.posts[1])] == [True, True]
    assert "2 rounds in a row" in shown(await alice.slash(study.channel, "streak"))
