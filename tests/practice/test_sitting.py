from datetime import date

import pytest

from bot.domain.questions import Level, Question
from bot.domain.quiz import ordered
from bot.domain.review import Rating, after, interval
from bot.domain.sitting import Mode
from bot.domain.standings import By, Period
from bot.practice import answers, boards, sitting
from bot.practice.progress import progress
from bot.practice.sitting import Summary, Turn
from bot.practice.withheld import WithheldError
from bot.storage import cards
from bot.storage.statement import Statement, Transaction
from practice.classroom import CLUB, DAY, HOUR, Classroom

ADA = (CLUB, "ada")


async def begin(
    classroom: Classroom,
    mode: Mode = Mode.CHOICE,
    *,
    topic: str | None = None,
    level: Level | None = None,
    member_id: str = "ada",
) -> Turn:
    turn = await sitting.begin(classroom.practice, CLUB, member_id, mode=mode, topic=topic, level=level)
    assert turn is not None
    return turn


async def choose(classroom: Classroom, turn: Turn, *, right: bool) -> sitting.Verdict:
    choices = ordered(turn.question.multiple_choice, turn.asked.order)
    place = choices.index(turn.question.multiple_choice.correct)
    verdict = await sitting.choose(
        classroom.practice, *ADA, turn.sitting.id, turn.asked.place, chosen=place if right else (place + 1) % 4
    )
    assert verdict is not None
    return verdict


async def go_on(classroom: Classroom, turn: Turn) -> Turn | Summary | None:
    return await sitting.go_on(classroom.practice, *ADA, turn.sitting.id)


async def through(classroom: Classroom, first: Turn, *, right: bool = True) -> list[Question]:
    """Answer a sitting to its end and return what it asked."""
    asked: list[Question] = []
    turn: Turn | Summary | None = first
    while isinstance(turn, Turn):
        asked.append(turn.question)
        await choose(classroom, turn, right=right)
        turn = await go_on(classroom, turn)
    return asked


async def quiz_points(classroom: Classroom) -> int:
    board = await boards.page_of(classroom.practice, *ADA, by=By.QUIZ, period=Period.ALL)
    return board.own.value if board.own else 0


async def test_a_sitting_asks_everything_that_fits_once_and_ends(classroom: Classroom) -> None:
    wanted = classroom.practice.bank.questions[0]
    first = await begin(classroom, topic=wanted.topic, level=wanted.level)

    asked = await through(classroom, first)

    fitting = [each for each in classroom.practice.bank.in_topic(wanted.topic) if each.level is wanted.level]
    assert sorted(each.id for each in asked) == sorted(each.id for each in fitting)


async def test_nothing_that_fits_is_no_sitting(classroom: Classroom) -> None:
    begun = await sitting.begin(classroom.practice, *ADA, mode=Mode.CHOICE, topic="no such topic")

    assert begun is None


async def test_what_is_due_comes_before_what_is_new(classroom: Classroom) -> None:
    topic = classroom.practice.bank.questions[0].topic
    first = await begin(classroom, topic=topic)
    missed = first.question
    await choose(classroom, first, right=False)
    classroom.now += DAY

    again = await begin(classroom, topic=topic)
    await choose(classroom, again, right=True)
    new = await go_on(classroom, again)

    assert again.question == missed
    assert isinstance(new, Turn)
    assert new.question != missed


async def test_when_all_is_met_and_nothing_due_the_least_remembered_comes(classroom: Classroom) -> None:
    wanted = classroom.practice.bank.questions[0]
    known = await through(classroom, await begin(classroom, topic=wanted.topic, level=wanted.level), right=True)

    again = await begin(classroom, topic=wanted.topic, level=wanted.level)

    assert again.question in known


async def test_a_wrong_choice_returns_tomorrow_and_a_right_one_later(classroom: Classroom) -> None:
    turn = await begin(classroom)
    wrong = await choose(classroom, turn, right=False)
    second = await go_on(classroom, turn)
    assert isinstance(second, Turn)

    right = await choose(classroom, second, right=True)

    today = classroom.now.date()
    assert wrong.days == interval(after(None, Rating.AGAIN, today)) == 1
    assert right.days == interval(after(None, Rating.GOOD, today)) > 1
    assert (right.turn.tally.known, right.turn.tally.answered) == (1, 2)


