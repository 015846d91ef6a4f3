"""Whatever members and admins write or are called: it is kept as written or refused in words, and pings nobody."""

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import discord
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.practice import reports
from bot.storage import answers, rounds
from study import DAY, HOUR, Study, new_study, shown

if TYPE_CHECKING:
    from simcord.builders import UserHandle

SAYS_ENOUGH = "gradients flow backwards through the graph "
HOSTILE = {
    "mentions of everyone": "@everyone @here <@&123456789012345678> <@1> ",
    "five hundred mentions": "".join(f"<@{123456789012345678 + n}>" for n in range(90)) + "@here" * 50,
    "text that runs backwards": "\u202e\u2066gnihton\u2069\u200f\u202d \u061c",
    "zalgo": "Z\u0351\u036b\u0343\u0322\u0317a\u0334\u0489l\u0489go" + "\u0300" * 300,
    "a family of emoji": "👩‍👩‍👧‍👦" * 32,
    "a way out of a code block": "```\n```py\n@everyone\n```````` ``` ` `` ",
    "links in disguise": "[discord.com](https://evil.example) <https://evil.example> [x](<javascript:alert(1)>) ",
    "control characters": "\0\x01\x07\x08\x1b[31m\x7f\x85\r\r\n\u2028\u2029\ufeff\ufffe",
    "spoilers, quotes and headings": "||spoiler||\n# Heading\n>>> quote\n-# small\n1. one\n- two\n",
    "orders to a database": "'; DROP TABLE answer; -- \" ? ?1 :x $x % _ \\",
    "ids of buttons": "pb:anyway:2026-01-01 pb:post {} {0} %s ${jndi:ldap://x} <t:0:R> </quiz:1>",
    "nothing but lines": "\n" * 900,
    "one endless word": "A" * 950,
}
LONGEST_ANSWER, LONGEST_MESSAGE, LONGEST_REPORT = 4000, 2000, 1000
LONGEST_NAME, LONGEST_SERVER_NAME = 32, 100
TICK = timedelta(seconds=15)
MEGABYTE, A_SENTENCE = 1_000_000, 600
MASKED = re.compile(r"(?<!\\)\]\(")
REFUSED = re.compile(r" is not (a|the) |names no weekdays")
# What Discord's servers refuse before it could reach us.
CUT_OFF_BY_DISCORD = " \n\r\t"


