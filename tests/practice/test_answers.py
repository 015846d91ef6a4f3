import pytest

from bot.domain.rounds import Round
from bot.domain.streaks import Streak
from bot.practice import answers
from bot.practice.answers import Access, Submitted
from bot.storage import answers as stored
from practice.classroom import CLUB, DAY, HOUR, Classroom


async def submit(classroom: Classroom, key: str, answer_id: str = "f1") -> Submitted | None:
    return await answers.submit(
        classroom.practice, CLUB, key, "ada", answer_id=answer_id, text="in my very own words", at=classroom.now
    )


async def access(classroom: Classroom, this: Round, member_id: str = "ada", *, anyway: bool = False) -> Access:
    look = await answers.look(classroom.practice, CLUB, this.key, member_id, anyway=anyway)
    assert look is not None
    return look.access


async def test_a_submitted_form_is_an_answer_like_any_other(classroom: Classroom) -> None:
    this = await classroom.open_round()

    submitted = await submit(classroom, this.key)

    assert submitted is not None
    assert submitted.recorded.first
    assert submitted.recorded.streak == Streak(1, 1)
    (answer,) = await classroom.store.read(stored.answers_in_round(this.id))
    assert (answer.text, answer.source.value) == ("in my very own words", "form")


async def test_a_form_that_is_submitted_twice_counts_once(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await submit(classroom, this.key)

    again = await submit(classroom, this.key)

    assert again is not None
    assert (again.recorded.new, again.recorded.streak) == (False, Streak(1, 1))


@pytest.mark.parametrize("key", ["20251231", "20260101.1", "99991231"])
async def test_a_form_of_a_round_that_never_was_is_refused(classroom: Classroom, key: str) -> None:
    await classroom.open_round()

    assert await submit(classroom, key) is None


async def test_a_form_of_another_communitys_round_is_refused(classroom: Classroom) -> None:
    this = await classroom.open_round()

    submitted = await answers.submit(
        classroom.practice, "elsewhere", this.key, "ada", answer_id="1", text="mine, at some length", at=classroom.now
    )

    assert submitted is None


async def test_a_round_that_was_given_up_takes_no_answer_and_shows_none(classroom: Classroom) -> None:
    this = await classroom.claim()
    await classroom.lose(this)

    assert await submit(classroom, this.key) is None
    assert await answers.look(classroom.practice, CLUB, this.key, "ada", anyway=True) is None
    assert await classroom.store.read(stored.revealed(this.id, "ada")) is None


async def test_the_model_answer_is_shown_to_whom_committed_and_only_to_them(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.answer(this, "ada")

    assert await access(classroom, this, "ada") is Access.COMMITTED
    assert await access(classroom, this, "bob") is Access.NOT_YET
    assert await classroom.store.read(stored.revealed(this.id, "bob")) is None


async def test_who_looks_anyway_is_noted_and_may_look_again_but_no_longer_counts(classroom: Classroom) -> None:
    this = await classroom.open_round()

    first = await access(classroom, this, anyway=True)
    seen_at = classroom.now
    classroom.now += HOUR
    second = await access(classroom, this)
    recorded = await classroom.answer(this, "ada")

    assert (first, second) == (Access.ANYWAY, Access.ANYWAY)
    assert not recorded.counts
    assert await classroom.store.read(stored.revealed(this.id, "ada")) == seen_at


async def test_an_answer_that_did_not_count_commits_to_nothing(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await access(classroom, this, anyway=True)
    classroom.now += HOUR
    await classroom.answer(this, "ada")

    assert await access(classroom, this) is Access.ANYWAY


async def test_who_takes_their_answer_back_has_to_commit_again(classroom: Classroom) -> None:
    this = await classroom.open_round()
    submitted = await submit(classroom, this.key)
    assert submitted is not None

    await answers.remove(classroom.practice, "f1")

    assert await access(classroom, this) is Access.NOT_YET


async def test_a_closed_round_is_open_to_all_and_notes_nothing(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.close()

    assert await access(classroom, this, "bob") is Access.CLOSED
    assert await classroom.store.read(stored.revealed(this.id, "bob")) is None


async def test_without_a_key_the_newest_round_is_meant(classroom: Classroom) -> None:
    none_yet = await answers.look(classroom.practice, CLUB, None, "ada")
    await classroom.open_round()
    classroom.now += DAY
    today = await classroom.open_round(question_id=2)

    look = await answers.look(classroom.practice, CLUB, None, "ada")

    assert none_yet is None
    assert look is not None
    assert (look.round.id, look.access) == (today.id, Access.NOT_YET)


async def test_the_threads_that_are_heard_are_the_open_one_and_the_one_before(classroom: Classroom) -> None:
    first = await classroom.open_round()
    before = await answers.heard_threads(classroom.practice)
    await classroom.close()
    await classroom.close()

    after = await answers.heard_threads(classroom.practice)

    assert before == [(CLUB, first.thread_id)]
    assert [community for community, _ in after] == [CLUB, CLUB]
    assert first.thread_id not in [thread for _, thread in after]
