"""Weekly digests: claimed once, tried until posted, and what a week came to."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.answers import Answer, Source
from bot.domain.communities import Community
from bot.domain.digests import Day, Digest, Hardest
from bot.domain.review import Rating
from bot.domain.rounds import Round
from bot.storage import answers, cards, communities, digests, hidden
from bot.storage.digests import Pending
from bot.storage.hidden import Reason
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table
from storage.steps import NINE_DAILY, claim, open_round, set_up

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
WEEK = MONDAY.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TITLES = {number: f"Title {number}" for number in range(1, 6)}


async def wanting(store: SQLite, community_id: str, at: datetime | None) -> Community:
    """Store a community whose next digest is due at a moment."""
    community = Community(community_id, "1", NINE_DAILY, digest_at=at)
    await store.write(communities.save_community(community, MONDAY))
    return community


async def claimed(store: SQLite, community_id: str = "club", week: date = WEEK, now: datetime = MONDAY) -> None:
    await store.write(digests.claim_digest(await wanting(store, community_id, None), week, now))


async def pending(store: SQLite, now: datetime = MONDAY, limit: int = 10) -> list[Pending]:
    return await store.read(digests.pending_digests(now, limit))


async def told(store: SQLite, week: date = WEEK) -> Digest:
    this = Pending("club", week, "1", MONDAY, 1)
    return await store.read(digests.digest(this, TITLES))


async def answered(store: SQLite, this: Round, members: str, rating: Rating | None = None) -> None:
    """Let members answer a round, and say how well they knew it if there is a rating."""
    for member_id in members:
        answer = Answer(f"{member_id}{this.id}", member_id, Source.REPLY, "mine", this.due_at + HOUR)
        await store.write(answers.record_answer(this.id, answer))
        if rating is not None:
            await judged(store, this, member_id, rating)


async def judged(store: SQLite, this: Round, member_id: str, rating: Rating) -> None:
    await store.write(
        cards.record_review(
            review_id=cards.round_review(this.id, member_id),
            community_id=this.community_id,
            member_id=member_id,
            question_id=this.question_id,
            rating=rating,
            day=this.day,
            now=this.due_at + HOUR,
        )
    )


async def test_communities_whose_digest_is_due_are_read_longest_waiting_first(store: SQLite) -> None:
    await wanting(store, "late", MONDAY)
    await wanting(store, "early", MONDAY - DAY)
    await wanting(store, "not yet", MONDAY + HOUR)
    await wanting(store, "never", None)
    await wanting(store, "gone", MONDAY)
    await store.write(communities.leave("gone", MONDAY))

    assert await store.read(digests.due_digests(MONDAY, 10)) == ["early", "late"]
    assert await store.read(digests.due_digests(MONDAY, 1)) == ["early"]


async def test_a_week_is_claimed_once_however_often_it_is_tried(store: SQLite) -> None:
    await claimed(store)
    await claimed(store, now=MONDAY + HOUR)
    await claimed(store, week=WEEK + timedelta(days=7), now=MONDAY + HOUR)

    assert [(each.week, each.claimed_at) for each in await pending(store, MONDAY + DAY)] == [
        (WEEK, MONDAY),
        (WEEK + timedelta(days=7), MONDAY + HOUR),
    ]


async def test_what_is_tried_or_put_off_waits_and_what_was_posted_is_done(store: SQLite) -> None:
    await claimed(store, "club")
    await claimed(store, "lab")
    club, lab = await pending(store)

    tried = await store.write(digests.begin_attempt(club, MONDAY + 2 * HOUR))
    await store.write(digests.put_off(lab, MONDAY + HOUR))
    at_once, in_an_hour, in_two = [await pending(store, MONDAY + hours * HOUR) for hours in range(3)]
    await store.write(digests.posted(tried, "m1"))
    await store.write(digests.posted(lab, ""))

    assert tried == replace(club, attempts=1)
    assert (at_once, in_an_hour, in_two) == ([], [lab], [lab, tried])
    assert await pending(store, MONDAY + DAY) == []


async def test_a_week_counts_its_own_local_days_and_the_rounds_that_members_saw(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    before = await open_round(store, "club", MONDAY - DAY)
    first = await open_round(store, "club", MONDAY, question_id=2)
    await answered(store, before, "xyz")
    await answered(store, first, "ab")
    unanswered = await open_round(store, "club", MONDAY + 3 * DAY, question_id=3)
    last = await open_round(store, "club", MONDAY + 6 * DAY, question_id=4)
    await answered(store, last, "ac")
    after = await open_round(store, "club", MONDAY + 7 * DAY, question_id=5)
    await answered(store, after, "xyz")
    await claim(store, "club", MONDAY + 5 * DAY)

    digest = await told(store)

    assert digest.days == tuple(
        Day(this.number or 0, this.day, this.question_id, count)
        for this, count in ((first, 2), (unanswered, 0), (last, 2))
    )
    assert (digest.members, digest.answers) == (3, 4)
    assert [len((await told(store, WEEK + timedelta(days=shift))).days) for shift in (-7, 7, 14)] == [1, 1, 0]


async def test_an_answer_that_was_taken_back_or_came_after_a_look_is_none(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    this = await open_round(store, "club", MONDAY)
    await answered(store, this, "ab")
    await store.write(answers.remove_answer(f"a{this.id}", MONDAY + 2 * HOUR))
    await store.write(answers.reveal(this.id, "c", MONDAY))
    await answered(store, this, "c")

    digest = await told(store)

    assert (digest.members, digest.answers, digest.days[0].answered) == (1, 1, 1)


async def test_several_answers_of_one_member_to_one_round_are_one(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    this = await open_round(store, "club", MONDAY)
    await answered(store, this, "ab", Rating.AGAIN)
    again = Answer("again", "a", Source.REPLY, "and more", this.due_at + HOUR)
    await store.write(answers.record_answer(this.id, again))

    digest = await told(store)

    assert (digest.members, digest.answers) == (2, 2)
    assert digest.hardest == Hardest(1, "Title 1", 1, again=2, judged=2)


async def test_the_three_longest_streaks_of_two_rounds_or_more_are_told_without_hidden_members(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    for offset, members in enumerate(("h", "hab", "habcd", "habcde")):
        await answered(store, await open_round(store, "club", MONDAY + offset * DAY), members)
    await store.write(hidden.hide("club", "h", Reason.CHOICE))

    digest = await told(store)

    assert digest.streaks == (("a", 3), ("b", 3), ("c", 2))
    assert digest.members == 6


async def test_digests_that_wait_can_be_given_up(store: SQLite) -> None:
    await claimed(store, "club")
    await claimed(store, "lab")

    await store.write(digests.cancel("club"))

    assert [each.community_id for each in await pending(store)] == ["lab"]


@pytest.mark.parametrize("rating", Rating)
async def test_again_and_hard_are_hard_and_an_assumed_good_is_no_judgement(store: SQLite, rating: Rating) -> None:
    await set_up(store, "club", MONDAY)
    this = await open_round(store, "club", MONDAY, question_id=3)
    await answered(store, this, "a", Rating.GOOD)
    await answered(store, this, "b", rating)
    await answered(store, this, "cd")

    digest = await told(store)

    is_hard = rating in {Rating.AGAIN, Rating.HARD}
    assert digest.hardest == (Hardest(3, "Title 3", 1, again=1, judged=2) if is_hard else None)


async def test_only_this_weeks_and_this_communitys_judgements_count(store: SQLite) -> None:
    await set_up(store, "lab", MONDAY)
    await answered(store, await open_round(store, "lab", MONDAY), "ab", Rating.AGAIN)
    await set_up(store, "club", MONDAY)
    await answered(store, await open_round(store, "club", MONDAY - DAY), "ab", Rating.AGAIN)
    await answered(store, await open_round(store, "club", MONDAY, question_id=2), "a", Rating.AGAIN)

    assert (await told(store)).hardest is None


async def test_who_looked_and_never_answered_has_no_say_in_what_is_hard(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    this = await open_round(store, "club", MONDAY)
    await answered(store, this, "a", Rating.AGAIN)

    await judged(store, this, "looker", Rating.AGAIN)

    assert (await told(store)).hardest is None


async def test_a_question_that_is_no_longer_in_the_bank_is_named_by_its_number(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    await answered(store, await open_round(store, "club", MONDAY, question_id=77), "ab", Rating.AGAIN)

    assert (await told(store)).hardest == Hardest(77, "Question 77", 1, again=2, judged=2)


async def test_what_a_tick_asks_for_is_found_by_index_in_order(store: SQLite) -> None:
    await claimed(store)

    lines = plan(store.path, digests.due_digests(MONDAY, 5)) + plan(store.path, digests.pending_digests(MONDAY, 5))

    assert len(lines) == 2
    assert walks_a_table(lines) == []
    assert all(line.startswith("SEARCH") for line in lines)


async def test_what_a_week_came_to_is_read_by_index(store: SQLite) -> None:
    await set_up(store, "club", MONDAY)
    await answered(store, await open_round(store, "club", MONDAY), "ab", Rating.AGAIN)

    lines = plan(store.path, digests.digest(Pending("club", WEEK, "1", MONDAY, 1), TITLES))

    # A week's few rows may be sorted, but never looked for.
    assert len(lines) >= 8
    assert [line for line in lines if line.startswith("SCAN")] == []
    assert any("INDEX standing_current (community_id=? AND current>?)" in line for line in lines)
