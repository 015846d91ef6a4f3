from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.conversation import help as help_say
from bot.conversation import presses, reveal, sittings
from bot.conversation.asker import Asker
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Buttons, Form, Markdown, Say, Text
from bot.domain.questions import Bank, Level
from bot.domain.sitting import Mode
from bot.domain.standings import By, Period
from bot.frontends.discord.client import PracticeClient
from bot.practice import boards
from bot.practice.publisher import Publisher
from practice.classroom import CLUB, Classroom

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
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
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
        *("pb:choose:d:0:0", "pb:choose:d:0", "pb:choose:-:0:0", "pb:choose:d:x:0", "pb:choose:d:²:0", "pb:show:d:0"),
        *("pb:judge:d:0:3", "pb:judge:d:0:9", "pb:next", "pb:next:", "pb:next:d", "pb:next:-", "pb:finish:d"),
        *("pb:infull:d:0", "pb:infull:d:x", "pb:rate:20260101:0", "pb:rate:20260101:5", "pb:rate:20260101:x"),
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
        *("pb:write", "pb:write:d:0", "pb:write:d:0:999999", "pb:write:d:x:1", "pb:write:d:0:1:more"),
        *("pb:answer:20260101:999999", "pb:answer:20260101.99999:1", "pb:answer:20260101:1:more"),
    ],
)
def test_a_form_that_makes_no_sense_is_not_opened(classroom: Classroom, identity: str) -> None:
    assert presses.form(classroom.practice, identity) == help_say.outdated()


@pytest.mark.parametrize(
    "identity",
    ["", "pb:answer", "pb:answer:-:1", "pb:answer:nonsense:1", "pb:hint:20260101:0", "pb:write:d:0:1", "pb:write"],
)
async def test_a_submitted_form_that_makes_no_sense_is_answered_like_one_of_an_older_version(
    classroom: Classroom, identity: str
) -> None:
    said = await presses.submit(classroom.practice, ADA, identity, "mine", form_id="1", at=classroom.now)

    assert said == help_say.outdated()


async def test_a_press_that_made_no_sense_leaves_no_trace(classroom: Classroom, publisher: Publisher) -> None:
    asked = await sittings.begin_quiz(classroom.practice, ADA, Mode.CHOICE, None, None)

    for identity in ids(asked)[:4]:
        await presses.press(classroom.practice, publisher, ADA, f"{identity}:brutal")

    board = await boards.page_of(classroom.practice, CLUB, "ada", by=By.QUIZ, period=Period.ALL)
    assert board.own is None
    again = await presses.press(classroom.practice, publisher, ADA, button_id(Press.NEXT, ids(asked)[0].split(":")[2]))
    assert again == asked


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
    onward = [identity for identity in ids(short) if identity.startswith(("pb:full", "pb:sources"))]
    (full, sources) = [await presses.press(classroom.practice, publisher, ADA, identity) for identity in onward]

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
    asked = await sittings.begin_quiz(classroom.practice, ADA, Mode.CHOICE, None, None)
    pressed_later = ids(asked)[0]
    question = next(each for each in classroom.practice.bank if each.multiple_choice.question in read(asked))
    this = await classroom.open_round(question_id=question.id)

    waiting = await presses.press(classroom.practice, publisher, ADA, pressed_later)
    await classroom.answer(this, "ada")
    committed = await presses.press(classroom.practice, publisher, ADA, pressed_later)

    assert waiting == reveal.not_yet(this)
    assert question.multiple_choice.correct.why in read(committed)


async def test_a_form_opened_before_its_question_became_todays_gives_nothing_away(classroom: Classroom) -> None:
    asked = await sittings.begin_quiz(classroom.practice, ADA, Mode.OPEN, None, None)
    form_id = next(each for each in ids(asked) if each.startswith("pb:write"))
    question = next(each for each in classroom.practice.bank if each.prompt in read(asked))
    this = await classroom.open_round(question_id=question.id)

    said = await presses.submit(classroom.practice, ADA, form_id, "Gradients vanish.", form_id="1", at=classroom.now)

    assert said == reveal.not_yet(this)


@pytest.mark.parametrize("mode", Mode)
async def test_a_sitting_is_walked_through_by_its_own_buttons(
    classroom: Classroom, publisher: Publisher, mode: Mode
) -> None:
    topic = classroom.practice.bank.questions[0].topic
    said = await sittings.begin_quiz(classroom.practice, ADA, mode, topic, Level.HARD)
    hard = [question for question in classroom.practice.bank.in_topic(topic) if question.level is Level.HARD]

    for _ in range(200):
        onward = {identity.split(":")[1]: identity for identity in ids(said)}
        press = next((each for each in ("choose", "show", "judge", "next") if each in onward), None)
        if press is None or "Go on" in str(said):
            break
        said = await presses.press(classroom.practice, publisher, ADA, onward[press])

    assert f"{len(hard) if mode is Mode.OPEN else ''}" in read(said)
    assert f"of {len(hard)} known" in read(said)


async def test_a_written_answer_is_compared_and_judged(classroom: Classroom, publisher: Publisher) -> None:
    asked = await sittings.begin_quiz(classroom.practice, ADA, Mode.OPEN, None, None)
    write = next(identity for identity in ids(asked) if identity.startswith("pb:write"))
    question = next(each for each in classroom.practice.bank if f"## {each.title}\n" in read(asked))

    form = presses.form(classroom.practice, write)
    compared = await presses.submit(
        classroom.practice, ADA, write, question.short_answer, form_id="1", at=classroom.now
    )
    judged = await presses.press(classroom.practice, publisher, ADA, ids(compared)[2])

    assert isinstance(form, Form)
    assert form.title == f"Your answer · #{question.id}"
    assert "**Spotted in your answer**" in read(compared)
    assert question.short_answer in read(compared)
    assert [identity.split(":")[-1] for identity in ids(compared)[:4]] == ["1", "2", "3", "4"]
    assert "1 of 1 known" in read(judged)


async def test_a_round_that_was_answered_is_compared_and_judged(classroom: Classroom, publisher: Publisher) -> None:
    question = classroom.practice.bank.questions[0]
    this = await classroom.open_round(question_id=question.id)
    await classroom.answer(this, "ada")

    compared = await presses.press(classroom.practice, publisher, ADA, button_id(Press.REVEAL, this.key))
    judged = await presses.press(classroom.practice, publisher, ADA, button_id(Press.RATE, this.key, 1))

    assert button_id(Press.RATE, this.key, 3) in ids(compared)
    assert "**Not spotted** (check whether you covered it)" in read(compared)
    assert "brings this question back tomorrow" in read(judged)
    assert button_id(Press.RATE, this.key, 3) not in ids(judged)


async def test_a_topic_that_was_typed_and_does_not_exist_is_answered_in_words(classroom: Classroom) -> None:
    said = await sittings.begin_quiz(classroom.practice, ADA, Mode.CHOICE, "knitting", None)

    assert "is not a topic" in read(said)
    assert ids(said) == []


async def test_a_topic_without_fitting_questions_is_answered_in_words(classroom: Classroom) -> None:
    first = classroom.practice.bank.questions[0]
    other = next(topic for topic in classroom.practice.bank.topics if topic.slug != first.topic)
    practice = replace(classroom.practice, bank=Bank((first,), classroom.practice.bank.topics))

    said = await sittings.begin_quiz(practice, ADA, Mode.CHOICE, other.slug, Level.HARD)

    assert f"There are no hard questions on {other.title} in the bank yet" in read(said)


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
