"""The weekly digest: told once a week, and never of anything that did not happen; in a simulated Discord."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import discord
import pytest
from PIL import Image
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.app import App, open_app
from bot.practice import digests as weekly
from bot.practice import setup
from bot.settings import Settings
from loopback.channel import Channel
from loopback.message import Message
from loopback.permissions import Permission
from loopback.server import LoopbackDiscord
from loopback.watcher import online
from process.beforehand import open_round
from study import DAY, HOUR, Study, cache, labels, new_study, shown

TICK = timedelta(seconds=15)
SAID = "gradients flow backwards through the graph"
# The world begins on a Thursday.
SUNDAY, MONDAY = datetime(2026, 1, 4, 9, tzinfo=UTC), datetime(2026, 1, 5, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


def digests(study: Study) -> list[discord.Message]:
    """The digests in the channel, oldest first."""
    return [message for message in study.channel.history() if "This week's board" in labels(message)]


def pictures(message: discord.Message) -> list[dict[str, Any]]:
    """Return the pictures that a message shows."""
    return [
        item
        for part in _parts([component.to_dict() for component in message.components])
        for item in part.get("items", [])
    ]


def _parts(components: list[Any]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _parts(component.get("components", []))


async def begin(study: Study, **options: int | str) -> str:
    """Ask every day at nine from Thursday on, with a digest of each week."""
    await study.set_up(at="09:00")
    told = shown(await study.admin.slash(study.channel, "daily digest", post=True, **options))
    await study.advance(9 * HOUR)
    return told


async def answer_until(study: Study, until: datetime, *members: MemberActor) -> None:
    """Let members answer every round until a moment."""
    while study.env.now() < until:
        for member in members:
            await member.send(study.thread, SAID)
        await study.advance(DAY)


async def judge(study: Study, member: MemberActor, label: str) -> None:
    """Answer the open round, and say how well one knew it."""
    await member.send(study.thread, SAID)
    asked = await member.click(study.posts[-1], label="Model answer")
    assert asked.response is not None
    (button,) = (each for each in labels(asked) if each.startswith(label))
    await member.click(asked.response, label=button)


async def test_a_week_is_told_once_on_monday_at_the_time_of_the_question_and_above_it(study: Study) -> None:
    told = await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer_until(study, SUNDAY, alice, bob)
    await alice.send(study.thread, SAID)
    await study.advance_to(MONDAY - TICK)
    too_early = digests(study)

    for _ in range(4):
        await study.advance(TICK)
    await answer_until(study, MONDAY + 6 * DAY, alice)

    assert f"The next one comes <t:{MONDAY.timestamp():.0f}:F>. Weeks begin on Monday" in told
    assert too_early == []
    (digest,) = digests(study)
    assert digest.created_at == MONDAY
    assert "Mon 29 Dec to Sun 4 Jan\n## 2 members answered 7 times in 4 rounds" in shown(digest)
    following = next(message for message in study.channel.history() if message.id > digest.id)
    assert "Round 5 · Monday 5 January" in shown(following)


async def test_the_next_week_is_told_by_itself(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer_until(study, MONDAY, alice)

    await answer_until(study, MONDAY + WEEK, bob)

    assert [message.created_at for message in digests(study)] == [MONDAY, MONDAY + WEEK]
    assert "Mon 5 Jan to Sun 11 Jan\n## 1 member answered 7 times in 7 rounds" in shown(digests(study)[1])
    assert f"Longest streaks now: <@{bob.id}> **7**" in shown(digests(study)[1])


async def test_a_community_whose_weeks_begin_on_sunday_is_told_then(study: Study) -> None:
    told = await begin(study, week_starts=6)
    alice = study.member("alice")

    await answer_until(study, MONDAY, alice)

    assert "Weeks begin on Sunday" in told
    (digest,) = digests(study)
    assert digest.created_at == SUNDAY
    assert "Sun 28 Dec to Sat 3 Jan\n## 1 member answered 3 times in 3 rounds" in shown(digest)
    board = shown(await alice.slash(study.channel, "leaderboard"))
    assert f"<@{alice.id}> · **1**" in board


async def test_the_first_day_of_a_week_need_not_be_one_of_the_question(study: Study) -> None:
    await study.set_up(at="09:00", zone="Asia/Tokyo", days="Mon-Fri")
    await study.admin.slash(study.channel, "daily digest", post=True, week_starts=6)

    await answer_until(study, MONDAY)

    (digest,) = digests(study)
    assert digest.created_at == SUNDAY - 9 * HOUR
    assert "0 members answered 0 times in 1 round" in shown(digest)


async def test_the_longest_streaks_are_named_without_those_who_are_hidden(study: Study) -> None:
    await begin(study)
    names = ("alice", "bob", "carol", "dave", "erin")
    members = {name: study.member(name) for name in names}
    await answer_until(study, study.env.now() + DAY, *(members[name] for name in ("alice", "bob")))
    await answer_until(study, study.env.now() + DAY, *(members[name] for name in ("alice", "bob", "carol", "dave")))
    hidden = await members["bob"].slash(study.channel, "leaderboard")
    assert hidden.response is not None
    await members["bob"].click(hidden.response, label="How it counts")
    await members["bob"].click(hidden.response, label="Hide me from boards")

    await answer_until(study, MONDAY, *members.values())

    (digest,) = digests(study)
    named = [f"<@{members[name].id}> **{rounds}**" for name, rounds in (("alice", 4), ("carol", 3), ("dave", 3))]
    assert f"🔥 Longest streaks now: {', '.join(named)}" in shown(digest).splitlines()
    assert "5 members answered 16 times" in shown(digest)
    assert str(members["bob"].id) not in shown(digest)


async def test_a_single_round_answered_is_no_streak_to_speak_of(study: Study) -> None:
    await begin(study)
    await study.advance_to(SUNDAY)

    await answer_until(study, MONDAY, study.member("alice"))

    assert "1 member answered 1 time" in shown(digests(study)[0])
    assert "streak" not in shown(digests(study)[0])


async def test_a_streak_that_ends_with_the_weeks_last_round_is_not_named(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer_until(study, SUNDAY, alice, bob)
    await bob.send(study.thread, SAID)

    await study.advance_to(MONDAY)

    assert f"Longest streaks now: <@{bob.id}> **4**" in shown(digests(study)[0])
    assert str(alice.id) not in shown(digests(study)[0])
    assert "0 rounds in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_a_member_who_left_is_not_named(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer_until(study, SUNDAY, alice, bob)
    for member in (alice, bob):
        await member.send(study.thread, SAID)
    study.guild.remove_member(alice)

    await study.advance_to(MONDAY)

    assert f"Longest streaks now: <@{bob.id}> **4**" in shown(digests(study)[0])
    assert str(alice.id) not in shown(digests(study)[0])


async def test_the_hardest_question_is_what_members_say_of_their_own_answers(study: Study) -> None:
    await begin(study)
    alice, bob, carol = (study.member(name) for name in ("alice", "bob", "carol"))
    titles = []
    for judged in (("Again", "Good", "Easy"), ("Hard", "Again", "Good"), ("Again",), ()):
        titles.append(study.thread.name)
        for member, label in zip((alice, bob, carol), judged, strict=False):
            await judge(study, member, label)
        await study.advance(DAY)

    (digest,) = digests(study)
    number, _, title = str(titles[1]).partition(" · ")
    assert f"Hardest question: **{title}** (round {number}). 2 of 3 who judged their own answer found it hard" in shown(
        digest
    )


@pytest.mark.parametrize("said", [("Again",), ("Good", "Easy", "Good"), ()])
async def test_no_question_is_called_hard_on_one_word_alone_or_when_nobody_found_it_so(
    study: Study, said: tuple[str, ...]
) -> None:
    await begin(study)
    for number, label in enumerate(said):
        await judge(study, study.member(f"member{number}"), label)

    await answer_until(study, MONDAY, *(study.member(f"other{number}") for number in range(2)))

    assert "Hardest" not in shown(digests(study)[0])
    assert f"{len(said) + 2} members" in shown(digests(study)[0])


async def test_its_picture_is_told_in_words_too(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer_until(study, SUNDAY, alice)

    await answer_until(study, MONDAY, alice, bob)

    (digest,) = digests(study)
    (attachment,) = digest.attachments
    (picture,) = pictures(digest)
    told = "Members who answered each round: Thu 1 Jan 1; Fri 2 Jan 1; Sat 3 Jan 1; Sun 4 Jan 2."
    assert Image.open(BytesIO(await attachment.read())).format == "PNG"
    assert attachment.filename == "digest.png"
    assert picture["description"] == attachment.description == told


async def test_without_attach_files_it_is_posted_without_its_picture(study: Study) -> None:
    await begin(study)
    files = discord.Permissions(attach_files=True).value
    study.env.backend.set_overwrite(study.channel.id, Overwrite(study.guild.id, OverwriteType.ROLE, deny=files))

    await answer_until(study, MONDAY, study.member("alice"))

    (digest,) = digests(study)
    assert "1 member answered 4 times in 4 rounds" in shown(digest)
    assert (digest.attachments, pictures(digest)) == ([], [])
    assert labels(digest) == ["This week's board", "My streak"]


async def test_a_week_without_a_round_is_not_told_and_the_one_after_it_is(study: Study) -> None:
    await begin(study)
    await answer_until(study, MONDAY)
    await study.admin.slash(study.channel, "daily pause")
    await answer_until(study, MONDAY + 2 * WEEK)
    while_paused = digests(study)
    await study.admin.slash(study.channel, "daily resume")

    await answer_until(study, MONDAY + 3 * WEEK)

    assert [message.created_at for message in while_paused] == [MONDAY, MONDAY + WEEK]
    assert "in 1 round" in shown(while_paused[1])
    (last,) = digests(study)[2:]
    assert last.created_at == MONDAY + 3 * WEEK


async def test_switched_off_it_is_not_told_and_switched_on_again_it_goes_on(study: Study) -> None:
    await begin(study)
    told = shown(await study.admin.slash(study.channel, "daily digest", post=False))
    await answer_until(study, MONDAY + DAY)
    while_off = digests(study)

    await study.admin.slash(study.channel, "daily digest", post=True)
    await answer_until(study, MONDAY + WEEK)

    assert "No weekly digest" in told
    assert while_off == []
    assert [message.created_at for message in digests(study)] == [MONDAY + WEEK]


async def test_nothing_an_admin_does_on_the_day_itself_tells_a_week_twice(study: Study) -> None:
    await begin(study)
    await answer_until(study, MONDAY)
    await study.set_up(at="18:00")
    await study.admin.slash(study.channel, "daily digest", post=False)
    await study.admin.slash(study.channel, "daily digest", post=True)

    await study.advance_to(MONDAY + 9 * HOUR)
    await study.advance(DAY)

    assert [message.created_at for message in digests(study)] == [MONDAY]


async def test_a_schedule_that_moves_takes_the_digest_with_it(study: Study) -> None:
    await begin(study)

    await study.set_up(at="06:30", zone="Asia/Kolkata")
    await study.advance_to(MONDAY - 8 * HOUR - TICK)
    too_early = digests(study)
    await study.advance(TICK)

    assert too_early == []
    assert len(digests(study)) == 1
    assert f"Next weekly digest: <t:{(MONDAY - 8 * HOUR + WEEK).timestamp():.0f}:F>" in shown(
        await study.admin.slash(study.channel, "daily status")
    )


async def test_the_button_opens_this_weeks_board_for_whoever_pressed_it_even_after_a_restart(study: Study) -> None:
    await begin(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer_until(study, MONDAY, alice, bob)
    await bob.send(study.thread, SAID)
    await study.restart()

    board = await bob.click(digests(study)[0], label="This week's board")

    assert board.ephemeral
    assert "Rounds answered · this week" in shown(board)
    assert f"🥇 <@{bob.id}> · **1**" in shown(board)
    assert str(alice.id) not in shown(board)


@pytest.mark.parametrize(("late", "count"), [(11 * HOUR, 1), (13 * HOUR, 0)])
async def test_after_a_short_downtime_it_is_told_late_and_after_a_long_one_left_out(
    study: Study, late: timedelta, count: int
) -> None:
    await begin(study)
    await answer_until(study, SUNDAY)
    await study.process.stop()
    await study.env.advance_time((MONDAY + late - study.env.now()).total_seconds())
    await study.restart()

    await study.advance(TICK)
    told = digests(study)
    await study.advance_to(MONDAY + DAY)
    await answer_until(study, MONDAY + WEEK)

    assert len(told) == count
    assert [message.created_at for message in digests(study)[count:]] == [MONDAY + WEEK]


async def test_what_fails_is_tried_again_also_by_the_next_process(study: Study) -> None:
    await begin(study)
    await study.admin.slash(study.channel, "daily pause")
    await study.advance_to(MONDAY - TICK)
    study.env.inject_error("POST", f"/channels/{study.channel.id}/messages", status=500, times=5)
    await study.advance(TICK)
    failed = digests(study)
    study.env.backend.faults.clear()

    await study.restart()
    for _ in range(4):
        await study.advance(TICK)

    assert failed == []
    assert len(digests(study)) == 1


async def test_a_channel_that_refuses_it_is_tried_again_in_an_hour_and_holds_up_nobody_else(study: Study) -> None:
    await begin(study)
    other = new_study(study.env, study.process, "Other")
    await other.set_up(at="09:00")
    await other.admin.slash(other.channel, "daily digest", post=True)
    await answer_until(study, SUNDAY)
    await study.advance_to(MONDAY - TICK)
    await study.admin.slash(study.channel, "daily pause")
    study.env.inject_error("POST", f"/channels/{study.channel.id}/messages", status=403, code=50013)

    await study.advance(TICK)
    refused = len(digests(study)), len(digests(other))
    await study.advance(HOUR - TICK)
    soon = len(digests(study))
    await study.advance(TICK)

    assert refused == (0, 1)
    assert (soon, len(digests(study)), len(digests(other))) == (0, 1, 1)


async def paused_at_the_digest(study: Study, *, status: int, times: int | None) -> None:
    """Come to the digest of a week, whose channel takes no message so many times, and nothing else is due."""
    await begin(study)
    await answer_until(study, SUNDAY)
    await study.advance_to(MONDAY - TICK)
    await study.admin.slash(study.channel, "daily pause")
    study.env.inject_error("POST", f"/channels/{study.channel.id}/messages", status=status, code=50013, times=times)
    await study.advance(TICK)


async def test_what_was_refused_for_half_a_day_is_left_out(study: Study) -> None:
    await paused_at_the_digest(study, status=403, times=3)

    for _ in range(4 * 24):
        await study.advance(HOUR)

    assert digests(study) == []


async def test_what_was_refused_is_told_in_the_status(study: Study) -> None:
    await paused_at_the_digest(study, status=403, times=None)

    told = shown(await study.admin.slash(study.channel, "daily status"))

    assert "⚠️" in told
    assert "Discord refused posting in #daily-question" in told.replace("\\", "")


async def test_what_failed_before_a_long_downtime_is_left_out(study: Study) -> None:
    await paused_at_the_digest(study, status=500, times=1)
    await study.process.stop()
    await study.env.advance_time((2 * DAY).total_seconds())

    await study.restart()
    await study.advance(HOUR)

    assert digests(study) == []


async def test_an_outage_of_four_hours_costs_no_digest(study: Study) -> None:
    await paused_at_the_digest(study, status=502, times=None)
    for _ in range(4 * 6):
        await study.advance(HOUR / 6)
    study.env.backend.faults.clear()

    for _ in range(6):
        await study.advance(HOUR / 6)

    assert len(digests(study)) == 1


async def test_switched_off_while_it_waits_it_is_not_posted(study: Study) -> None:
    await paused_at_the_digest(study, status=403, times=1)

    await study.admin.slash(study.channel, "daily digest", post=False)
    await study.advance(2 * HOUR)

    assert digests(study) == []


async def test_a_bot_that_was_removed_and_invited_again_keeps_the_digest_and_the_weeks(study: Study) -> None:
    await begin(study, week_starts=6)
    alice = study.member("alice")
    await answer_until(study, SUNDAY - DAY, alice)
    await setup.leave(study.app.practice, str(study.guild.id))

    await study.set_up(at="09:00")
    await answer_until(study, SUNDAY)

    assert [message.created_at for message in digests(study)] == [SUNDAY]
    assert "Sun 28 Dec to Sat 3 Jan\n## 1 member answered 2 times" in shown(digests(study)[0])


async def test_members_do_not_see_the_command_and_are_refused_if_they_were_shown_it(study: Study) -> None:
    await study.set_up(at="09:00")
    alice = study.member("alice")

    with pytest.raises(SetupError, match="not visible"):
        await alice.slash(study.channel, "daily digest", post=True)
    daily = study.env.backend.find_command("daily", study.guild.id, type=1)
    assert daily is not None
    study.guild.set_command_permissions(int(daily["id"]), {alice: True})
    told = shown(await alice.slash(study.channel, "daily digest", post=True))
    await answer_until(study, MONDAY)

    assert "Only people with the **Manage Server** permission" in told
    assert digests(study) == []


async def test_before_setup_it_says_what_to_do(study: Study) -> None:
    told = shown(await study.admin.slash(study.channel, "daily digest", post=True))

    assert "`/setup`" in told


SEND = r"/channels/\d+/messages"


@dataclass
class Place:
    """A channel in a Discord that loses answers, and the database of the bot that posts there."""

    server: LoopbackDiscord
    channel: Channel
    database: Path

    @property
    def digests(self) -> list[Message]:
        return [message for message in self.channel.messages.values() if "This week's board" in message.text]

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[App]:
        """Run the bot, connected, until the block ends."""
        settings = Settings(database=self.database, cache=cache())
        async with open_app(settings, clock=self.server.clock, random=Random(7)) as app:
            client = app.discord()
            async with online(client, self.server.token):
                yield app


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A community at the moment when the digest of a week with one round is due, and nothing else."""
    async with LoopbackDiscord() as server:
        with server.pointed_at():
            channel = server.add_guild().add_text_channel("daily")
            settled = Place(server, channel, tmp_path / "practice.db")
            async with settled.bot() as app:
                await open_round(app.practice.store, server, channel)
                overview = await setup.overview(app.practice, str(channel.guild.id) if channel.guild else "")
                assert overview is not None
                paused = await setup.pause(app.practice, overview.community)
                await weekly.want_digest(app.practice, paused, wanted=True)
            server.clock.advance(WEEK)
            yield settled


