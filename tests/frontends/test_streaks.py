"""A streak that explains itself, being away, and rounds that count against nobody, as Discord shows them."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.results import InteractionResult, ResponseMessage

from study import DAY, HOUR, Study, labels, shown

SAID = "what I would say in the interview"


async def open_first(study: Study, *, days: str = "every day") -> None:
    """Set the daily question up and open the round of Thursday, 1 January; it is ten o'clock."""
    await study.set_up(at="09:00", days=days)
    await study.advance(10 * HOUR)


async def next_round(study: Study) -> None:
    before = len(study.posts)
    while len(study.posts) == before:
        await study.advance(DAY)


async def practise(study: Study, member: MemberActor, rounds: str) -> None:
    """Let a member answer the open round and those after it where there is an x; one more is open afterwards."""
    for mark in rounds:
        if mark == "x":
            await member.send(study.thread, SAID)
        await next_round(study)


async def look(study: Study, member: MemberActor) -> None:
    """Let a member see the model answer of the open round before they have answered."""
    asked = message(await member.click(study.posts[-1], label="Model answer"))
    await member.click(asked, label="Show me anyway")


async def streak(study: Study, member: MemberActor, of: MemberActor | None = None) -> ResponseMessage:
    options = {"member": of} if of else {}
    return message(await member.slash(study.channel, "streak", **options))


async def explained(study: Study, member: MemberActor, of: MemberActor | None = None) -> list[str]:
    """Return the lines of an explanation that tell of rounds and days."""
    told = await streak(study, member, of)
    await member.click(told, label="Explain")
    return [line for line in shown(told).splitlines() if " · " in line and not line.startswith("-#")]


async def strip(study: Study, member: MemberActor) -> str:
    """Return the marks of a member's latest rounds, oldest first."""
    lines = shown(await streak(study, member)).splitlines()
    return lines[lines.index(next(line for line in lines if "in a row" in line)) + 1]


def message(result: InteractionResult) -> ResponseMessage:
    assert result.response is not None
    return result.response


async def test_a_streak_comes_with_a_picture_and_says_the_same_in_words(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "xx-")

    told = await streak(study, alice)

    (sent,) = told.attachments
    assert sent.filename == "streak.png"
    assert sent.description == "Calendar of rounds: 2 days answered, 1 day missed, 1 day open now."
    assert Image.open(BytesIO(await sent.read())).format == "PNG"
    assert "🟩🟩⬜🟨" in shown(told)


async def test_the_legend_explains_only_the_marks_that_are_there(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "xx")

    told = shown(await streak(study, alice))

    assert "-# 🟩 answered · 🟨 open now · newest on the right" in told
    assert not any(mark in told for mark in "🧊⬜⏸⚪")


async def test_before_the_first_round_there_is_nothing_to_show_or_to_explain(study: Study) -> None:
    told = await streak(study, study.member("alice"))

    assert "No round yet." in shown(told)
    assert told.attachments == []
    assert labels(told) == []


async def test_the_explanation_tells_the_last_fourteen_rounds_and_the_days_between_newest_first(study: Study) -> None:
    await open_first(study, days="Mon-Fri")
    alice = study.member("alice")
    await practise(study, alice, "xxxxxxx-")
    await study.admin.slash(study.channel, "daily void")
    await next_round(study)
    await alice.slash(study.channel, "away", until="today")
    await next_round(study)
    await practise(study, alice, "xx-x")
    await look(study, alice)
    await next_round(study)

    told = await explained(study, alice)

    assert told == [
        "🟨 **16** · Thu 22 Jan · open now: answer it before the next question",
        "⬜ **15** · Wed 21 Jan · the model answer was seen before an answer, no freeze held → **0**",
        "🟩 **14** · Tue 20 Jan · answered → **1**",
        "⬜ **13** · Mon 19 Jan · not answered, no freeze held → **0**",
        "▫️ Sat 17 Jan to Sun 18 Jan · no round, so nothing to miss",
        "🟩 **12** · Fri 16 Jan · answered → **9**",
        "🟩 **11** · Thu 15 Jan · answered → **8**",
        "⏸️ **10** · Wed 14 Jan · away, counts neither way → **7** stays",
        "⚪ **9** · Tue 13 Jan · void, counts against nobody → **7** stays",
        "🧊 **8** · Mon 12 Jan · not answered, a freeze is spent → **7** stays",
        "▫️ Sat 10 Jan to Sun 11 Jan · no round, so nothing to miss",
        "🟩 **7** · Fri 9 Jan · answered → **7**, which earns a freeze",
        "🟩 **6** · Thu 8 Jan · answered → **6**",
        "🟩 **5** · Wed 7 Jan · answered → **5**",
        "🟩 **4** · Tue 6 Jan · answered → **4**",
        "🟩 **3** · Mon 5 Jan · answered → **3**",
    ]


