"""/privacy as members meet it: the real client in a simulated Discord."""

import json
import logging
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.domain.privacy import GONE
from bot.storage.statement import Row, Statement, Transaction
from study import DAY, HOUR, Study, labels, new_study, shown

SAID = "gradients flow backwards through the graph"
HERS = "gradients flow backwards, as only alice would put it"
DELETE = "Delete my data"


async def begin(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)


async def delete(study: Study, member: MemberActor) -> tuple[str, InteractionResult]:
    """Ask for the deletion and confirm it; return what was said before, and the page as it is afterwards."""
    page = await member.slash(study.channel, "privacy delete")
    before = shown(page)
    assert page.response is not None
    await member.click(page.response, label=DELETE)
    return before, page


async def streak(study: Study, member: MemberActor) -> str:
    return shown(await member.slash(study.channel, "streak"))


async def rows(study: Study) -> list[Row]:
    """Return every row that the database holds after the name of its table, without who set a community up."""

    def transaction() -> Transaction[list[Row]]:
        found: list[Row] = []
        for (table,) in (yield Statement("SELECT name FROM sqlite_master WHERE type = 'table'")):
            rows = yield Statement(f"SELECT * FROM {table}")  # noqa: S608  # why: the name is the database's own
            found += [(table, *row) for row in rows if table != "community"]
        return found

    return await study.app.practice.store.read(transaction())


async def contents(study: Study) -> str:
    return repr(await rows(study))


async def answers(study: Study) -> list[Row]:
    return [row for row in await rows(study) if row[0] == "answer"]


async def file_of(study: Study, page: InteractionResult) -> tuple[discord.Attachment, dict[str, Any]]:
    """Return the one file that a message shows, and what is in it."""
    assert page.response is not None
    (attached,) = page.response.attachments
    content = study.env.backend.cdn.get(attached.url)
    assert content is not None
    document: dict[str, Any] = json.loads(content)
    return attached, document


async def test_a_member_takes_along_what_they_wrote_in_a_file_that_only_they_see(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, HERS)
    await bob.send(study.thread, SAID)

    page = await alice.slash(study.channel, "privacy export")

    attached, document = await file_of(study, page)
    assert page.response is not None
    assert page.response.ephemeral
    assert "1 answer · 1 card · 0 quizzes and reviews" in shown(page)
    assert attached.filename == "practice-2026-01-01.json"
    assert f'"url": "{attached.url}"' in json.dumps(page.response.components)
    assert [answer["text"] for answer in document["answers"]] == [HERS]
    assert document["member_id"] == str(alice.id)
    assert str(bob.id) not in str(document)


async def test_before_anything_is_deleted_a_page_says_what_goes_and_what_stays(study: Study) -> None:
    await begin(study)
    alice = study.member("alice")
    await alice.send(study.thread, HERS)
    before = await contents(study)

    page = await alice.slash(study.channel, "privacy delete")
    for_the_admin = await study.admin.slash(study.channel, "privacy delete")

    assert page.response is not None
    assert page.response.ephemeral
    assert labels(page) == [DELETE]
    for words in ("`/privacy export` first", "cannot be undone", "on Discord", "five weeks", "with no streak"):
        assert words in shown(page)
    assert "you set me up here" in shown(for_the_admin)
    assert "you set me up here" not in shown(page)
    assert await contents(study) == before