@pytest.mark.parametrize("later", [TICK, HOUR], ids=["while Discord knows the nonce", "when it has forgotten it"])
async def test_a_digest_whose_answer_was_lost_is_posted_once(place: Place, later: timedelta) -> None:
    async with place.bot() as app:
        lost = place.server.faults.lose("POST", SEND)
        await app.tick()

        place.server.clock.advance(later)
        for _ in range(3):
            await app.tick()

    assert lost.struck == 1
    assert len(place.digests) == 1


async def test_a_digest_that_was_sent_by_a_process_that_died_before_it_noted_so_is_posted_once(place: Place) -> None:
    async with place.bot() as app:
        sent = place.server.faults.hang("POST", SEND, after=True)
        tick = asyncio.create_task(app.tick())
        await sent.hit()
        tick.cancel()
        await asyncio.wait([tick])
        sent.release()
    before = len(place.digests)

    async with place.bot() as app:
        for _ in range(3):
            place.server.clock.advance(HOUR)
            await app.tick()

    assert before == len(place.digests) == 1


async def test_where_the_channel_may_not_be_read_a_lost_digest_waits_rather_than_come_twice(place: Place) -> None:
    guild = place.channel.guild
    assert guild is not None
    async with place.bot() as app:
        place.server.faults.lose("POST", SEND)
        await app.tick()
        guild.permit(place.channel, guild.me, deny=Permission.READ_MESSAGE_HISTORY)

        for _ in range(3):
            place.server.clock.advance(HOUR)
            await app.tick()

    assert len(place.digests) == 1
