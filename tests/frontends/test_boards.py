"""Boards as Discord shows them: whose place is where, page by page, and who is not shown."""

import re
from datetime import UTC, datetime

import pytest
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.results import InteractionResult, ResponseMessage

from study import DAY, HOUR, Study, labels, shown

SAID = "what I would say in the interview"
STANDING = re.compile(r"^(🥇|🥈|🥉|\*\*\d+\.\*\*) <@(\d+)> · \*\*(\d+)\*\*$", re.MULTILINE)
MEDALS = {"🥇": 1, "🥈": 2, "🥉": 3}
SUNDAY = 6


async def open_first(study: Study, *, zone: str = "UTC") -> None:
    """Set the daily question up and open the round of Thursday, 1 January; it is ten o'clock."""
    await study.set_up(at="09:00", zone=zone)
    await study.advance_to(datetime(2026, 1, 1, 10, tzinfo=UTC))


async def everyone_answers(study: Study, count: int) -> list[MemberActor]:
    members = [study.member(f"member{number}") for number in range(count)]
    for member in members:
        await member.send(study.thread, SAID)
    return members


async def board(study: Study, member: MemberActor, **options: str) -> ResponseMessage:
    return message(await member.slash(study.channel, "leaderboard", **options))


def message(result: InteractionResult) -> ResponseMessage:
    assert result.response is not None
    return result.response


def rows(page: ResponseMessage) -> list[tuple[int, int, int]]:
    """Return rank, member and value of each row of a board."""
    found = STANDING.findall(shown(page))
    return [(MEDALS.get(rank) or int(rank.strip("*.")), int(member), int(value)) for rank, member, value in found]


def named(page: ResponseMessage) -> list[int]:
    return [member for _, member, _ in rows(page)]


async def test_the_board_is_that_of_this_weeks_rounds_so_a_newcomer_can_be_first(study: Study) -> None:
    await open_first(study)
    veteran, newcomer = study.member("veteran"), study.member("newcomer")
    for _ in range(4):
        await veteran.send(study.thread, SAID)
        await study.advance(DAY)
    await newcomer.send(study.thread, SAID)
    await study.advance(DAY)
    await newcomer.send(study.thread, SAID)
    await veteran.send(study.thread, SAID)

    now = await board(study, newcomer)
    ever = await board(study, newcomer, period="all")

    assert "Rounds answered · this week" in shown(now)
    assert rows(now) == [(1, newcomer.id, 2), (2, veteran.id, 1)]
    assert "Your place: **1** of 2, with 2." in shown(now)
    assert rows(ever) == [(1, veteran.id, 5), (2, newcomer.id, 2)]


async def test_who_has_the_same_count_shares_a_rank_and_the_next_one_is_left_out(study: Study) -> None:
    await open_first(study)
    alice, bob, carol, dave = (study.member(name) for name in ("alice", "bob", "carol", "dave"))
    for there in ([alice, bob, carol, dave], [alice, bob, carol], [alice]):
        for member in there:
            await member.send(study.thread, SAID)
        await study.advance(DAY)

    page = await board(study, dave, period="month")

    assert rows(page) == [(1, alice.id, 3), (2, bob.id, 2), (2, carol.id, 2), (4, dave.id, 1)]
    assert "Your place: **4** of 4, with 1." in shown(page)


async def test_who_has_no_answer_yet_is_told_that_they_are_not_on_the_board(study: Study) -> None:
    await open_first(study)
    await everyone_answers(study, 1)

    page = await board(study, study.member("late"))

    assert "You are not on this board yet." in shown(page)
    assert "My place" not in labels(page)


async def test_pages_are_turned_to_the_last_and_back_and_nobody_is_left_out_or_shown_twice(study: Study) -> None:
    await open_first(study)
    members = await everyone_answers(study, 23)
    page = await board(study, members[0])
    forth = [rows(page)]
    for _ in range(2):
        await members[0].click(page, label="▶")
        forth.append(rows(page))
    with pytest.raises(SetupError, match="disabled"):
        await members[0].click(page, label="▶")

    back = [rows(page)]
    for _ in range(2):
        await members[0].click(page, label="◀")
        back.append(rows(page))

    assert [len(each) for each in forth] == [10, 10, 3]
    assert {member for each in forth for _, member, _ in each} == {member.id for member in members}
    assert {rank for each in forth for rank, _, _ in each} == {1}
    assert back == forth[::-1]
    with pytest.raises(SetupError, match="disabled"):
        await members[0].click(page, label="◀")


