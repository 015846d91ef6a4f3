"""A community in which the bot may not post: its admin is told once, and asked for help."""

import discord
from simcord.backend.models import Overwrite
from simcord.builders import UserHandle
from simcord.enums import OverwriteType

from study import DAY, HOUR, Study, shown


async def set_up(study: Study) -> UserHandle:
    """Let somebody set the daily question up at nine, and return them."""
    user = study.env.create_user("steward")
    role = study.guild.create_role("Stewards", permissions=discord.Permissions(manage_guild=True))
    await study.guild.add_member(user, roles=[role]).slash(
        study.channel, "setup", channel=study.channel, time="09:00", timezone="UTC", days="every day"
    )
    return user


def letters(user: UserHandle) -> list[str]:
    return [shown(message) for message in user.dm_channel.history()]


def forbid(study: Study) -> None:
    denied = discord.Permissions(send_messages=True).value
    study.env.backend.set_overwrite(study.channel.id, Overwrite(study.guild.id, OverwriteType.ROLE, deny=denied))


def allow(study: Study) -> None:
    study.env.backend.set_overwrite(study.channel.id, Overwrite(study.guild.id, OverwriteType.ROLE))


async def test_whoever_set_it_up_is_told_once_what_is_missing_and_what_to_do(study: Study) -> None:
    steward = await set_up(study)
    forbid(study)

    for _ in range(6):
        await study.advance(12 * HOUR)

    (letter,) = letters(steward)
    assert "I need your help" in letter
    assert "Study" in letter
    assert "I lack the permission Send Messages" in letter
    assert "/daily post-now" in letter


async def test_once_repaired_and_broken_again_they_are_told_again(study: Study) -> None:
    steward = await set_up(study)
    forbid(study)
    await study.advance(10 * HOUR)
    allow(study)
    await study.advance(DAY)
    posted = len(study.posts)

    forbid(study)
    await study.advance(DAY)
    await study.advance(DAY)

    assert posted >= 1
    assert len(letters(steward)) == 2


async def test_who_cannot_be_written_to_holds_nothing_up(study: Study) -> None:
    steward = await set_up(study)
    forbid(study)
    study.env.inject_error("POST", "/users/@me/channels", status=403, code=50007)
    await study.advance(10 * HOUR)
    allow(study)

    await study.advance(DAY)

    assert letters(steward) == []
    assert len(study.posts) == 1
