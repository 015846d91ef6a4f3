"""/review and its reminder: what is due, and whether a member wants to be told of it."""

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Markdown, Say, Text, Tone, md, text
from bot.conversation.wording import plural
from bot.practice.reminders import Reminder
from bot.practice.sitting import Waiting


def due_today(waiting: Waiting) -> Say:
    """What is due, counted before the first is asked; or when the next is."""
    if waiting.due:
        count = len(waiting.due)
        return Say(
            (
                md(
                    f"## {plural(count, 'card')} {'is' if count == 1 else 'are'} due today\n"
                    "Questions you have met before, at the moment when meeting them again helps most."
                ),
                Buttons((Button(button_id(Press.REVIEW), "Begin", Tone.MAIN, "▶️"),)),
            ),
            Colour.QUESTION,
        )
    if not waiting.met:
        return Say(
            (
                md(
                    "## Nothing to review yet\nEvery question you answer in a round or in `/quiz` becomes a card, "
                    "and comes back here just before you would forget it."
                ),
            ),
            Colour.CALM,
        )
    if waiting.next_due is None:
        return Say(
            (md("## Nothing to review now\nWhat you have due is what today's round asks: answer it first."),),
            Colour.CALM,
        )
    return Say(
        (
            md(
                f"## Nothing is due today\nThe next of your {plural(waiting.met, 'card')} is due on "
                f"{waiting.next_due:%A}, {waiting.next_due.day} {waiting.next_due:%B}. `/quiz` asks something new."
            ),
        ),
        Colour.GOOD,
    )


def reminder(community_id: str, community: str | None, due: int) -> Say:
    """A word in private to somebody who asked for it; off with the one button that it has."""
    return Say(
        (
            text(
                Markdown(f"## {plural(due, 'card')} {'is' if due == 1 else 'are'} due\n"),
                Markdown("`/review` asks for them, one by one"),
                *((Markdown(", in "), community) if community else ()),
                Markdown("."),
            ),
            Buttons((Button(button_id(Press.QUIET, community_id), "Stop these reminders", emoji="🔕"),)),
        ),
        Colour.QUESTION,
    )


def will_remind(wanted: Reminder) -> Say:
    """When a member will be told."""
    schedule = wanted.schedule
    return Say(
        (
            md(
                f"## 🔔 {schedule.at:%H:%M}\nI write to you at that time ({schedule.zone}) on days on which cards are "
                "due, and never otherwise. A button in the message stops it, and so does `/review remind_at:off`."
            ),
        ),
        Colour.GOOD,
    )


def stopped() -> Say:
    """No reminder any more."""
    return Say((md("## 🔕 No more reminders\n`/review` says what is due whenever you ask."),), Colour.CALM)


def closed_door() -> Text:
    """The last reminder could not be delivered."""
    return md(
        "🔕 I could not write to you in the morning, so I have stopped. Allow direct messages from this server in its "
        "privacy settings, then choose a time again, as in `/review remind_at:08:00`."
    )