async def test_one_press_deletes_it_and_the_member_begins_anew(study: Study, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await begin(study)
    alice = study.member("alice")
    await alice.send(study.thread, HERS)
    before = await streak(study, alice)

    _, page = await delete(study, alice)
    kept = await contents(study)
    after = await streak(study, alice)
    await alice.send(study.thread, f"{HERS}, once more")

    assert "## Your data is deleted" in shown(page)
    assert labels(page) == []
    assert HERS not in kept
    assert str(alice.id) not in kept
    assert "1 round in a row" in before
    assert "0 rounds in a row" in after
    assert "1 round in a row" in await streak(study, alice)
    assert str(alice.id) not in caplog.text
    assert HERS not in caplog.text
    study.env.raise_errors()


async def test_a_second_press_does_no_harm(study: Study) -> None:
    await begin(study)
    alice = study.member("alice")
    await alice.send(study.thread, HERS)
    pages = [await alice.slash(study.channel, "privacy delete") for _ in range(2)]

    kept = []
    for page in pages:
        assert page.response is not None
        await alice.click(page.response, label=DELETE)
        kept.append(await rows(study))

    assert all("## Your data is deleted" in shown(page) for page in pages)
    assert kept[0] == kept[1]
    study.env.raise_errors()


async def test_what_is_read_again_after_a_restart_and_edited_later_brings_nothing_back(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    sent = await alice.send(study.thread, HERS)
    await bob.send(study.thread, SAID)
    await delete(study, alice)
    before = await answers(study)

    await study.restart()
    await alice.edit(sent, f"{HERS}, and better")
    await study.advance(HOUR)
    await study.advance(DAY)

    assert await answers(study) == before
    assert str(alice.id) not in await contents(study)
    assert HERS not in await contents(study)
    assert "2 members answered" in shown(study.posts[-1])
    study.env.raise_errors()


async def test_discord_is_never_asked_for_the_name_that_stands_in_for_a_member(study: Study) -> None:
    await begin(study)
    role = study.guild.create_role("Regulars")
    study.env.backend.edit_role(study.guild.id, study.guild.roles["Managers"].id, {"position": 20})
    study.env.backend.edit_role(study.guild.id, study.guild.roles[study.env.backend.bot_user.name].id, {"position": 30})
    alice, bob = study.member("alice"), study.member("bob")
    await study.admin.slash(study.channel, "daily roles", days=2, role=role)
    await study.admin.slash(study.channel, "daily digest", post=True)
    for _ in range(6):
        await alice.send(study.thread, HERS)
        await bob.send(study.thread, SAID)
        await study.advance(DAY)
    await alice.send(study.thread, HERS)
    await alice.slash(study.channel, "remind", when="08:00")
    members = study.env.backend.get_guild(study.guild.id).members
    had = role.id in members[alice.id].role_ids

    await delete(study, alice)
    board = shown(await bob.slash(study.channel, "leaderboard", period="all"))
    for _ in range(8):
        await study.advance(DAY)
    asked = [(each.path, each.params, each.json) for each in study.env.http_requests]

    assert had
    assert role.id not in members[alice.id].role_ids
    assert f"'{GONE}" in await contents(study)
    assert GONE not in repr(asked)
    assert str(bob.id) in board
    assert str(alice.id) not in board
    assert any("answered" in shown(message) and "times" in shown(message) for message in study.channel.history())
    study.env.raise_errors()


async def test_a_role_that_the_bot_may_not_take_back_is_left_to_an_admin_in_words(study: Study) -> None:
    await begin(study)
    role = study.guild.create_role("Regulars")
    ours = study.guild.roles[study.env.backend.bot_user.name]
    study.env.backend.edit_role(study.guild.id, ours.id, {"position": 30})
    study.env.backend.edit_role(study.guild.id, study.guild.roles["Managers"].id, {"position": 20})
    alice = study.member("alice")
    await study.admin.slash(study.channel, "daily roles", days=1, role=role)
    await alice.send(study.thread, HERS)
    await study.advance(HOUR)
    study.env.backend.edit_role(study.guild.id, role.id, {"position": 40})

    _, page = await delete(study, alice)
    await study.advance(HOUR)

    assert f"could not take back from you <@&{role.id}>" in shown(page)
    assert str(alice.id) not in await contents(study)
    study.env.raise_errors()


async def test_another_server_knows_as_much_as_before(study: Study) -> None:
    await begin(study)
    elsewhere = new_study(study.env, study.process, "Elsewhere")
    await elsewhere.set_up(at="09:00")
    user = study.env.create_user("alice")
    here, there = study.guild.add_member(user), elsewhere.guild.add_member(user)
    await study.advance(DAY)
    await here.send(study.thread, HERS)
    await there.send(elsewhere.thread, HERS)

    await delete(study, here)
    _, kept = await file_of(study, await there.slash(elsewhere.channel, "privacy export"))
    _, left = await file_of(study, await here.slash(study.channel, "privacy export"))

    assert "1 round in a row" in await streak(elsewhere, there)
    assert [answer["text"] for answer in kept["answers"]] == [HERS]
    assert left["answers"] == []
