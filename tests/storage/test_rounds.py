import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.answers import Answer, Source
from bot.domain.rounds import State
from bot.domain.streaks import Streak
from bot.storage import answers, communities, rounds, standings
from bot.storage.sqlite import SQLite
from bot.storage.statement import Statement, Transaction
from storage.plan import plan, walks_a_table
from storage.steps import claim, known, open_round, set_up, thread

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
async def two_communities(store: SQLite) -> None:
    await set_up(store, "club", NOW)
    await set_up(store, "lab", NOW)


def counted(table: str) -> Transaction[int]:
    rows = yield Statement(f"SELECT count(*) FROM {table}")  # noqa: S608  # why: the table is a constant of this file
    return int(rows[0][0])


async def test_fifty_claims_of_one_day_at_once_are_one_round(store: SQLite) -> None:
    claims = await asyncio.gather(*(claim(store, "club", NOW, question_id=number) for number in range(1, 51)))

    assert len({(this.id, this.number, this.question_id) for this in claims}) == 1
    assert await store.read(counted("round")) == 1


async def test_claims_of_several_days_at_once_are_numbered_without_gaps(store: SQLite) -> None:
    claims = await asyncio.gather(*(claim(store, "club", NOW + number % 10 * DAY) for number in range(50)))

    assert sorted({(this.number, this.day) for this in claims}) == [
        (number + 1, NOW.date() + number * DAY) for number in range(10)
    ]


async def test_each_community_numbers_its_own_rounds(store: SQLite) -> None:
    await claim(store, "club", NOW)
    second = await claim(store, "club", NOW + DAY)

    first = await claim(store, "lab", NOW)

    assert (second.number, first.number) == (2, 1)


async def test_a_claim_tells_what_was_asked_before_oldest_first_and_without_what_nobody_saw(store: SQLite) -> None:
    for day, question_id in enumerate((5, 3, 8)):
        await claim(store, "club", NOW + day * DAY, question_id=question_id)
    await claim(store, "lab", NOW, question_id=99)
    lost = await claim(store, "club", NOW + 3 * DAY, question_id=7)
    await store.write(rounds.abandoned(lost.id))
    told: list[Sequence[int]] = []

    def choose(history: Sequence[int]) -> int:
        told.append(history)
        return 1

    this = await store.write(
        rounds.claim_round(
            community_id="club",
            channel_id="1",
            day=date(2026, 1, 9),
            take=0,
            due_at=NOW,
            now=NOW,
            choose=choose,
        )
    )

    assert told == [[5, 3, 8]]
    assert this.number == 4


async def test_a_round_goes_from_claimed_to_closed_and_remembers_each_step(store: SQLite) -> None:
    this = await claim(store, "club", NOW, question_id=12)
    published = await store.write(rounds.published(this.id, "100"))
    threaded = await store.write(rounds.threaded(this.id, "100"))
    await store.write(rounds.opened(this.id, NOW + HOUR))
    opened = await known(store, this.id)
    await open_round(store, "club", NOW + DAY)
    closed = await known(store, this.id)

    assert [each.state for each in (this, published, threaded, opened, closed)] == [
        State.CLAIMED,
        State.PUBLISHED,
        State.THREADED,
        State.OPEN,
        State.CLOSED,
    ]
    assert (closed.message_id, closed.thread_id, closed.question_id) == ("100", "100", 12)
    assert (closed.opened_at, closed.closed_at) == (NOW + HOUR, NOW + DAY)


async def test_a_step_that_was_taken_changes_nothing_when_repeated(store: SQLite) -> None:
    this = await open_round(store, "club", NOW)

    await store.write(rounds.published(this.id, "another message"))
    await store.write(rounds.threaded(this.id, "another thread"))
    closing = await store.write(rounds.opened(this.id, NOW + HOUR))
    await store.write(rounds.abandoned(this.id))

    assert closing == []
    assert await known(store, this.id) == this


async def test_opening_a_round_closes_the_one_before_it_in_its_own_community_only(store: SQLite) -> None:
    yesterday = await open_round(store, "club", NOW)
    elsewhere = await open_round(store, "lab", NOW)
    today = await thread(store, await claim(store, "club", NOW + DAY))

    closing = await store.write(rounds.opened(today.id, NOW + DAY))

    assert [each.id for each in closing] == [yesterday.id]
    assert (await known(store, elsewhere.id)).state is State.OPEN


async def test_a_round_that_was_overtaken_does_not_close_the_newer_one(store: SQLite) -> None:
    late = await thread(store, await claim(store, "club", NOW))
    today = await open_round(store, "club", NOW + DAY)

    closing = await store.write(rounds.opened(late.id, NOW + DAY + HOUR))

    assert closing == []
    assert (await known(store, today.id)).state is State.OPEN
    overtaken = await known(store, late.id)
    assert (overtaken.state, overtaken.number) == (State.ABANDONED, None)


async def test_who_answered_before_the_round_opened_keeps_it_when_the_one_before_is_missed(store: SQLite) -> None:
    await open_round(store, "club", NOW)
    today = await thread(store, await claim(store, "club", NOW + DAY))
    early = await store.write(answers.record_answer(today.id, Answer("1", "ada", Source.FORM, "early", NOW + DAY)))

    await store.write(rounds.opened(today.id, NOW + DAY))

    assert early.first
    assert early.streak == Streak(1, 1)
    assert await store.read(standings.member_streak("club", "ada")) == Streak(1, 1)


