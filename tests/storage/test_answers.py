import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.answers import Answer, Source
from bot.domain.rounds import Round
from bot.domain.streaks import Streak
from bot.storage import answers, rounds, standings
from bot.storage.answers import Recorded
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table
from storage.steps import claim, known, open_round, set_up, thread

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
REPLY = Answer("100", "ada", Source.REPLY, "the chain rule", NOW + MINUTE)


@pytest.fixture
async def this(store: SQLite) -> Round:
    """An open round."""
    await set_up(store, "club", NOW)
    return await open_round(store, "club", NOW)


async def record(store: SQLite, this: Round, answer: Answer, *, enough: bool = True) -> Recorded:
    return await store.write(answers.record_answer(this.id, answer, enough=enough))


def edited(text: str | None, after: timedelta) -> Answer:
    """Return REPLY as it reads since an edit so long after nine o'clock."""
    return replace(REPLY, text=text, edited_at=NOW + after)


async def texts(store: SQLite, this: Round) -> list[str | None]:
    return [answer.text for answer in await store.read(answers.answers_in_round(this.id))]


async def test_an_answer_comes_back_as_it_was_recorded(store: SQLite, this: Round) -> None:
    hostile = replace(REPLY, source=Source.FORM, text="λ · 🎉 · \0 · '; DROP TABLE answer; --", edited_at=NOW + DAY)

    await record(store, this, hostile)

    assert await store.read(answers.answers_in_round(this.id)) == [hostile]


async def test_the_first_counted_answer_moves_the_streak_and_a_second_does_not(store: SQLite, this: Round) -> None:
    first = await record(store, this, REPLY)
    second = await record(store, this, replace(REPLY, id="101", source=Source.FORM))

    assert first == Recorded(new=True, counts=True, first=True, streak=Streak(1, 1), grew=True)
    assert second == Recorded(new=True, counts=True, first=False, streak=Streak(1, 1))
    assert await store.read(answers.members_who_answered(this.id)) == 1


async def test_fifty_deliveries_of_one_answer_at_once_are_one_answer(store: SQLite, this: Round) -> None:
    recorded = await asyncio.gather(*(record(store, this, REPLY) for _ in range(50)))

    assert sum(each.new for each in recorded) == 1
    assert sum(each.first for each in recorded) == 1
    assert await texts(store, this) == ["the chain rule"]


async def test_an_answer_written_after_the_close_is_kept_and_does_not_count(store: SQLite, this: Round) -> None:
    await open_round(store, "club", NOW + DAY)

    late = await record(store, this, replace(REPLY, created_at=NOW + DAY + MINUTE))

    assert late == Recorded(new=True, counts=False, first=False, streak=Streak())
    assert await texts(store, this) == ["the chain rule"]


async def test_an_answer_written_in_time_counts_however_late_it_is_heard_of(store: SQLite, this: Round) -> None:
    today = await open_round(store, "club", NOW + DAY)
    await record(store, today, replace(REPLY, id="200", created_at=NOW + DAY + MINUTE))

    found = await record(store, this, REPLY)

    assert found == Recorded(new=True, counts=True, first=True, streak=Streak(2, 2), grew=True)


async def test_only_what_was_written_before_the_first_reveal_counts(store: SQLite, this: Round) -> None:
    await store.write(answers.reveal(this.id, "ada", NOW + 5 * MINUTE))
    await store.write(answers.reveal(this.id, "ada", NOW + 50 * MINUTE))

    after = await record(store, this, replace(REPLY, id="after", created_at=NOW + 9 * MINUTE))
    before = await record(store, this, replace(REPLY, id="before", created_at=NOW + 4 * MINUTE))
    other = await record(store, this, replace(REPLY, id="other", member_id="bob", created_at=NOW + 9 * MINUTE))

    assert (after.counts, before.counts, other.counts) == (False, True, True)
    assert await store.read(answers.revealed(this.id, "ada")) == NOW + 5 * MINUTE


async def test_a_round_that_was_given_up_counts_nothing(store: SQLite, this: Round) -> None:
    lost = await claim(store, "club", NOW + DAY)
    await store.write(rounds.abandoned(lost.id))

    recorded = await record(store, lost, replace(REPLY, created_at=NOW + DAY))

    assert recorded == Recorded(new=True, counts=False, first=False, streak=Streak())


async def test_an_unknown_round_is_named(store: SQLite) -> None:
    with pytest.raises(LookupError, match="no round 7"):
        await store.write(answers.record_answer(7, REPLY))


async def test_a_newer_text_replaces_an_older_one_and_an_older_one_nothing(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)

    await record(store, this, edited("second thought", 9 * MINUTE))
    await record(store, this, edited("arrives late", 5 * MINUTE))
    await record(store, this, replace(REPLY, text="as first heard"))

    assert await texts(store, this) == ["second thought"]


async def test_of_two_edits_within_a_millisecond_the_later_one_stays(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)

    await record(store, this, edited("second thought", 9 * MINUTE))
    await record(store, this, edited("third thought", 9 * MINUTE))

    assert await texts(store, this) == ["third thought"]


