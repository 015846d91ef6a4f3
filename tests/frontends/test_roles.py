"""Milestone roles: given for a streak and taken with it, by the real client in a simulated Discord."""

from collections.abc import Callable
from datetime import timedelta

import discord
import pytest
from aiohttp import ServerDisconnectedError
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.builders import RoleHandle

from study import DAY, HOUR, Study, shown

MINUTE = timedelta(minutes=1)
SAID = "gradients flow backwards through the graph"


def a_role(study: Study, name: str = "Regulars") -> RoleHandle:
    """Create a role that stands below the bot's and the admin's own."""
    role = study.guild.create_role(name)
    raise_role(study, study.guild.roles["Managers"], 20)
    raise_role(study, study.guild.roles[study.env.backend.bot_user.name], 30)
    return role


def raise_role(study: Study, role: RoleHandle, position: int) -> None:
    study.env.backend.edit_role(study.guild.id, role.id, {"position": position})


def who_has(study: Study, role: RoleHandle) -> MemberActor:
    """Let somebody in who was given a role by other hands."""
    return study.guild.add_member(study.env.create_user("honoured"), roles=[role])


def may(study: Study, *, manage_roles: bool) -> None:
    """Allow or forbid the bot to manage roles."""
    ours = study.guild.roles[study.env.backend.bot_user.name]
    allowed = discord.Permissions(study.env.backend.get_role(study.guild.id, ours.id).permissions)
    allowed.manage_roles = manage_roles
    study.env.backend.edit_role(study.guild.id, ours.id, {"permissions": allowed.value})


def holders(study: Study, role: RoleHandle) -> set[int]:
    """Return who has a role."""
    members = study.env.backend.get_guild(study.guild.id).members
    return {member_id for member_id, member in members.items() if role.id in member.role_ids}


async def begin(study: Study) -> None:
    """Open the first round."""
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)


async def answer(study: Study, *members: MemberActor, rounds: int = 1) -> None:
    """Let members answer the open round and those that follow; the next one is then open."""
    for _ in range(rounds):
        for member in members:
            await member.send(study.thread, SAID)
        await study.advance(DAY)


async def rule(study: Study, days: int, role: RoleHandle | None = None) -> str:
    options = {"role": role} if role else {}
    return shown(await study.admin.slash(study.channel, "daily roles", days=days, **options))


async def status(study: Study) -> str:
    return shown(await study.admin.slash(study.channel, "daily status"))