async def test_the_first_choice_stands_whatever_is_pressed_afterwards(classroom: Classroom) -> None:
    turn = await begin(classroom)
    first = await choose(classroom, turn, right=True)

    again = await choose(classroom, turn, right=False)

    assert again.turn.asked.chosen == first.turn.asked.chosen
    assert again.turn.tally == first.turn.tally
    assert await quiz_points(classroom) == 1


async def test_an_answer_in_ones_own_words_is_looked_at_and_judged_by_its_writer(classroom: Classroom) -> None:
    turn = await begin(classroom, Mode.OPEN)
    question = turn.question
    written = await sitting.write(classroom.practice, *ADA, turn.sitting.id, 0, text=question.full_answer)
    assert written is not None
    feedback = written[1]

    following = await sitting.judge(classroom.practice, *ADA, turn.sitting.id, 0, rating=Rating.EASY)

    assert feedback.coverage is not None
    assert feedback.coverage.not_spotted == ()
    card = await classroom.store.read(cards.card_of(*ADA, question.id))
    assert card == after(None, Rating.EASY, classroom.now.date())
    assert feedback.days[Rating.EASY] == interval(card)
    assert isinstance(following, Turn)
    assert following.question != question
    assert await quiz_points(classroom) == 0


async def test_who_judges_themselves_again_is_taken_at_their_latest_word(classroom: Classroom) -> None:
    turn = await begin(classroom, Mode.OPEN)
    for rating in (Rating.EASY, Rating.AGAIN):
        await sitting.judge(classroom.practice, *ADA, turn.sitting.id, 0, rating=rating)

    card = await classroom.store.read(cards.card_of(*ADA, turn.question.id))

    assert card == after(None, Rating.AGAIN, classroom.now.date())


async def test_an_answer_only_thought_is_shown_the_model_answer_and_no_coverage(classroom: Classroom) -> None:
    turn = await begin(classroom, Mode.OPEN)
    before = await sitting.seen(classroom.practice, *ADA, turn.sitting.id, 0)

    shown = await sitting.write(classroom.practice, *ADA, turn.sitting.id, 0, text=None)

    assert before is None
    assert shown is not None
    assert shown[1].coverage is None
    assert await sitting.seen(classroom.practice, *ADA, turn.sitting.id, 0) == turn.question


async def test_a_summary_tells_what_returns_when_soonest_first(classroom: Classroom) -> None:
    turn = await begin(classroom)
    right, first = turn.question, await choose(classroom, turn, right=True)
    second = await go_on(classroom, turn)
    assert isinstance(second, Turn)
    await choose(classroom, second, right=False)

    summary = await sitting.finish(classroom.practice, *ADA, turn.sitting.id)

    assert summary is not None
    today = classroom.now.date()
    assert [(met, rating, (due - today).days) for met, rating, due in summary.met] == [
        (second.question, Rating.AGAIN, 1),
        (right, Rating.GOOD, first.days),
    ]


async def test_a_sitting_is_its_members_alone(classroom: Classroom) -> None:
    turn = await begin(classroom)
    practice, identity = classroom.practice, turn.sitting.id

    assert await sitting.choose(practice, CLUB, "bob", identity, 0, chosen=0) is None
    assert await sitting.write(practice, CLUB, "bob", identity, 0, text="x") is None
    assert await sitting.judge(practice, CLUB, "bob", identity, 0, rating=Rating.GOOD) is None
    assert await sitting.go_on(practice, CLUB, "bob", identity) is None
    assert await sitting.finish(practice, "elsewhere", "ada", identity) is None
    assert await sitting.seen(practice, CLUB, "bob", identity, 0) is None


@pytest.mark.parametrize(("place", "chosen"), [(0, -1), (0, 4), (1, 0), (-1, 0)])
async def test_what_was_not_shown_cannot_be_chosen(classroom: Classroom, place: int, chosen: int) -> None:
    turn = await begin(classroom)

    assert await sitting.choose(classroom.practice, *ADA, turn.sitting.id, place, chosen=chosen) is None