async def test_whoever_is_further_down_jumps_to_their_own_place_and_walks_on_from_there(study: Study) -> None:
    await open_first(study)
    members = await everyone_answers(study, 23)
    last = max(members, key=lambda member: str(member.id))
    page = await board(study, last)
    first = named(page)

    await last.click(page, label="My place")
    jumped, ways = named(page), labels(page)
    await last.click(page, label="◀")

    assert last.id not in first
    assert last.id in jumped
    assert "My place" not in ways
    assert "My place" in labels(page)
    assert len(named(page)) == 10
    assert not set(named(page)) & set(jumped)


async def test_another_period_is_one_press_away_in_the_same_message(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await alice.send(study.thread, SAID)
    page = await board(study, alice)

    for label, title in (("This month", "this month"), ("All time", "all time"), ("This week", "this week")):
        await alice.click(page, label=label)

        assert f"Rounds answered · {title}" in shown(page)
        assert named(page) == [alice.id]


@pytest.mark.parametrize(
    ("by", "formula"),
    [
        ("answers", "one for each round with an answer of yours that counts"),
        ("streak", "rounds answered in a row"),
        ("quiz", "one for each multiple-choice question"),
    ],
)
async def test_how_a_board_counts_is_explained_and_one_press_leads_back(study: Study, by: str, formula: str) -> None:
    await open_first(study)
    alice = study.member("alice")
    await alice.send(study.thread, SAID)
    page = await board(study, alice, by=by)
    before = shown(page)

    await alice.click(page, label="How it counts")
    explanation, ways = shown(page), labels(page)
    await alice.click(page, label="Back")

    assert "How it counts" in explanation
    assert formula in explanation
    assert "1, 2, 2, 4" in explanation
    assert ways == ["Back", "Hide me from boards"]
    assert shown(page) == before


async def test_whoever_hides_is_seen_by_nobody_and_keeps_their_own_place(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, SAID)
    await study.advance(DAY)
    await alice.send(study.thread, SAID)
    await bob.send(study.thread, SAID)
    page = await board(study, alice)
    await alice.click(page, label="How it counts")

    await alice.click(page, label="Hide me from boards")
    told, ways = shown(page), labels(page)
    await alice.click(page, label="Back")
    seen = await board(study, bob)

    assert "You are hidden: nobody but you sees your place." in told
    assert ways == ["Back", "Show me on boards"]
    assert named(page) == [bob.id]
    assert "You are hidden. With 2 your place would be **1**." in shown(page)
    assert "My place" not in labels(page)
    assert rows(seen) == [(1, bob.id, 1)]
    assert "Your place: **1** of 1, with 1." in shown(seen)


async def test_who_is_hidden_stays_so_whatever_they_do_until_they_say_otherwise(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    page = await board(study, alice)
    await alice.click(page, label="How it counts")
    await alice.click(page, label="Hide me from boards")
    await alice.send(study.thread, SAID)
    await study.restart()
    hidden = await board(study, bob)

    await alice.click(page, label="Show me on boards")
    await alice.click(page, label="Back")

    assert named(hidden) == []
    assert rows(page) == [(1, alice.id, 1)]
    assert named(await board(study, bob)) == [alice.id]
    assert named(await board(study, bob, by="streak")) == [alice.id]


async def test_who_has_left_is_not_shown_and_others_move_up(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, SAID)
    await study.advance(DAY)
    await alice.send(study.thread, SAID)
    await bob.send(study.thread, SAID)
    study.guild.remove_member(alice)

    pages = [await board(study, bob, by=by) for by in ("answers", "streak")]

    assert [rows(page) for page in pages] == [[(1, bob.id, 1)], [(1, bob.id, 1)]]
    assert all("Your place: **1** of 1, with 1." in shown(page) for page in pages)


async def test_a_page_is_filled_up_when_many_on_it_have_left(study: Study) -> None:
    await open_first(study)
    members = await everyone_answers(study, 25)
    in_order = sorted(members, key=lambda member: str(member.id))
    for member in in_order[:12]:
        study.guild.remove_member(member)

    page = await board(study, in_order[-1])

    assert named(page) == [member.id for member in in_order[12:22]]
    assert "of 13" in shown(page)


async def test_when_everyone_on_the_next_page_has_left_the_first_one_is_shown(study: Study) -> None:
    await open_first(study)
    members = sorted(await everyone_answers(study, 12), key=lambda member: str(member.id))
    page = await board(study, members[0])
    first = named(page)
    for member in members[10:]:
        study.guild.remove_member(member)

    await members[0].click(page, label="▶")

    assert first == named(page) == [member.id for member in members[:10]]
    assert "▶" not in labels(page)


async def test_who_returns_is_shown_again_once_they_answer(study: Study) -> None:
    await open_first(study)
    user = study.env.create_user("alice")
    alice, bob = study.guild.add_member(user), study.member("bob")
    await alice.send(study.thread, SAID)
    study.guild.remove_member(alice)
    gone = await board(study, bob)
    await study.advance(DAY)
    again = study.guild.add_member(user)
    not_yet = await board(study, bob)

    await again.send(study.thread, SAID)

    assert named(gone) == named(not_yet) == []
    assert rows(await board(study, bob)) == [(1, alice.id, 2)]


async def test_who_returns_is_shown_again_once_they_run_a_command(study: Study) -> None:
    await open_first(study)
    user = study.env.create_user("alice")
    alice, bob = study.guild.add_member(user), study.member("bob")
    await alice.send(study.thread, SAID)
    study.guild.remove_member(alice)
    gone = await board(study, bob)

    await study.guild.add_member(user).slash(study.channel, "streak")

    assert named(gone) == []
    assert rows(await board(study, bob)) == [(1, alice.id, 1)]


async def test_who_left_while_hidden_by_choice_is_still_hidden_when_they_return(study: Study) -> None:
    await open_first(study)
    role = study.guild.create_role("Regulars")
    user = study.env.create_user("alice")
    alice, bob = study.guild.add_member(user), study.member("bob")
    page = await board(study, alice)
    await alice.click(page, label="How it counts")
    await alice.click(page, label="Hide me from boards")
    await alice.send(study.thread, SAID)
    given = await study.admin.slash(study.channel, "daily roles", days=1, role=role)
    study.guild.remove_member(alice)
    await study.advance(HOUR)

    await study.guild.add_member(user).slash(study.channel, "streak")

    assert "goes to everyone with 1 round in a row" in shown(given)
    assert named(await board(study, bob)) == []


async def test_nobody_is_taken_for_gone_while_discord_does_not_say_so(study: Study) -> None:
    await open_first(study)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, SAID)
    await bob.send(study.thread, SAID)
    study.guild.remove_member(bob)
    study.env.inject_error("GET", "/guilds/*/members/*", status=500)

    unsure = await board(study, alice)
    sure = await board(study, alice)

    assert sorted(named(unsure)) == sorted([alice.id, bob.id])
    assert named(sure) == [alice.id]


async def test_weeks_and_months_end_at_midnight_where_the_community_is(study: Study) -> None:
    await study.set_up(at="09:00", zone="Asia/Tokyo")
    alice = study.member("alice")
    await study.advance_to(datetime(2026, 1, 31, 1, tzinfo=UTC))
    await alice.send(study.thread, SAID)

    counted = []
    for at in ((1, 31, 14, 59), (1, 31, 15, 0), (2, 1, 14, 59), (2, 1, 15, 0)):
        await study.advance_to(datetime(2026, *at, tzinfo=UTC))
        pages = [await board(study, alice, period=period) for period in ("week", "month", "all")]
        counted.append([sum(value for *_, value in rows(page)) for page in pages])

    assert counted == [[1, 1, 1], [1, 0, 1], [1, 0, 1], [0, 0, 1]]


async def test_an_admin_lets_weeks_begin_on_sunday_and_boards_count_anew_at_once(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await study.advance(2 * DAY)
    await alice.send(study.thread, SAID)
    await study.advance(DAY)
    await alice.send(study.thread, SAID)
    before = rows(await board(study, alice))

    told = await study.admin.slash(study.channel, "daily digest", post=False, week_starts=SUNDAY)
    after = rows(await board(study, alice))
    await study.advance(6 * DAY)
    saturday = rows(await board(study, alice))
    await study.advance(DAY)

    assert "Weeks begin on Sunday, on boards too." in shown(told)
    assert before == [(1, alice.id, 2)]
    assert after == saturday == [(1, alice.id, 1)]
    assert rows(await board(study, alice)) == []
    assert rows(await board(study, alice, period="month")) == [(1, alice.id, 2)]


async def test_a_board_that_was_left_open_shows_the_week_in_which_it_is_pressed(study: Study) -> None:
    await open_first(study)
    alice = study.member("alice")
    await alice.send(study.thread, SAID)
    page = await board(study, alice)
    await study.advance(7 * DAY + HOUR)

    await alice.click(page, label="This week")

    assert rows(page) == []
    assert "Nobody yet." in shown(page)