async def test_a_round_that_nobody_can_see_takes_back_what_it_counted(store: SQLite) -> None:
    this = await claim(store, "club", NOW)
    await store.write(answers.record_answer(this.id, Answer("1", "ada", Source.FORM, "seen and lost", NOW)))

    await store.write(rounds.abandoned(this.id))

    assert await store.read(standings.projections("club")) == ([], [], [])
    assert (await claim(store, "club", NOW + DAY)).number == 1


async def test_a_day_that_was_given_up_is_not_claimed_again(store: SQLite) -> None:
    this = await claim(store, "club", NOW)
    await store.write(rounds.abandoned(this.id))

    again = await claim(store, "club", NOW)

    assert (again.id, again.state) == (this.id, State.ABANDONED)


async def test_further_rounds_of_a_day_count_on_from_the_scheduled_one(store: SQLite) -> None:
    none_yet = await store.read(rounds.next_take("club", NOW.date()))
    await claim(store, "club", NOW)
    await claim(store, "club", NOW, take=1)

    assert none_yet == 0
    assert await store.read(rounds.next_take("club", NOW.date())) == 2
    assert await store.read(rounds.next_take("lab", NOW.date())) == 0


async def test_a_round_is_found_by_its_day_its_thread_or_as_the_newest_that_members_saw(store: SQLite) -> None:
    seen = await open_round(store, "club", NOW)
    waiting = await claim(store, "club", NOW + DAY)

    assert await store.read(rounds.round_by_key("club", NOW.date(), 0)) == seen
    assert await store.read(rounds.round_by_key("lab", NOW.date(), 0)) is None
    assert await store.read(rounds.round_of_thread(f"t{seen.id}")) == seen
    assert await store.read(rounds.round_of_thread("elsewhere")) is None
    assert await store.read(rounds.latest_round("club")) == seen
    assert await store.read(rounds.latest_round("lab")) is None
    assert await store.read(rounds.unfinished_round("club")) == waiting
    assert await store.read(rounds.unfinished_round("lab")) is None


async def test_an_unfinished_round_is_tried_again_when_it_is_time_and_not_before(store: SQLite) -> None:
    this = await claim(store, "club", NOW)

    at_once = await store.read(rounds.unfinished_rounds(NOW, 10))
    attempt = await store.write(rounds.begin_attempt(this.id, NOW + HOUR))
    meanwhile = await store.read(rounds.unfinished_rounds(NOW + HOUR / 2, 10))
    later = await store.read(rounds.unfinished_rounds(NOW + HOUR, 10))

    assert (at_once, meanwhile, later) == ([this], [], [attempt])
    assert attempt.attempts == 1


async def test_a_closed_round_waits_for_its_recap_and_then_for_nothing(store: SQLite) -> None:
    yesterday = await open_round(store, "club", NOW)
    await open_round(store, "club", NOW + DAY)

    waiting = await store.read(rounds.unfinished_rounds(NOW + DAY, 10))
    await store.write(rounds.recapped(yesterday.id, ""))

    assert [this.id for this in waiting] == [yesterday.id]
    assert await store.read(rounds.unfinished_rounds(NOW + 9 * DAY, 10)) == []


async def test_a_step_that_was_put_off_comes_when_it_was_put_off_to(store: SQLite) -> None:
    this = await claim(store, "club", NOW)

    await store.write(rounds.put_off(this.id, NOW + 2 * HOUR))

    assert await store.read(rounds.unfinished_rounds(NOW + HOUR, 10)) == []
    assert await store.read(rounds.unfinished_rounds(NOW + 2 * HOUR, 10)) == [this]


async def test_open_rounds_are_those_of_communities_that_are_still_there(store: SQLite) -> None:
    here = await open_round(store, "club", NOW)
    await open_round(store, "lab", NOW)

    await store.write(communities.leave("lab", NOW))

    assert await store.read(rounds.open_rounds()) == [here]


@pytest.mark.parametrize(
    ("scans", "kept"),
    [(["99", "100"], "100"), (["100", "99"], "100"), (["200", "1000"], "1000"), (["1000", "200"], "1000")],
)
async def test_the_watermark_of_a_thread_only_rises_as_a_number(store: SQLite, scans: list[str], kept: str) -> None:
    this = await open_round(store, "club", NOW)

    for message_id in scans:
        await store.write(rounds.scanned(this.id, message_id))

    assert (await known(store, this.id)).scanned_to == kept


async def test_what_every_tick_and_every_press_reads_is_found_by_index(store: SQLite) -> None:
    await open_round(store, "club", NOW)
    await open_round(store, "club", NOW + DAY)
    this = await claim(store, "club", NOW + 2 * DAY)

    for transaction in (
        rounds.unfinished_rounds(NOW + 9 * DAY, 200),
        rounds.round_by_key("club", this.day, this.take),
        rounds.round_by_id(this.id),
        rounds.round_of_thread("t1"),
        rounds.latest_round("club"),
        rounds.unfinished_round("club"),
        rounds.next_take("club", this.day),
        rounds.open_rounds(),
    ):
        lines = plan(store.path, transaction)
        assert lines
        assert walks_a_table(lines) == []