async def test_a_text_that_may_no_longer_be_read_wipes_out_none_that_was(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)

    await record(store, this, edited(None, 9 * MINUTE))

    assert await texts(store, this) == ["the chain rule"]


async def test_an_answer_to_a_closed_round_is_no_longer_edited(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)
    await open_round(store, "club", NOW + DAY)

    again = await record(store, this, edited("too late", DAY), enough=False)

    assert again == Recorded(new=False, counts=True, first=False, streak=Streak(1, 1))
    assert await texts(store, this) == ["the chain rule"]


async def test_what_says_too_little_is_not_stored_and_moves_nothing(store: SQLite, this: Round) -> None:
    recorded = await record(store, this, REPLY, enough=False)

    assert recorded == Recorded(new=False, counts=False, first=False, streak=Streak())
    assert await texts(store, this) == []


async def test_talk_that_is_edited_into_an_answer_counts_from_the_edit_on(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY, enough=False)
    await record(store, this, replace(REPLY, id="101", member_id="bob"), enough=False)
    await store.write(answers.reveal(this.id, "bob", NOW + 5 * MINUTE))

    ada = await record(store, this, edited("an answer by now", 9 * MINUTE))
    bob = await record(store, this, replace(edited("what I have read", 9 * MINUTE), id="101", member_id="bob"))

    assert ada == Recorded(new=True, counts=True, first=True, streak=Streak(1, 1), grew=True)
    assert bob == Recorded(new=True, counts=False, first=False, streak=Streak())


async def test_an_answer_that_is_edited_down_to_talk_counts_no_more_until_it_says_enough_again(
    store: SQLite, this: Round
) -> None:
    await record(store, this, REPLY)

    less = await record(store, this, edited("hm", 5 * MINUTE), enough=False)
    more = await record(store, this, edited("the chain rule after all", 9 * MINUTE))

    assert (less.counts, less.streak) == (False, Streak())
    assert (more.counts, more.streak) == (True, Streak(1, 1))


async def test_a_counted_answer_may_be_polished_after_a_look_at_the_model_answer(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)
    await store.write(answers.reveal(this.id, "ada", NOW + 5 * MINUTE))

    again = await record(store, this, edited("the chain rule, applied backwards", 9 * MINUTE))

    assert (again.counts, again.streak) == (True, Streak(1, 1))


async def test_removing_the_only_answer_takes_back_what_it_counted(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)

    was_known = await store.write(answers.remove_answer("100", NOW + 2 * MINUTE))

    assert was_known
    assert await store.read(answers.answers_in_round(this.id)) == []
    assert not await store.read(answers.has_answered(this.id, "ada"))
    assert await store.read(standings.projections("club")) == ([], [], [])


async def test_removing_one_of_two_answers_leaves_the_streak(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)
    await record(store, this, replace(REPLY, id="101"))

    await store.write(answers.remove_answer("100", NOW + 2 * MINUTE))

    assert await store.read(standings.member_streak("club", "ada")) == Streak(1, 1)


async def test_what_was_removed_stays_removed_when_it_is_delivered_again(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)
    await store.write(answers.remove_answer("100", NOW + 2 * MINUTE))

    again = await record(store, this, replace(REPLY, text="back again", edited_at=NOW + 3 * MINUTE))
    twice = await store.write(answers.remove_answer("100", NOW + 4 * MINUTE))

    assert not again.new
    assert not twice
    assert await texts(store, this) == []


async def test_removing_an_answer_to_a_closed_round_drops_its_text_and_nothing_else(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)
    await open_round(store, "club", NOW + DAY)

    await store.write(answers.remove_answer("100", NOW + DAY))

    assert await texts(store, this) == [None]
    assert await store.read(standings.member_streak("club", "ada")) == Streak(1, 1)


async def test_an_answer_written_before_the_round_opened_can_be_edited_and_removed_like_any_other(
    store: SQLite, this: Round
) -> None:
    today = await thread(store, await claim(store, "club", NOW + DAY))
    await record(store, today, replace(REPLY, created_at=NOW + DAY))
    await record(store, today, edited("better", DAY + MINUTE))
    reads = await texts(store, today)

    await store.write(answers.remove_answer("100", NOW + DAY + 2 * MINUTE))
    await store.write(rounds.opened(today.id, NOW + DAY + 3 * MINUTE))

    assert reads == ["better"]
    assert (await known(store, today.id)).number == 2
    assert await store.read(standings.projections("club")) == ([], [], [])


async def test_an_answer_that_nobody_knows_is_not_removed(store: SQLite) -> None:
    assert not await store.write(answers.remove_answer("never seen", NOW))


async def test_what_every_reply_and_press_reads_is_found_by_index(store: SQLite, this: Round) -> None:
    await record(store, this, REPLY)

    for transaction in (
        answers.has_answered(this.id, "ada"),
        answers.revealed(this.id, "ada"),
        answers.members_who_answered(this.id),
    ):
        lines = plan(store.path, transaction)
        assert lines
        assert [line for line in walks_a_table(lines) if "DISTINCT" not in line] == []