async def test_a_role_goes_to_whoever_has_the_streak_and_to_nobody_else(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice, bob = study.member("alice"), study.member("bob")
    told = await rule(study, 2, role)

    await answer(study, alice, bob)
    early = holders(study, role)
    await answer(study, alice)

    assert f"<@&{role.id}> goes to everyone with 2 rounds in a row" in told
    assert early == set()
    assert holders(study, role) == {alice.id}


async def test_who_had_the_streak_before_there_was_a_role_gets_it_on_the_next_tick(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice = study.member("alice")
    await answer(study, alice, rounds=2)

    await rule(study, 2, role)
    at_once = holders(study, role)
    await study.advance(timedelta(seconds=15))

    assert at_once == set()
    assert holders(study, role) == {alice.id}


async def test_a_role_is_taken_when_the_streak_ends_and_given_again_with_the_next(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice = study.member("alice")
    await rule(study, 2, role)
    await answer(study, alice, rounds=2)
    reached = holders(study, role)

    await study.advance(DAY)
    ended = holders(study, role)
    await answer(study, alice, rounds=2)

    assert (reached, ended) == ({alice.id}, set())
    assert holders(study, role) == {alice.id}


async def test_many_members_get_their_role_a_few_at_a_tick_until_all_have_it(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    members = [study.member(f"member{number}") for number in range(23)]
    await answer(study, *members)

    await rule(study, 1, role)
    seen = []
    for _ in range(4):
        await study.advance(timedelta(seconds=15))
        seen.append(len(holders(study, role)))

    assert seen == [10, 20, 23, 23]
    assert holders(study, role) == {member.id for member in members}


async def test_a_streak_is_worth_every_role_up_to_it(study: Study) -> None:
    await begin(study)
    one, three = a_role(study, "One"), a_role(study, "Three")
    alice, bob = study.member("alice"), study.member("bob")
    await answer(study, alice, bob)
    await answer(study, alice, bob)
    await answer(study, alice)
    await answer(study, alice, bob)

    for days, role in ((1, one), (3, three)):
        await rule(study, days, role)
    await study.advance(HOUR)

    assert holders(study, one) == {alice.id, bob.id}
    assert holders(study, three) == {alice.id}


async def test_one_role_for_two_milestones_is_held_from_the_shorter_and_goes_back_when_only_the_longer_is_left(
    study: Study,
) -> None:
    await begin(study)
    role = a_role(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer(study, alice, bob)
    await answer(study, alice)
    await answer(study, alice, bob)
    for days in (1, 3):
        await rule(study, days, role)
    await study.advance(HOUR)
    with_both = holders(study, role)

    await rule(study, 1)
    await study.advance(HOUR)

    assert with_both == {alice.id, bob.id}
    assert holders(study, role) == {alice.id}


async def test_another_role_for_the_same_streak_takes_the_first_ones_place(study: Study) -> None:
    await begin(study)
    first, second = a_role(study, "First"), a_role(study, "Second")
    alice = study.member("alice")
    await rule(study, 1, first)
    await answer(study, alice)

    await rule(study, 1, second)
    await study.advance(HOUR)

    assert (holders(study, first), holders(study, second)) == (set(), {alice.id})


async def test_a_role_that_is_given_no_more_goes_back_from_those_it_was_given_to(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice, honoured = study.member("alice"), who_has(study, role)
    await rule(study, 1, role)
    await answer(study, alice)
    given = holders(study, role)

    told = await rule(study, 1)
    await study.advance(HOUR)

    assert given == {alice.id, honoured.id}
    assert "I take it back from those I gave it to" in told
    assert holders(study, role) == {honoured.id}
    assert "There is no role for 1 round in a row" in await rule(study, 1)


async def test_who_had_the_role_before_their_streak_keeps_it_when_the_streak_ends(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice, honoured = study.member("alice"), who_has(study, role)
    await rule(study, 1, role)
    await answer(study, alice, honoured)
    both = holders(study, role)

    await study.advance(DAY)
    await answer(study, honoured)
    await study.advance(DAY)

    assert both == {alice.id, honoured.id}
    assert holders(study, role) == {honoured.id}


async def test_who_had_the_role_before_their_streak_keeps_it_when_the_rule_is_removed(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice, honoured = study.member("alice"), who_has(study, role)
    await rule(study, 1, role)
    await answer(study, alice, honoured)

    await rule(study, 1)
    await study.advance(HOUR)

    assert holders(study, role) == {honoured.id}


async def test_a_rule_and_whom_it_was_given_to_outlive_a_restart(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice, bob = study.member("alice"), study.member("bob")
    await rule(study, 1, role)
    await answer(study, alice)

    await study.restart()
    await answer(study, bob)
    after_one = holders(study, role)
    await study.restart()
    await rule(study, 1)
    await study.advance(HOUR)

    assert after_one == {bob.id}
    assert holders(study, role) == set()


def above_the_bot(study: Study) -> RoleHandle:
    role = a_role(study)
    raise_role(study, role, 40)
    return role


def above_the_admin(study: Study) -> RoleHandle:
    role = a_role(study)
    raise_role(study, role, 25)
    return role


def managed(study: Study) -> RoleHandle:
    role = a_role(study)
    study.env.backend.edit_role(study.guild.id, role.id, {"managed": True})
    return role


def everyone(study: Study) -> RoleHandle:
    return study.guild.default_role


def any_without_manage_roles(study: Study) -> RoleHandle:
    role = a_role(study)
    may(study, manage_roles=False)
    return role


OBSTACLES: dict[Callable[[Study], RoleHandle], str] = {
    above_the_bot: "it stands above my own highest role. In Server Settings, Roles, drag my role above it",
    above_the_admin: "it stands above your own highest role",
    managed: "it belongs to an integration",
    everyone: "everybody has it already",
    any_without_manage_roles: "I lack the permission **Manage Roles**. Allow it in Server Settings, Roles",
}


@pytest.mark.parametrize("obstacle", OBSTACLES, ids=[obstacle.__name__ for obstacle in OBSTACLES])
async def test_a_role_that_cannot_be_given_is_refused_with_the_reason(
    study: Study, obstacle: Callable[[Study], RoleHandle]
) -> None:
    await begin(study)
    role = obstacle(study)
    await answer(study, study.member("alice"))
    before = holders(study, role)

    told = await rule(study, 1, role)
    await study.advance(HOUR)

    assert f"I cannot give <@&{role.id}>: {OBSTACLES[obstacle]}" in told
    assert "🎖️" not in await status(study)
    assert holders(study, role) == before


async def test_what_was_refused_is_taken_once_the_obstacle_is_gone(study: Study) -> None:
    await begin(study)
    role = above_the_bot(study)
    alice = study.member("alice")
    await answer(study, alice)
    await rule(study, 1, role)
    raise_role(study, role, 1)

    await rule(study, 1, role)
    await study.advance(HOUR)

    assert holders(study, role) == {alice.id}


@pytest.mark.parametrize(
    ("obstacle", "sentence"),
    [
        (above_the_bot, "it stands above my own highest role. In Server Settings, Roles, drag my role above it"),
        (any_without_manage_roles, "I lack the permission Manage Roles. Allow it in Server Settings, Roles"),
    ],
)
async def test_what_comes_in_the_way_later_is_told_in_the_status_and_tried_again_after_an_hour(
    study: Study, obstacle: Callable[[Study], RoleHandle], sentence: str
) -> None:
    await begin(study)
    alice = study.member("alice")
    role = await in_the_way(study, obstacle)

    await answer(study, alice)
    refused = await status(study)
    mend(study, role)
    await study.advance(59 * MINUTE)
    soon = holders(study, role)
    await study.advance(MINUTE)

    assert f"1 round in a row: <@&{role.id}> ⚠️ I cannot give @Regulars: {sentence}" in plain(refused)
    assert "\\*" not in refused
    assert soon == set()
    assert holders(study, role) == {alice.id}
    assert f"1 round in a row: <@&{role.id}>" in await status(study)
    assert "⚠️" not in await status(study)


async def test_a_rule_that_is_set_again_is_tried_again_at_once(study: Study) -> None:
    await begin(study)
    alice = study.member("alice")
    role = await in_the_way(study, above_the_bot)
    await answer(study, alice)
    mend(study, role)

    await rule(study, 1, role)
    await study.advance(timedelta(seconds=15))

    assert holders(study, role) == {alice.id}


async def test_a_role_that_cannot_be_taken_back_yet_is_taken_an_hour_after_the_way_is_free(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice = study.member("alice")
    await rule(study, 1, role)
    await answer(study, alice)
    may(study, manage_roles=False)

    await study.advance(DAY)
    kept, told = holders(study, role), await status(study)
    may(study, manage_roles=True)
    await study.advance(HOUR)

    assert kept == {alice.id}
    assert "Manage Roles" in told
    assert holders(study, role) == set()


async def test_one_role_that_cannot_be_given_does_not_hold_up_another(study: Study) -> None:
    await begin(study)
    alice = study.member("alice")
    other = a_role(study, "Others")
    role = await in_the_way(study, above_the_bot)
    raise_role(study, other, 2)
    await rule(study, 2, other)

    await answer(study, alice, rounds=2)

    assert holders(study, role) == set()
    assert holders(study, other) == {alice.id}


async def test_a_network_that_fails_is_tried_again_within_a_minute_and_tells_no_admin(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice = study.member("alice")
    await rule(study, 1, role)
    study.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=500, times=5)

    await answer(study, alice)
    failed, told = holders(study, role), await status(study)
    study.env.backend.faults.clear()
    await study.advance(MINUTE)

    assert failed == set()
    assert "⚠️" not in told
    assert holders(study, role) == {alice.id}


async def test_a_member_who_left_is_left_alone_and_does_not_hold_up_the_others(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice, bob = study.member("alice"), study.member("bob")
    await answer(study, alice, bob)
    study.guild.remove_member(alice)
    asked = f"/guilds/{study.guild.id}/members/{alice.id}"

    await rule(study, 1, role)
    await study.advance(HOUR)
    looked = [request.path for request in study.env.http_requests].count(asked)
    await study.advance(HOUR)

    assert holders(study, role) == {bob.id}
    assert looked == 1
    assert [request.path for request in study.env.http_requests].count(asked) == 1
    assert "⚠️" not in await status(study)


async def test_a_member_who_left_and_came_back_within_their_streak_is_given_the_role_again(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    user = study.env.create_user("alice")
    alice, bob = study.guild.add_member(user), study.member("bob")
    await rule(study, 1, role)
    await answer(study, alice, bob)
    study.guild.remove_member(alice)
    await study.advance(HOUR)
    board = shown(await bob.slash(study.channel, "leaderboard"))

    alice = study.guild.add_member(user)
    await answer(study, alice, bob)

    assert str(alice.id) not in board
    assert holders(study, role) == {alice.id, bob.id}


async def test_a_role_whose_giving_got_no_answer_is_taken_when_the_streak_ends(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(study)
    role = a_role(study)
    alice = study.member("alice")
    await rule(study, 1, role)
    give = discord.Member.add_roles

    async def give_and_lose_the_answer(member: discord.Member, *roles: discord.Role, reason: str) -> None:
        await give(member, *roles, reason=reason)
        raise ServerDisconnectedError

    # The simulated Discord cannot lose an answer by itself.
    with monkeypatch.context() as patch:
        patch.setattr(discord.Member, "add_roles", give_and_lose_the_answer)
        await answer(study, alice)
    given = holders(study, role)
    await study.advance(MINUTE)
    kept = holders(study, role)
    await study.advance(2 * DAY)

    assert given == kept == {alice.id}
    assert holders(study, role) == set()


async def test_a_deleted_role_is_told_in_the_status_until_another_takes_its_place(study: Study) -> None:
    await begin(study)
    role, other = a_role(study), a_role(study, "Others")
    alice = study.member("alice")
    await rule(study, 1, role)
    study.env.backend.delete_role(study.guild.id, role.id)

    await answer(study, alice)
    told = await status(study)
    await rule(study, 1, other)
    await study.advance(HOUR)

    assert "⚠️ The role is gone. Choose another with /daily roles." in plain(told)
    assert "⚠️" not in await status(study)
    assert holders(study, other) == {alice.id}


async def test_members_do_not_see_the_command_and_are_refused_if_they_were_shown_it(study: Study) -> None:
    await begin(study)
    role = a_role(study)
    alice = study.member("alice")
    await answer(study, alice)

    with pytest.raises(SetupError, match="not visible"):
        await alice.slash(study.channel, "daily roles", days=1, role=role)
    daily = study.env.backend.find_command("daily", study.guild.id, type=1)
    assert daily is not None
    study.guild.set_command_permissions(int(daily["id"]), {alice: True})
    told = [
        shown(await alice.slash(study.channel, "daily roles", days=1, **options)) for options in ({"role": role}, {})
    ]
    await study.advance(HOUR)

    assert all("Only people with the **Manage Server** permission" in each for each in told)
    assert holders(study, role) == set()


def mend(study: Study, role: RoleHandle) -> None:
    raise_role(study, role, 1)
    may(study, manage_roles=True)


async def in_the_way(study: Study, obstacle: Callable[[Study], RoleHandle]) -> RoleHandle:
    """Set a rule for one round, and let an obstacle come afterwards."""
    role = obstacle(study)
    mend(study, role)
    await rule(study, 1, role)
    if obstacle is above_the_bot:
        raise_role(study, role, 40)
    else:
        may(study, manage_roles=False)
    return role


def plain(said: str) -> str:
    """Take away what formats words, or keeps them from being formatted."""
    return said.replace("\\", "").replace("*", "")