async def test_the_question_of_an_open_or_coming_round_is_drawn_for_nobody_who_has_not_committed(
    classroom: Classroom,
) -> None:
    todays, coming = classroom.practice.bank.in_topic(classroom.practice.bank.questions[0].topic)[:2]
    this = await classroom.open_round(question_id=todays.id)
    classroom.now += DAY
    await classroom.claim(question_id=coming.id)
    await classroom.answer(this, "ada")

    asked = await through(classroom, await begin(classroom, topic=todays.topic))
    bobs = [(await begin(classroom, topic=todays.topic, member_id="bob")).question.id for _ in range(60)]

    assert coming.id not in {each.id for each in asked}
    assert todays.id in {each.id for each in asked}
    assert not {todays.id, coming.id} & set(bobs)


async def test_a_question_that_became_todays_is_withheld_and_left_out(classroom: Classroom) -> None:
    turn = await begin(classroom)
    await classroom.open_round(question_id=turn.question.id)

    with pytest.raises(WithheldError):
        await choose(classroom, turn, right=True)
    with pytest.raises(WithheldError):
        await sitting.write(classroom.practice, *ADA, turn.sitting.id, 0, text="something")
    following = await go_on(classroom, turn)

    assert isinstance(following, Turn)
    assert following.question != turn.question


async def test_a_question_that_waits_for_an_answer_is_put_again(classroom: Classroom) -> None:
    turn = await begin(classroom)

    again = await go_on(classroom, turn)

    assert again == turn


async def test_what_is_due_is_counted_and_else_the_next_day_is_told(classroom: Classroom) -> None:
    nothing = await sitting.waiting(classroom.practice, *ADA)
    turn = await begin(classroom)
    await choose(classroom, turn, right=False)
    tomorrow = await sitting.waiting(classroom.practice, *ADA)
    classroom.now += DAY

    due = await sitting.waiting(classroom.practice, *ADA)

    assert (nothing.due, nothing.next_due, nothing.met) == ((), None, 0)
    assert (tomorrow.due, tomorrow.next_due) == ((), date(2026, 1, 2))
    assert due.due == (turn.question,)


async def test_a_review_asks_only_what_is_due(classroom: Classroom) -> None:
    turn = await begin(classroom)
    await choose(classroom, turn, right=False)
    early = await sitting.begin(classroom.practice, *ADA, mode=Mode.OPEN, only_due=True)
    classroom.now += DAY
    review = await sitting.begin(classroom.practice, *ADA, mode=Mode.OPEN, only_due=True)
    assert review is not None

    end = await sitting.judge(classroom.practice, *ADA, review.sitting.id, 0, rating=Rating.GOOD)

    assert early is None
    assert review.question == turn.question
    assert isinstance(end, Summary)