def long(hostile: str, length: int) -> str:
    """Repeat a hostile text, after words that make an answer of it, up to a length."""
    return (SAYS_ENOUGH + hostile * (length // len(hostile) + 1))[:length]


def payloads(study: Study) -> list[dict[str, Any]]:
    """Return every message that the bot has sent or changed, as it went over the wire."""
    found: list[dict[str, Any]] = []
    for request in study.env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        data = body.get("data") or body
        if isinstance(data, dict) and ({"content", "components", "embeds"} & set(data)) and "custom_id" not in data:
            found.append(data)
    return found


def pinging(study: Study) -> list[str]:
    """Return what went out and could ring somebody: a message that does not forbid it, or a mention of everybody."""
    wrong = [payload for payload in payloads(study) if (payload.get("allowed_mentions") or {}).get("parse") != []]
    said = [json.dumps(payload, ensure_ascii=False) for payload in payloads(study)]
    return [*map(str, wrong), *(text for text in said if "@everyone" in text or "@here" in text or "<@&" in text)]


async def stored(study: Study, member: MemberActor) -> list[str | None]:
    """Return the texts that are kept of a member's answers to the newest round, oldest first."""
    this = await study.app.practice.store.read(rounds.latest_round(str(study.guild.id)))
    assert this is not None
    found = await study.app.practice.store.read(answers.answers_in_round(this.id))
    return [answer.text for answer in found if answer.member_id == str(member.id)]


async def begin(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)


async def click(member: MemberActor, result: InteractionResult, label: str) -> InteractionResult:
    assert result.response is not None
    return await member.click(result.response, label=label)


async def test_an_answer_is_kept_as_it_was_written_and_pings_nobody_wherever_it_leads(study: Study) -> None:
    await begin(study)
    written: dict[str, list[str]] = {}
    kept: dict[str, list[str | None]] = {}
    for name, hostile in HOSTILE.items():
        alice, bob = study.member(f"replies with {name}"), study.member(f"fills in {name}")
        reply, form = long(hostile, LONGEST_MESSAGE), long(hostile, LONGEST_ANSWER)
        written[name] = [reply[::-1], form]

        sent = await alice.send(study.thread, reply)
        await alice.edit(sent, reply[::-1])
        opened = await bob.click(study.posts[-1], label="Answer")
        told = await bob.submit_modal(opened, {"text": form})
        compared = await click(bob, told, "Model answer")
        kept[name] = [*await stored(study, alice), *await stored(study, bob)]

        assert "## Counted" in shown(told), name
        assert 0 < len(shown(compared)) <= LONGEST_ANSWER, name
    await study.advance(DAY)

    study.env.raise_errors()
    assert kept == written
    assert f"{2 * len(HOSTILE)} members answered" in shown(study.posts[-1])
    assert pinging(study) == []


async def test_a_report_is_kept_as_it_was_written_and_shown_harmlessly(study: Study) -> None:
    await study.set_up()
    alice = study.member("alice")
    asked = await alice.slash(study.channel, "quiz")
    await click(alice, asked, "A")
    for name, hostile in HOSTILE.items():
        text = long(hostile, LONGEST_REPORT)
        form = await click(alice, asked, "Report a mistake")

        told = await alice.submit_modal(form, {"text": text})
        listed = await study.admin.slash(study.channel, "daily reports")
        before = shown(listed)
        (waiting,) = await reports.all_waiting(study.app.practice)
        await click(study.admin, listed, "Seen to")

        assert "Thank you" in shown(told), name
        assert waiting.text == text, name
        assert "1 report of mistakes" in before, name
        assert MASKED.search(before) is None, name
        assert "No reports" in shown(listed), name

    study.env.raise_errors()
    assert pinging(study) == []


async def test_a_name_of_a_member_or_a_server_pings_nobody_in_public_or_in_private(study: Study) -> None:
    letters: dict[str, UserHandle] = {}
    studies: list[Study] = []
    for name, hostile in HOSTILE.items():
        called = hostile.strip(CUT_OFF_BY_DISCORD) or "-"
        place = new_study(study.env, study.process, called[:LONGEST_SERVER_NAME])
        await place.set_up(at="09:00")
        letters[name] = study.env.create_user(called[:LONGEST_NAME])
        studies.append(place)
    await study.advance(9 * HOUR)
    for place, user in zip(studies, letters.values(), strict=True):
        alice = place.guild.add_member(user)
        await alice.slash(place.channel, "remind", when="08:00")

        board = await alice.slash(place.channel, "leaderboard")
        streak = await place.admin.slash(place.channel, "streak", member=alice)

        assert all(shown(each) for each in (board, streak))
    await study.advance(23 * HOUR)
    # A few at each ring.
    for _ in HOSTILE:
        await study.advance(TICK)

    study.env.raise_errors()
    for name, user in letters.items():
        (letter,) = map(shown, user.dm_channel.history())
        assert "closes <t:" in letter, name
        assert MASKED.search(letter) is None, name
    assert pinging(study) == []


async def refusals(study: Study, member: MemberActor, typed: str, days: str) -> list[str]:
    """Type something into every command that takes words, and return what is answered."""
    return [
        shown(await member.slash(study.channel, "away", until=typed)),
        shown(await member.slash(study.channel, "remind", when=typed)),
        shown(await member.slash(study.channel, "review", remind_at=typed)),
        shown(await member.slash(study.channel, "quiz", topic=typed)),
        shown(await study.set_up(at=typed)),
        shown(await study.set_up(zone=typed)),
        shown(await study.set_up(days=days)),
    ]


async def test_what_is_typed_into_a_command_is_answered_in_words_and_changes_nothing(study: Study) -> None:
    await begin(study)
    alice = study.member("alice")
    before = shown(await study.admin.slash(study.channel, "daily status"))
    for name, hostile in HOSTILE.items():
        told = await refusals(study, alice, hostile, days=f"{hostile}x")
        offered = [
            *await alice.autocomplete(study.channel, "away", "until", hostile),
            *await alice.autocomplete(study.channel, "remind", "when", hostile),
            *await alice.autocomplete(study.channel, "quiz", "topic", hostile),
            *await study.admin.autocomplete(study.channel, "setup", "timezone", hostile),
        ]

        assert [answer for answer in told if REFUSED.search(answer) is None or len(answer) > A_SENTENCE] == [], name
        assert all(str(each["value"]) != hostile for each in offered), name

    study.env.raise_errors()
    assert shown(await study.admin.slash(study.channel, "daily status")) == before
    assert pinging(study) == []


async def test_a_megabyte_typed_into_a_command_is_refused_in_one_short_sentence(study: Study) -> None:
    await begin(study)
    alice = study.member("alice")
    for filling in ("9", "@everyone ", "\0", "\u202e", "٣", "🔥", "1:", "2026-"):
        typed = filling * (MEGABYTE // len(filling))

        told = await refusals(study, alice, typed, days=typed)

        assert [answer for answer in told if REFUSED.search(answer) is None or len(answer) > A_SENTENCE] == [], filling

    study.env.raise_errors()
    assert pinging(study) == []


async def test_the_watch_would_notice_a_message_that_may_ping(study: Study) -> None:
    await begin(study)
    before = pinging(study)
    channel = study.env.bot.get_channel(study.channel.id)
    assert isinstance(channel, discord.TextChannel)

    await channel.send("hello", allowed_mentions=discord.AllowedMentions(everyone=True))

    assert before == []
    assert len(pinging(study)) == 1


async def test_half_of_a_surrogate_pair_is_stored_as_a_question_mark_and_holds_nothing_up(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice, bob = study.member("alice"), study.member("bob")
    thread = study.thread

    await alice.send(thread, "gradients flow backwards \ud800 through the graph")
    await bob.send(thread, "gradients flow backwards through the graph")
    await study.advance(DAY)

    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))
    assert "2 members answered" in shown(thread.last_message)
