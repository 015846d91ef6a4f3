"""/privacy: what is kept about a member, for them to take along or to have deleted."""

from bot.conversation.asker import Asker
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Block, Button, Buttons, Colour, Document, Markdown, Part, Role, Say, Tone, md, text
from bot.conversation.wording import listed, plural
from bot.practice import privacy
from bot.practice.context import Practice
from bot.practice.privacy import Deleted, Export
from bot.practice.publisher import Publisher

_GOES = (
    "the text of every answer that you wrote, in threads and by form",
    "your streak and your places on boards",
    "your cards, your quizzes and reviews, and what you wrote in them",
    "your days away, your reminders, the reports you sent, and whether boards show you",
    "the roles that I gave you for a streak",
)
_STAYS = (
    "that somebody answered: the numbers of rounds stay right for the others, without your name and your words",
    "what you wrote in threads, on Discord: delete it there; and where I named you in messages of mine",
    "backups that were made before, which are gone within five weeks; one that must be restored brings your data back",
)
_STEWARD = "that you set me up here, so that I can tell you when I need help"


async def export(practice: Practice, asker: Asker) -> Say:
    """Hand a member all that is kept about them."""
    return exported(await privacy.export(practice, asker.community_id, asker.member_id))


async def ask_to_delete(practice: Practice, asker: Asker) -> Say:
    """Say what would happen, and delete nothing yet."""
    return before_deletion(is_steward=await privacy.is_steward(practice, asker.community_id, asker.member_id))


async def delete(practice: Practice, publisher: Publisher, asker: Asker) -> Say:
    """Delete what is kept about whoever pressed."""
    return deleted(await privacy.delete(practice, publisher, asker.community_id, asker.member_id))


def exported(file: Export) -> Say:
    """The file with everything, or whom to ask for it."""
    counted = " · ".join(
        (
            plural(file.answers, "answer"),
            plural(file.cards, "card"),
            plural(file.sittings, "quiz or review", "quizzes and reviews"),
        )
    )
    if file.content is None:
        return Say(
            (
                md(
                    f"## Your data does not fit into a file that Discord takes\n{counted}, which is more than 10 MB "
                    "even when it is compressed. Whoever runs this bot can read it for you from the database: ask them."
                ),
            ),
            Colour.CARE,
        )
    return Say(
        (
            md(f"## Your data\nAll that I keep about you in this server: {counted}. Only you see this."),
            Document(file.name, file.content),
            md("-# JSON, times in UTC. `/privacy delete` deletes it all."),
        ),
        Colour.GOOD,
    )


def before_deletion(*, is_steward: bool) -> Say:
    """What goes, what stays, and the button that does it."""
    stays = (*_STAYS, _STEWARD) if is_steward else _STAYS
    return Say(
        (
            md(
                "## Delete your data?\nThis cannot be undone. If you want to keep any of it, run `/privacy export` "
                "first."
            ),
            md(f"**What I delete in this server**\n{listed(_GOES)}"),
            md(f"**What stays**\n{listed(stays)}"),
            md(
                "You may go on at any time, and begin anew with no streak. An answer of yours in the open round stays "
                "counted without your name; you may answer again."
            ),
            Buttons((Button(button_id(Press.FORGET), "Delete my data", Tone.DANGER, "🗑️"),)),
        ),
        Colour.CARE,
    )


def deleted(result: Deleted) -> Say:
    """It is done."""
    blocks: list[Block] = [
        md(
            "## Your data is deleted\nI know nothing of what you did in this server any more. What you wrote in "
            "threads is still on Discord, where you can delete it. Should you answer again, you begin anew."
        )
    ]
    if result.kept_roles:
        roles: list[Part] = []
        for place, role_id in enumerate(result.kept_roles):
            roles += [Markdown(", " if place else ""), Role(role_id)]
        blocks.append(text(Markdown("⚠️ I could not take back from you "), *roles, Markdown(": ask an admin to.")))
    return Say(tuple(blocks), Colour.GOOD)
