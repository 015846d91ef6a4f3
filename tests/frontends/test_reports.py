"""A member says that a question is wrong; the admins and the operator read it."""

from io import StringIO

import pytest
from rich.console import Console
from simcord.backend.errors import SetupError

from bot.conversation import presses
from bot.conversation.asker import Asker
from bot.domain.rounds import State
from bot.frontends.terminal.bank import reported
from bot.practice import reports
from bot.storage import rounds
from study import DAY, HOUR, Study, ids, labels, shown

WRONG = "Adam's default β2 is 0.999, not 0.99 (arXiv 1412.6980). @everyone **look**"


async def report(study: Study, name: str, text: str = WRONG) -> str:
    """Let a member look a quiz question up and report it; return what they are told."""
    member = study.member(name)
    asked = await member.slash(study.channel, "quiz")
    assert asked.response is not None
    await member.click(asked.response, label="A")
    form = await member.click(asked.response, label="Report a mistake")
    return shown(await member.submit_modal(form, {"text": text}))


async def test_a_report_is_put_in_front_of_the_admins_who_may_see_to_it(study: Study) -> None:
    await study.set_up()
    thanked = await report(study, "alice")

    status = await study.admin.slash(study.channel, "daily status")
    listed = await study.admin.slash(study.channel, "daily reports")
    assert listed.response is not None
    before = shown(listed)
    await study.admin.click(listed.response, label="Seen to")

    assert "Thank you" in thanked
    assert "Mistakes reported by members: 1." in shown(status)
    assert "1 report of mistakes" in before
    assert "β2 is 0.999, not 0.99" in before
    assert "@everyone" not in before
    assert "**look**" not in before
    assert "No reports" in shown(listed)


async def test_the_question_of_a_round_can_be_reported_beside_its_model_answer(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    await study.advance(DAY)
    alice = study.member("alice")
    closed = await study.app.practice.store.read(rounds.round_by_id(1))
    assert closed is not None
    assert closed.state is State.CLOSED

    answer = await alice.click(study.posts[0], label="Model answer")
    assert answer.response is not None
    form = await alice.click(answer.response, label="Report a mistake")
    await alice.submit_modal(form, {"text": WRONG})

    (waiting,) = await reports.all_waiting(study.app.practice)
    assert (waiting.question_id, waiting.text, waiting.member_id) == (closed.question_id, WRONG, str(alice.id))
    assert "Report a mistake" in labels(answer)


async def test_reports_beyond_a_screenful_follow_once_the_first_are_seen_to(study: Study) -> None:
    await study.set_up()
    for number in range(30):
        await report(study, f"member{number}", f"what is wrong here is number {number}.")
        await study.advance(HOUR)

    listed = await study.admin.slash(study.channel, "daily reports")
    assert listed.response is not None
    first = shown(listed)
    await study.admin.click(listed.response, label="Seen to")

    assert "30 reports of mistakes" in first
    assert "number 0." in first
    assert "number 29." not in first
    assert "number 0." not in shown(listed)
    assert "number 29." in shown(listed)


async def test_members_see_no_reports_and_settle_none(study: Study) -> None:
    await study.set_up()
    await report(study, "alice")
    listed = await study.admin.slash(study.channel, "daily reports")
    assert listed.response is not None
    settle = next(identity for identity in ids(listed) if identity.startswith("pb:settle"))
    community, practice = str(study.guild.id), study.app.practice
    assert study.app._discord is not None

    told = await presses.press(practice, study.app._discord.publisher, Asker(community, "bob"), settle)

    assert "Manage Server" in str(told)
    assert len(await reports.waiting(practice, community)) == 1
    with pytest.raises(SetupError, match="not visible"):
        await study.member("bob").slash(study.channel, "daily reports")


async def test_reports_made_of_signs_are_all_shown_whole_a_screenful_at_a_time(study: Study) -> None:
    await study.set_up()
    for number in range(6):
        await report(study, f"member{number}", "*" * 980 + f" number {number}")
        await study.advance(HOUR)
    listed = await study.admin.slash(study.channel, "daily reports")
    assert listed.response is not None
    seen: list[str] = []

    for _ in range(6):
        seen += [number for number in "012345" if f"number {number}" in shown(listed)]
        if "Seen to" in labels(listed):
            await study.admin.click(listed.response, label="Seen to")

    assert seen == list("012345")
    assert "No reports" in shown(listed)


async def test_the_operator_reads_the_reports_of_all_communities(study: Study) -> None:
    await report(study, "alice", "the sign is wrong \x1b[31m in step two")

    waiting = await reports.all_waiting(study.app.practice)

    console = Console(width=200, record=True, file=StringIO())
    console.print(reported(waiting, study.app.practice.bank))
    printed = console.export_text()
    slug = study.app.practice.bank.question(waiting[0].question_id).slug
    assert slug in printed
    assert "the sign is wrong  [31m in step two" in printed
    assert "\x1b" not in printed
