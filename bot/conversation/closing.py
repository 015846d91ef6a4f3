"""The word before a round closes: asked for, sent, stopped."""

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Channel, Colour, Markdown, Moment, Part, Say, Text, md, text
from bot.domain.communities import Community
from bot.practice.closing_reminders import BEFORE_CLOSE, ClosingReminder
from bot.practice.publisher import Closing

THREE_HOURS_BEFORE = f"{BEFORE_CLOSE.total_seconds() / 3600:.0f} hours before"
WHEN_CHOICES = (THREE_HOURS_BEFORE, "18:00", "20:00", "21:30", "07:30", "off")


def closing(soon: Closing, community: str | None) -> Say:
    """A word in private to somebody who asked for it, before a round closes; off with one button."""
    this = soon.round
    at_stake = f" Your streak stands at **{soon.streak}**." if soon.streak else ""
    return Say(
        (
            text(
                Markdown(f"## {soon.question.title}\nRound {this.number}"),
                *((Markdown(" in "), community) if community else ()),
                Markdown(" closes "),
                Moment(soon.closes_at, "relative"),
                Markdown(f", and you have not answered it yet.{at_stake} Answer here: "),
                Channel(this.thread_id or this.channel_id),
            ),
            Buttons((Button(button_id(Press.HUSH, this.community_id), "Stop these reminders", emoji="🔕"),)),
        ),
        Colour.QUESTION,
    )


def will_remind(wanted: ClosingReminder, community: Community | None) -> Say:
    """When a member will be told."""
    zone = community.schedule.zone if community else "UTC"
    at = f"at {wanted.at:%H:%M} ({zone})" if wanted.at else "three hours before a round closes"
    following: tuple[Part, ...] = ()
    if wanted.next_at is not None:
        following = (Markdown(" For the open round that is "), Moment(wanted.next_at, "relative"), Markdown("."))
    return Say(
        (
            text(
                Markdown(
                    f"## 🔔 Before a round closes\nI write to you {at}, once a round, and only if you have not "
                    "answered it yet. A button in the message stops it, and so does `/remind when:off`."
                ),
                *following,
            ),
        ),
        Colour.GOOD,
    )


def stopped() -> Say:
    """No word any more."""
    return Say((md("## 🔕 No more reminders\nRounds close without a word from me. `/remind` starts it again."),))


def closed_door() -> Text:
    """The last reminder could not be delivered."""
    return md(
        "🔕 I could not write to you before a round closed, so I have stopped. Allow direct messages from this server "
        "in its privacy settings, then ask again with `/remind`."
    )
