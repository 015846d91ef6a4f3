from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.conversation import help as help_say
from bot.conversation import presses, reveal
from bot.conversation.asker import Asker
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Buttons, Form, Markdown, Say, Text
from bot.domain.quiz import ordered
from bot.domain.standings import By, Period
from bot.frontends.discord.client import PracticeClient
from bot.practice import boards
from bot.practice.publisher import Publisher
from practice.classroom import CLUB, DAY, Classroom

ADA, BOB = Asker(CLUB, "ada"), Asker(CLUB, "bob")

# Words that an id of ours may hold, near misses of them, and anything else.
WORDS = some.sampled_from(
    [
        *("20260101", "20260101.1", "20260101." + "9" * 30, "99999999", "0", "1", "3", "4", "23", "24", "-", "", "-1"),
        *("9" * 30, "²", "streak", "quiz", "week", "all", "easy", "hard", "nonsense", "\0", "0x1", " 1", "1_0", "٣"),
    ]
) | some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
IDS = some.builds(
    lambda press, words: ":".join(["pb", press, *words]), some.sampled_from(Press), some.lists(WORDS, max_size=7)
)


@pytest.fixture
async def publisher(classroom: Classroom) -> Publisher:
    """The real one, without a connection."""
    return PracticeClient(classroom.practice, reads_replies=True).publisher


def read(say: Say) -> str:
    """Return all that a message says in our own words."""
    parts = [part for block in say.blocks if isinstance(block, Text) for part in block.parts]
    return "\n".join(part.source for part in parts if isinstance(part, Markdown))


def ids(say: Say) -> list[str]:
    return [button.id for block in say.blocks if isinstance(block, Buttons) for button in block.buttons]