async def test_from_the_explanation_one_press_leads_back_to_the_picture(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    told = await streak(study, alice)
    before = shown(told)
    await alice.click(told, label="Explain")
    meanwhile = (labels(told), told.attachments)

    await alice.click(told, label="Back")

    assert meanwhile == (["Back"], [])
    assert shown(told) == before
    assert labels(told) == ["Explain"]
    assert [sent.filename for sent in told.attachments] == ["streak.png"]


async def test_who_looked_first_reads_so_and_nobody_else_does(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await look(study, alice)
    await alice.send(study.thread, SAID)
    await next_round(study)

    own = await explained(study, alice)
    seen = await explained(study, bob, alice)

    assert own[-1] == "⬜ **1** · Thu 1 Jan · the model answer was seen before an answer → **0**"
    assert seen[-1] == "⬜ **1** · Thu 1 Jan · not answered → **0**"


async def test_an_explanation_of_another_member_leads_back_to_theirs(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await practise(study, alice, "x")
    told = await streak(study, bob, alice)
    await bob.click(told, label="Explain")
    explanation = shown(told)

    await bob.click(told, label="Back")

    assert f"<@{alice.id}>'s streak, explained" in explanation
    assert f"<@{alice.id}>'s streak" in shown(told)
    assert "1 round in a row" in shown(told)


async def test_who_answered_after_the_close_reads_that_it_was_too_late(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    first = study.posts[0]
    await next_round(study)
    await study.advance(HOUR)
    form = await alice.click(first, label="Answer")
    await alice.submit_modal(form, {"text": SAID})

    own = await explained(study, alice)
    seen = await explained(study, bob, alice)

    assert own[-1] == "⬜ **1** · Thu 1 Jan · answered after it had closed → **0**"
    assert seen[-1] == "⬜ **1** · Thu 1 Jan · not answered → **0**"


@pytest.mark.parametrize(
    "typed",
    ["2026-01-08", "8 Jan", "Jan 8", "8th january", "January 8th", "7 days", "in 7 days", "1 week", " 7 DAYS "],
)
async def test_until_when_may_be_typed_as_people_say_it(study: Study, typed: str) -> None:
    await open_first(study)

    told = await study.member("alice").slash(study.channel, "away", until=typed)

    assert "Away until Thu 8 Jan" in shown(told)
    assert "Rounds from Thu 1 Jan on count neither way" in shown(told)
    assert "52 days of 60 left in 2026" in shown(told)


@pytest.mark.parametrize("typed", ["whenever", "31 Feb", "2026-13-01", "7", "next month", "-3 days"])
async def test_what_is_no_day_is_answered_with_examples(study: Study, typed: str) -> None:
    await open_first(study)
    alice = study.member("alice")

    told = await alice.slash(study.channel, "away", until=typed)

    assert "is not a day I understand. Write it as `2026-12-24`, `24 Dec` or `7 days`." in shown(told)
    assert "⏸" not in await strip(study, alice)


async def test_days_are_offered_while_typing_and_each_one_is_understood(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")

    offered = await alice.autocomplete(study.channel, "away", "until", "")
    narrowed = await alice.autocomplete(study.channel, "away", "until", "14 d")
    told = await alice.slash(study.channel, "away", until=narrowed[0]["value"])

    assert offered[0]["name"] == "1 day · Fri 2 Jan"
    assert 3 < len(offered) <= 25
    assert [choice["name"] for choice in narrowed] == ["14 days · Thu 15 Jan"]
    assert "Away until Thu 15 Jan" in shown(told)


async def test_the_days_that_are_offered_are_those_of_the_communitys_own_clock(study: Study) -> None:
    await study.set_up(at="09:00", zone="Asia/Tokyo")
    await study.advance(16 * HOUR)

    offered = await study.member("alice").autocomplete(study.channel, "away", "until", "1 day")

    assert offered[0]["name"] == "1 day · Sat 3 Jan"


async def test_sixty_days_a_year_are_the_most_and_one_more_is_refused_with_what_is_left(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")

    too_long = await alice.slash(study.channel, "away", until="60 days")
    nothing_changed = await strip(study, alice)
    all_of_them = await alice.slash(study.channel, "away", until="59 days")

    assert "longer than 60 days a year" in shown(too_long)
    assert "You have 60 days left in 2026" in shown(too_long)
    assert "Nothing was changed" in shown(too_long)
    assert nothing_changed == "🟨"
    assert "Away until Sun 1 Mar" in shown(all_of_them)
    assert "0 days of 60 left" in shown(all_of_them)


async def test_days_that_were_not_needed_are_given_back(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    away = message(await alice.slash(study.channel, "away", until="59 days"))
    await study.advance(10 * DAY)
    await alice.click(away, label="I am back")

    again = await alice.slash(study.channel, "away", until="50 days")
    told = await alice.slash(study.channel, "away", until="49 days")

    assert "You have 50 days left in 2026" in shown(again)
    assert "0 days of 60 left in 2026" in shown(told)


async def test_over_new_year_each_year_has_days_of_its_own(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance_to(datetime(2026, 12, 20, 10, tzinfo=UTC))
    alice = study.member("alice")

    too_long = await alice.slash(study.channel, "away", until="2 Mar")
    told = await alice.slash(study.channel, "away", until="1 Mar")
    moved = await alice.slash(study.channel, "away", until="2027-01-15")

    assert "You have 60 days left in 2027" in shown(too_long)
    assert "0 days of 60 left in 2027" in shown(told)
    assert "45 days of 60 left in 2027" in shown(moved)


async def test_a_day_that_is_over_has_nothing_to_pause(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")

    told = await alice.slash(study.channel, "away", until="2025-12-31")

    assert "nothing left to pause" in shown(told)
    assert labels(told) == []
    assert await strip(study, alice) == "🟨"


async def test_whoever_has_answered_today_has_nothing_left_to_pause_today(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await alice.send(study.thread, SAID)

    told = await alice.slash(study.channel, "away", until="today")

    assert "answered by you already" in shown(told)
    assert await strip(study, alice) == "🟩"


async def test_the_open_round_that_was_not_answered_is_paused_with_the_rest(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")

    await alice.slash(study.channel, "away", until="2 days")
    await practise(study, alice, "---")

    assert await strip(study, alice) == "🟩⏸️⏸️⏸️🟨"
    assert "1 round in a row" in shown(await streak(study, alice))


async def test_the_open_round_that_was_answered_already_keeps_counting(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    await alice.send(study.thread, SAID)

    told = await alice.slash(study.channel, "away", until="2 days")
    await practise(study, alice, "---x")

    assert "Rounds from Sat 3 Jan on count neither way" in shown(told)
    assert await strip(study, alice) == "🟩🟩⏸️⏸️🟩🟨"
    assert "3 rounds in a row" in shown(await streak(study, alice))


async def test_a_round_that_is_answered_while_away_counts_neither_way_either(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    await alice.slash(study.channel, "away", until="3 days")

    await practise(study, alice, "x-")

    assert await strip(study, alice) == "🟩⏸️⏸️⏸️"
    assert "1 round in a row" in shown(await streak(study, alice))


async def test_an_answer_given_while_away_counts_after_all_for_who_is_back_before_the_close(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    away = message(await alice.slash(study.channel, "away", until="3 days"))
    await alice.send(study.thread, SAID)
    before = shown(await streak(study, alice))

    await alice.click(away, label="I am back")

    assert "1 round in a row" in before
    assert "2 rounds in a row" in shown(await streak(study, alice))
    assert await strip(study, alice) == "🟩🟩"


async def test_one_press_brings_back_and_the_open_round_counts_again(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    away = message(await alice.slash(study.channel, "away", until="7 days"))
    await practise(study, alice, "--")
    await study.restart()

    back = await alice.click(away, label="I am back")
    meanwhile = await strip(study, alice)
    await practise(study, alice, "-")

    assert "Welcome back" in shown(back)
    assert meanwhile == "🟩⏸️⏸️🟨"
    assert await strip(study, alice) == "🟩⏸️⏸️⬜🟨"


async def test_who_is_away_is_told_so_beside_their_streak_and_can_come_back_from_there(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.slash(study.channel, "away", until="7 days")
    own, seen = await streak(study, alice), await streak(study, bob, alice)

    first = await alice.click(own, label="I am back")
    second = await alice.click(own, label="I am back")

    assert "You are away until Thu 8 Jan" in shown(own)
    assert "Is away until Thu 8 Jan" in shown(seen)
    assert (labels(own), labels(seen)) == (["Explain", "I am back"], ["Explain"])
    assert "Welcome back" in shown(first)
    assert "You are not away" in shown(second)
    assert labels(await streak(study, alice)) == ["Explain"]


async def test_asking_again_moves_the_return_and_what_was_paused_meanwhile_stays_so(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    await alice.slash(study.channel, "away", until="30 days")
    await practise(study, alice, "-")

    moved = await alice.slash(study.channel, "away", until="tomorrow")
    await practise(study, alice, "--")

    assert "Away until Sun 4 Jan" in shown(moved)
    assert "57 days of 60 left" in shown(moved)
    assert await strip(study, alice) == "🟩⏸️⏸️⏸️🟨"


async def test_when_the_last_day_away_is_over_rounds_count_without_a_word(study: Study) -> None:
    await open_first(study, days="Mon-Fri")
    alice = study.member("alice")
    await practise(study, alice, "x")
    await alice.slash(study.channel, "away", until="4 Jan")

    await practise(study, alice, "-x")

    assert await strip(study, alice) == "🟩⏸️🟩🟨"
    assert "2 rounds in a row" in shown(await streak(study, alice))
    assert labels(await streak(study, alice)) == ["Explain"]


async def test_void_spares_whoever_did_not_answer_the_newest_round(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, SAID)
    await practise(study, bob, "xx")

    told = await study.admin.slash(study.channel, "daily void")
    await practise(study, bob, "-")

    assert "Round 3 is void" in shown(told)
    assert labels(told) == ["Undo"]
    assert await strip(study, alice) == "🟩⬜⚪🟨"
    assert await strip(study, bob) == "🟩🟩⚪🟨"
    assert "2 rounds in a row" in shown(await streak(study, bob))


async def test_a_round_that_is_long_closed_is_made_void_by_its_number_and_streaks_are_whole_again(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, SAID)
    await next_round(study)
    await bob.send(study.thread, SAID)
    await next_round(study)
    await practise(study, alice, "x")
    before = shown(await streak(study, alice))

    told = await study.admin.slash(study.channel, "daily void", round=2)

    assert "1 round in a row" in before
    assert "Round 2 is void. Who answered it keeps it" in shown(told).replace("*", "")
    assert "2 rounds in a row" in shown(await streak(study, alice))
    assert await strip(study, alice) == "🟩⚪🟩🟨"
    assert await strip(study, bob) == "⬜🟩⬜🟨"


async def test_one_press_takes_it_back_and_one_more_does_it_again(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x-")
    told = message(await study.admin.slash(study.channel, "daily void", round=2))
    spared = shown(await streak(study, alice))

    await study.admin.click(told, label="Undo")
    undone = (shown(told), labels(told), await strip(study, alice))
    await study.admin.click(told, label="Make it void")

    assert "1 round in a row" in spared
    assert "Round 2 counts again." in undone[0]
    assert undone[1:] == (["Make it void"], "🟩⬜🟨")
    assert await strip(study, alice) == "🟩⚪🟨"
    assert labels(told) == ["Undo"]


async def test_the_newest_rounds_are_offered_while_an_admin_types(study: Study) -> None:
    await open_first(study)
    await next_round(study)
    title = next(question.title for question in study.app.practice.bank if question.title in shown(study.posts[0]))

    offered = await study.admin.autocomplete(study.channel, "daily void", "round", "")

    assert [choice["value"] for choice in offered] == [2, 1]
    assert offered[1]["name"] == f"1 · Thu 1 Jan · {title}"[:100]


async def test_a_round_that_there_is_not_is_answered_with_where_to_choose_one(study: Study) -> None:
    await study.set_up(at="09:00")

    nothing_yet = await study.admin.slash(study.channel, "daily void")
    await study.advance(9 * HOUR)
    unknown = await study.admin.slash(study.channel, "daily void", round=99)

    assert "No question was posted here yet." in shown(nothing_yet)
    assert "There is no round 99 that members have seen." in shown(unknown)
    assert "Choose one from the list" in shown(unknown)


async def test_members_can_make_nothing_void(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await practise(study, alice, "x")
    with pytest.raises(SetupError, match="not visible"):
        await alice.slash(study.channel, "daily void")
    daily = study.env.backend.find_command("daily", study.guild.id, type=1)
    assert daily is not None
    study.guild.set_command_permissions(int(daily["id"]), {alice: True})

    told = await alice.slash(study.channel, "daily void")

    assert "Only people with the **Manage Server** permission" in shown(told)
    assert labels(told) == []
    await practise(study, alice, "-")
    assert await strip(study, alice) == "🟩⬜🟨"


async def test_status_says_that_the_open_round_counts_against_nobody_and_only_then(study: Study) -> None:
    await open_first(study)
    voided = message(await study.admin.slash(study.channel, "daily void"))

    during = shown(await study.admin.slash(study.channel, "daily status"))
    await study.admin.click(voided, label="Undo")
    after = shown(await study.admin.slash(study.channel, "daily status"))

    assert "Round 1 is open, answered by 0. It counts against nobody." in during
    assert "Round 1 is open, answered by 0.\n" in f"{after}\n"


async def test_a_second_round_of_a_day_is_paused_for_who_answered_the_first_and_goes_away(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await alice.send(study.thread, "what I say to the first")
    await study.advance(HOUR)
    await study.admin.slash(study.channel, "daily post-now")

    await alice.slash(study.channel, "away", until="7 days")
    await study.advance(DAY)

    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_back_on_a_day_with_two_rounds_the_open_one_counts_again(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    away = await alice.slash(study.channel, "away", until="7 days")
    await study.advance(HOUR)
    await study.admin.slash(study.channel, "daily post-now")
    assert away.response is not None

    await alice.click(away.response, label="I am back")
    await alice.send(study.thread, "what I say to the second")

    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_a_round_that_closes_earlier_than_announced_counts_against_nobody(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    for member in (alice, bob):
        await member.send(study.thread, "what I say to the first")
    await study.advance(DAY)
    await bob.send(study.thread, "what I say to the second")
    await study.advance(HOUR)

    await study.admin.slash(study.channel, "daily post-now")
    told = await alice.slash(study.channel, "streak")
    assert told.response is not None
    await alice.click(told.response, label="Explain")

    assert "1 round in a row" in shown(told)
    assert "closed earlier than announced, counts against nobody" in shown(told)
    assert "2 rounds in a row" in shown(await bob.slash(study.channel, "streak"))
