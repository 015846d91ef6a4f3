"""What counts as an answer in the thread, and how the bot shows that it does."""

import pytest
from simcord.enums import MessageType

from bot.practice import streaks
from bot.storage import answers
from study import DAY, HOUR, Study, labels, marks, shown

SAID = "gradients flow backwards through the graph"


async def in_a_row(study: Study, member_id: int) -> int:
    report = await streaks.streak_report(study.app.practice, str(study.guild.id), str(member_id))
    return report.streak.current


async def texts(study: Study) -> list[str | None]:
    """Return the texts that are kept of the first round."""
    store = study.app.practice.store
    return [answer.text for answer in await store.read(answers.answers_in_round(1))]


@pytest.mark.parametrize(
    "said", ["good morning", "+1", "👍 👍 👍", "https://arxiv.org/abs/1706.03762 <@123456789012345678>"]
)
async def test_what_says_too_little_is_talk_and_no_answer(study: Study, said: str) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    await alice.send(study.thread, said)

    assert marks(study.thread, said) == []
    assert await in_a_row(study, alice.id) == 0
    assert await texts(study) == []


# Where replies may not be read, any reply is taken for an answer: there only its kind tells what it is.
@pytest.mark.parametrize("reads", [True, False])
async def test_what_a_webhook_or_another_bot_writes_is_nobodys_answer(study: Study, *, reads: bool) -> None:
    await study.env.restart_bot(study.app.discord(reads_replies=reads))
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    webhook = study.guild.create_webhook(study.thread)
    robot = study.guild.add_member(study.env.create_user("robot", bot=True))

    await webhook.send(SAID)
    await robot.send(study.thread, SAID)

    assert marks(study.thread, SAID) == []
    assert await texts(study) == []


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("kind", ["CHANNEL_NAME_CHANGE", "PINS_ADD", "RECIPIENT_ADD", "NEW_MEMBER"])
async def test_what_discord_itself_writes_in_somebodys_name_is_no_answer_of_theirs(
    study: Study, kind: str, *, reads: bool
) -> None:
    await study.env.restart_bot(study.app.discord(reads_replies=reads))
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    study.guild.create_system_message(
        study.thread, MessageType[kind], author=alice, recipient=study.admin, referenced_message=study.posts[0]
    )
    await study.env.settle()

    assert await in_a_row(study, alice.id) == 0
    assert await texts(study) == []


async def test_only_the_first_answer_that_counts_is_marked(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    await alice.send(study.thread, SAID)

    await alice.send(study.thread, "and on second thoughts the loss is scaled")

    assert marks(study.thread, SAID) == ["✅"]
    assert marks(study.thread, "and on second thoughts the loss is scaled") == []


async def test_talk_that_is_edited_into_an_answer_counts(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    message = await alice.send(study.thread, "wait")

    await alice.edit(message, SAID)

    assert marks(study.thread, SAID) == ["✅"]
    assert await in_a_row(study, alice.id) == 1
    assert await texts(study) == [SAID]


async def test_an_answer_that_is_edited_down_to_talk_counts_no_longer_until_it_says_enough_again(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    message = await alice.send(study.thread, SAID)

    await alice.edit(message, "oops")
    meanwhile = await in_a_row(study, alice.id)
    await study.advance(HOUR)
    await alice.edit(message, SAID)

    assert meanwhile == 0
    assert await in_a_row(study, alice.id) == 1


async def test_talk_that_becomes_an_answer_after_looking_does_not_count(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    message = await alice.send(study.thread, "wait")
    asked = await alice.click(study.posts[0], label="Model answer")
    assert asked.response is not None
    await alice.click(asked.response, label="Show me anyway")
    await study.advance(HOUR)

    await alice.edit(message, SAID)

    assert await in_a_row(study, alice.id) == 0


async def test_what_is_deleted_in_the_thread_of_a_closed_round_is_kept_no_longer(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    message = await alice.send(study.thread, SAID)
    await study.advance(DAY)

    await alice.delete(message)

    assert await texts(study) == [None]
    assert await in_a_row(study, alice.id) == 1


async def test_a_form_that_says_too_little_is_not_counted_and_can_be_written_again(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    form = await alice.click(study.posts[0], label="Answer")

    result = await alice.submit_modal(form, {"text": "................"})

    assert "says too little" in shown(result)
    assert labels(result) == ["Write my answer"]
    assert await in_a_row(study, alice.id) == 0
    assert await texts(study) == []


async def test_the_seventh_round_in_a_row_is_told_to_the_thread_even_if_it_was_answered_in_our_absence(
    study: Study,
) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice, bob = study.member("alice"), study.member("bob")
    for _ in range(6):
        await alice.send(study.thread, SAID)
        await bob.send(study.thread, SAID)
        await study.advance(DAY)
    await alice.send(study.thread, SAID)
    assert study.app._discord is not None
    await study.app._discord.finish()
    await bob.send(study.thread, SAID)

    await study.restart()

    told = [shown(message) for message in study.thread.history() if "in a row" in shown(message)]
    assert told == [f"\n🎉 <@{who.id}> has answered **7 rounds in a row**." for who in (alice, bob)]