@given(IDS | some.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
async def test_no_id_whatever_makes_a_press_raise(classroom: Classroom, publisher: Publisher, identity: str) -> None:
    await classroom.open_round()

    said = await presses.press(classroom.practice, publisher, ADA, identity)
    shown = presses.form(classroom.practice, identity)
    submitted = await presses.submit(classroom.practice, ADA, identity, "mine", form_id="1", at=classroom.now)

    assert isinstance(said, Say)
    assert isinstance(submitted, Say)
    assert isinstance(shown, Say | Form)


@pytest.mark.parametrize(
    "identity",
    [
        *("", "other", "pb:gone:1", "pb:hint", "pb:hint:20260101", "pb:hint:20260101:", "pb:hint:20260101:-1"),
        *("pb:hint:20260101:x", "pb:hint:nonsense:0", "pb:reveal", "pb:reveal:-", "pb:reveal:20260101." + "9" * 30),
        *("pb:anyway:yesterday", "pb:full:", "pb:sources:20261301", "pb:answer:20260101:1", "pb:choose:d:1:0:0:-"),
        *("pb:choose:d:1:24:0:-:-", "pb:choose:d:1:0:4:-:-", "pb:choose:d:1:0:-1:-:-", "pb:choose:d:999999:0:0:-:-"),
        *("pb:choose:d:1:0:0:-:brutal", "pb:choose:-:1:0:0:-:-", "pb:next:1:no-such-topic:-", "pb:next:x:-:-"),
        *("pb:board:height:week:0", "pb:board:streak:century:0", "pb:board:streak:week:-1", "pb:board:streak:week:x"),
    ],
)
async def test_a_press_that_makes_no_sense_is_answered_like_one_of_an_older_version(
    classroom: Classroom, publisher: Publisher, identity: str
) -> None:
    await classroom.open_round()

    said = await presses.press(classroom.practice, publisher, ADA, identity)

    assert said == help_say.outdated()


@pytest.mark.parametrize(
    "identity",
    [
        *("", "pb:hint:20260101:0", "pb:answer", "pb:answer:20260101", "pb:answer:nonsense:1", "pb:answer:20260101:x"),
        *("pb:answer:20260101:999999", "pb:answer:20260101.99999:1", "pb:answer:20260101:1:more"),
    ],
)
def test_a_form_that_makes_no_sense_is_not_opened(classroom: Classroom, identity: str) -> None:
    assert presses.form(classroom.practice, identity) == help_say.outdated()


@pytest.mark.parametrize("identity", ["", "pb:answer", "pb:answer:-:1", "pb:answer:nonsense:1", "pb:hint:20260101:0"])
async def test_a_submitted_form_that_makes_no_sense_is_answered_like_one_of_an_older_version(
    classroom: Classroom, identity: str
) -> None:
    said = await presses.submit(classroom.practice, ADA, identity, "mine", form_id="1", at=classroom.now)

    assert said == help_say.outdated()


async def test_a_press_that_made_no_sense_leaves_no_trace(classroom: Classroom, publisher: Publisher) -> None:
    question = classroom.practice.bank.questions[0]
    right = ordered(question.multiple_choice, 0).index(question.multiple_choice.correct)

    await presses.press(classroom.practice, publisher, ADA, f"pb:choose:d:{question.id}:0:{right}:-:brutal")

    board = await boards.board(classroom.practice, CLUB, "ada", by=By.QUIZ, period=Period.ALL)
    assert board.own is None


@pytest.mark.parametrize("press", [Press.HINT, Press.REVEAL, Press.REVEAL_ANYWAY, Press.FULL, Press.SOURCES])
async def test_a_round_of_another_community_is_not_here(
    classroom: Classroom, publisher: Publisher, press: Press
) -> None:
    this = await classroom.open_round()
    identity = button_id(press, this.key, *([0] if press is Press.HINT else []))

    said = await presses.press(classroom.practice, publisher, replace(ADA, community_id="elsewhere"), identity)

    assert said == reveal.no_such_round()


@pytest.mark.parametrize("press", [Press.REVEAL, Press.FULL, Press.SOURCES])
async def test_every_way_to_the_model_answer_asks_for_a_commitment_first(
    classroom: Classroom, publisher: Publisher, press: Press
) -> None:
    question = classroom.practice.bank.questions[0]
    this = await classroom.open_round(question_id=question.id)

    before = await presses.press(classroom.practice, publisher, ADA, button_id(press, this.key))
    await classroom.answer(this, "ada")
    after = await presses.press(classroom.practice, publisher, ADA, button_id(press, this.key))

    assert before == reveal.not_yet(this)
    assert question.title in read(after)


async def test_looking_anyway_opens_every_way_to_the_model_answer(classroom: Classroom, publisher: Publisher) -> None:
    question = classroom.practice.bank.questions[0]
    this = await classroom.open_round(question_id=question.id)

    short = await presses.press(classroom.practice, publisher, ADA, button_id(Press.REVEAL_ANYWAY, this.key))
    (full, sources) = [await presses.press(classroom.practice, publisher, ADA, identity) for identity in ids(short)]

    assert question.short_answer in read(short)
    assert question.full_answer in read(full)
    assert question.common_mistakes[0] in read(sources)


async def test_hints_are_walked_through_and_end(classroom: Classroom, publisher: Publisher) -> None:
    question = max(classroom.practice.bank, key=lambda question: len(question.hints))
    this = await classroom.open_round(question_id=question.id)
    identity: str | None = button_id(Press.HINT, this.key, 0)
    read_hints: list[str] = []

    while identity is not None:
        said = await presses.press(classroom.practice, publisher, ADA, identity)
        read_hints.append(read(said))
        identity = next((each for each in ids(said) if each.startswith("pb:hint")), None)

    assert len(read_hints) == len(question.hints)
    assert all(hint in said for hint, said in zip(question.hints, read_hints, strict=True))


async def test_a_quiz_drawn_before_its_question_became_todays_gives_nothing_away(
    classroom: Classroom, publisher: Publisher
) -> None:
    question = classroom.practice.bank.questions[0]
    drawn = button_id(Press.QUIZ_CHOOSE, "d", question.id, 0, 0, None, None)
    this = await classroom.open_round(question_id=question.id)
    await classroom.answer(this, "bob")

    waiting = await presses.press(classroom.practice, publisher, ADA, drawn)
    committed = await presses.press(classroom.practice, publisher, BOB, drawn)

    assert waiting == reveal.not_yet(this)
    assert question.multiple_choice.correct.why in read(committed)


async def test_the_same_quiz_may_be_answered_once_the_round_is_closed(
    classroom: Classroom, publisher: Publisher
) -> None:
    question = classroom.practice.bank.questions[0]
    await classroom.open_round(question_id=question.id)
    classroom.now += DAY
    await classroom.open_round(question_id=classroom.practice.bank.questions[1].id)

    said = await presses.press(
        classroom.practice, publisher, ADA, button_id(Press.QUIZ_CHOOSE, "d", question.id, 0, 0, None, None)
    )

    assert question.multiple_choice.correct.why in read(said)


async def test_a_topic_that_was_typed_and_does_not_exist_is_answered_in_words(classroom: Classroom) -> None:
    said = await presses.draw_quiz(classroom.practice, ADA, "knitting", None)

    assert "is not a topic" in read(said)
    assert ids(said) == []


async def test_what_is_submitted_says_whether_it_counts(classroom: Classroom) -> None:
    this = await classroom.open_round()
    identity = button_id(Press.ANSWER, this.key, this.question_id)

    told = [
        read(
            await presses.submit(
                classroom.practice, asker, identity, "mine, at some length", form_id=form_id, at=classroom.now
            )
        )
        for asker, form_id in ((ADA, "1"), (ADA, "2"), (BOB, "3"))
    ]
    nowhere = await presses.submit(
        classroom.practice,
        replace(ADA, community_id="elsewhere"),
        identity,
        "mine, at some length",
        form_id="4",
        at=classroom.now,
    )

    assert "Your streak: **1 round**" in told[0]
    assert "already answered" in told[1]
    assert "Your streak: **1 round**" in told[2]
    assert nowhere == reveal.no_such_round()


async def test_who_may_not_manage_cannot_post_by_pressing_an_admins_button(
    classroom: Classroom, publisher: Publisher
) -> None:
    said = await presses.press(classroom.practice, publisher, ADA, button_id(Press.POST_NOW))

    assert "Manage Server" in read(said)
