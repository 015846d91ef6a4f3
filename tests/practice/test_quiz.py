import pytest

from bot.domain.questions import Level
from bot.domain.quiz import ordered
from bot.domain.standings import By, Period
from bot.practice import boards, quiz
from bot.practice.quiz import Draw
from practice.classroom import CLUB, HOUR, Classroom


async def drawn_ids(classroom: Classroom, times: int, topic: str) -> set[int]:
    draws = [await quiz.draw(classroom.practice, CLUB, "ada", topic=topic) for _ in range(times)]
    return {each.question.id for each in draws if each is not None}


async def test_a_draw_names_itself_and_one_of_the_24_orders(classroom: Classroom) -> None:
    draws = [await quiz.draw(classroom.practice, CLUB, "ada") for _ in range(50)]

    assert len({each.id for each in draws if each}) == 50
    assert all(each is not None and 0 <= each.order < 24 for each in draws)


async def test_a_draw_keeps_to_topic_and_level(classroom: Classroom) -> None:
    wanted = classroom.practice.bank.questions[0]

    draws = [
        await quiz.draw(classroom.practice, CLUB, "ada", topic=wanted.topic, level=wanted.level) for _ in range(20)
    ]

    assert {(each.question.topic, each.question.level) for each in draws if each} == {(wanted.topic, wanted.level)}
    assert await quiz.draw(classroom.practice, CLUB, "ada", topic="no such topic", level=Level.HARD) is None


async def test_the_question_of_the_open_round_is_never_drawn(classroom: Classroom) -> None:
    todays = classroom.practice.bank.questions[0]
    await classroom.open_round(question_id=todays.id)

    drawn = await drawn_ids(classroom, 200, todays.topic)

    others = {question.id for question in classroom.practice.bank.in_topic(todays.topic)} - {todays.id}
    assert drawn == others


async def test_the_question_of_a_round_that_is_about_to_open_is_never_drawn(classroom: Classroom) -> None:
    coming = classroom.practice.bank.questions[0]
    await classroom.claim(question_id=coming.id)

    drawn = await drawn_ids(classroom, 200, coming.topic)

    assert coming.id not in drawn


async def test_what_was_asked_lately_is_asked_again_only_when_nothing_else_fits(classroom: Classroom) -> None:
    bank = classroom.practice.bank
    topic = max(bank.topics, key=lambda topic: (len(bank.in_topic(topic.slug)) <= 20, len(bank.in_topic(topic.slug))))
    asked: list[int] = []
    for _ in bank.in_topic(topic.slug):
        drawn = await quiz.draw(classroom.practice, CLUB, "ada", topic=topic.slug)
        assert drawn is not None
        await quiz.choose(classroom.practice, CLUB, "ada", drawn, 0)
        asked.append(drawn.question.id)
        classroom.now += HOUR

    again = await quiz.draw(classroom.practice, CLUB, "ada", topic=topic.slug)

    assert sorted(asked) == sorted(question.id for question in bank.in_topic(topic.slug))
    assert again is not None


async def test_next_is_never_the_question_that_was_just_asked(classroom: Classroom) -> None:
    first = classroom.practice.bank.questions[0]

    draws = [
        await quiz.draw(classroom.practice, CLUB, "ada", topic=first.topic, just_asked=first.id) for _ in range(100)
    ]

    assert first.id not in {each.question.id for each in draws if each is not None}


async def test_the_right_place_is_right_in_every_order(classroom: Classroom) -> None:
    question = classroom.practice.bank.questions[0]

    told = [
        await quiz.choose(classroom.practice, CLUB, "ada", Draw(f"{order}", question, order), place)
        == (ordered(question.multiple_choice, order)[place] is question.multiple_choice.correct)
        for order in range(24)
        for place in range(4)
    ]

    assert all(told)


async def test_a_draw_counts_once_whatever_is_pressed_afterwards(classroom: Classroom) -> None:
    question = classroom.practice.bank.questions[0]
    drawn = Draw("d", question, 0)
    right = ordered(question.multiple_choice, 0).index(question.multiple_choice.correct)

    for place in (right, right, (right + 1) % 4):
        await quiz.choose(classroom.practice, CLUB, "ada", drawn, place)
    await quiz.choose(classroom.practice, CLUB, "bob", drawn, right)

    board = await boards.board(classroom.practice, CLUB, "ada", by=By.QUIZ, period=Period.ALL)
    assert [(each.member_id, each.value) for each in board.standings] == [("ada", 1), ("bob", 1)]


@pytest.mark.parametrize("place", [-1, 4])
async def test_a_place_that_is_not_shown_cannot_be_chosen(classroom: Classroom, place: int) -> None:
    drawn = Draw("d", classroom.practice.bank.questions[0], 0)

    with pytest.raises(LookupError):
        await quiz.choose(classroom.practice, CLUB, "ada", drawn, place)


async def test_todays_question_is_withheld_from_a_quiz_until_its_member_has_committed(classroom: Classroom) -> None:
    question = classroom.practice.bank.questions[0]
    this = await classroom.open_round(question_id=question.id)
    other = classroom.practice.bank.questions[1]

    before = await quiz.withheld(classroom.practice, CLUB, "ada", question)
    await classroom.answer(this, "ada")

    assert before is not None
    assert before.id == this.id
    assert await quiz.withheld(classroom.practice, CLUB, "ada", question) is None
    assert await quiz.withheld(classroom.practice, CLUB, "bob", other) is None
    assert await quiz.withheld(classroom.practice, "elsewhere", "bob", question) is None