async def test_an_answered_round_makes_a_card_that_its_member_may_judge(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.answer(this, "ada")
    today = classroom.now.date()
    assumed = await classroom.store.read(cards.card_of(*ADA, this.question_id))

    before = await answers.compared(classroom.practice, this, "ada")
    await answers.rate(classroom.practice, CLUB, this.key, "ada", Rating.AGAIN)
    after_it = await answers.compared(classroom.practice, this, "ada")

    assert assumed == after(None, Rating.GOOD, today)
    assert (before.returns, after_it.returns) == (None, 1)
    assert await classroom.store.read(cards.card_of(*ADA, this.question_id)) == after(None, Rating.AGAIN, today)


async def test_a_second_answer_does_not_undo_a_members_own_judgement(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.answer(this, "ada")
    await answers.rate(classroom.practice, CLUB, this.key, "ada", Rating.EASY)
    classroom.now += HOUR

    await classroom.answer(this, "ada")

    card = await classroom.store.read(cards.card_of(*ADA, this.question_id))
    assert card == after(None, Rating.EASY, classroom.now.date())


async def test_who_may_not_see_the_model_answer_has_nothing_to_judge(classroom: Classroom) -> None:
    this = await classroom.open_round()

    await answers.rate(classroom.practice, CLUB, this.key, "ada", Rating.EASY)

    assert await classroom.store.read(cards.card_of(*ADA, this.question_id)) is None


async def test_a_round_that_is_judged_late_counts_as_met_on_that_day(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.answer(this, "ada")
    classroom.now += 10 * DAY
    promised = (await answers.compared(classroom.practice, this, "ada")).feedback.days[Rating.EASY]

    await answers.rate(classroom.practice, CLUB, this.key, "ada", Rating.EASY)

    today = classroom.now.date()
    card = await classroom.store.read(cards.card_of(*ADA, this.question_id))
    assert card == after(None, Rating.EASY, today)
    assert (await answers.compared(classroom.practice, this, "ada")).returns == promised


async def test_what_a_round_promises_is_what_comes_after_a_quiz_in_between(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.answer(this, "ada")
    classroom.now += 9 * DAY
    await classroom.open_round(question_id=2)
    turn = await begin(classroom, Mode.OPEN, topic=classroom.practice.bank.question(this.question_id).topic)
    assert turn.question.id == this.question_id
    await sitting.judge(classroom.practice, *ADA, turn.sitting.id, 0, rating=Rating.GOOD)
    classroom.now += HOUR
    promised = (await answers.compared(classroom.practice, this, "ada")).feedback.days[Rating.EASY]

    await answers.rate(classroom.practice, CLUB, this.key, "ada", Rating.EASY)

    assert (await answers.compared(classroom.practice, this, "ada")).returns == promised


async def test_what_a_member_judged_outlives_the_answer(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await answers.submit(
        classroom.practice, *(CLUB, this.key, "ada"), answer_id="1", text="at some length, I say", at=classroom.now
    )
    await answers.rate(classroom.practice, CLUB, this.key, "ada", Rating.AGAIN)

    await answers.remove(classroom.practice, "1")

    card = await classroom.store.read(cards.card_of(*ADA, this.question_id))
    assert card == after(None, Rating.AGAIN, classroom.now.date())


async def test_a_full_answer_is_withheld_once_its_question_is_todays(classroom: Classroom) -> None:
    turn = await begin(classroom, Mode.OPEN)
    await sitting.write(classroom.practice, *ADA, turn.sitting.id, 0, text=None)
    await classroom.open_round(question_id=turn.question.id)

    with pytest.raises(WithheldError):
        await sitting.seen(classroom.practice, *ADA, turn.sitting.id, 0)


async def test_who_looked_anyway_may_practise_todays_question(classroom: Classroom) -> None:
    turn = await begin(classroom)
    this = await classroom.open_round(question_id=turn.question.id)
    await answers.look(classroom.practice, CLUB, this.key, "ada", anyway=True)

    verdict = await choose(classroom, turn, right=True)

    assert verdict.turn.asked.rating is Rating.GOOD


async def test_a_summary_offers_to_go_on_only_while_there_is_something(classroom: Classroom) -> None:
    wanted = classroom.practice.bank.questions[0]
    turn = await begin(classroom, topic=wanted.topic, level=wanted.level)
    early = await sitting.finish(classroom.practice, *ADA, turn.sitting.id)
    await through(classroom, turn)

    end = await sitting.finish(classroom.practice, *ADA, turn.sitting.id)

    assert early is not None
    assert end is not None
    assert (early.more, end.more) == (True, False)


async def test_what_is_due_but_withheld_is_neither_counted_nor_offered(classroom: Classroom) -> None:
    turn = await begin(classroom)
    await choose(classroom, turn, right=False)
    classroom.now += DAY
    await classroom.open_round(question_id=turn.question.id)

    waiting = await sitting.waiting(classroom.practice, *ADA)
    found = await progress(classroom.practice, *ADA)

    assert (waiting.due, waiting.met, found.due) == ((), 1, 0)


async def test_answers_from_before_cards_were_kept_become_cards_when_rebuilt(classroom: Classroom) -> None:
    this = await classroom.open_round()
    await classroom.answer(this, "ada")
    kept = await classroom.store.read(cards.all_cards(CLUB))
    await classroom.store.write(forget_reviews())

    await boards.rebuild(classroom.practice)

    assert await classroom.store.read(cards.all_cards(CLUB)) == kept != []


def forget_reviews() -> Transaction[None]:
    yield Statement("DELETE FROM review")
    yield Statement("DELETE FROM card")


async def test_an_answer_that_is_taken_back_takes_its_card_with_it(classroom: Classroom) -> None:
    this = await classroom.open_round()
    submitted = await answers.submit(
        classroom.practice, *(CLUB, this.key, "ada"), answer_id="1", text="at some length, I say", at=classroom.now
    )
    assert submitted is not None

    await answers.remove(classroom.practice, "1")

    assert await classroom.store.read(cards.card_of(*ADA, this.question_id)) is None
