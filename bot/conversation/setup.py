"""Setting up and steering the daily question, as admins read it."""

from collections.abc import Sequence
from datetime import timedelta

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import (
    Button,
    Buttons,
    Channel,
    Colour,
    Markdown,
    Moment,
    Part,
    Role,
    Say,
    Text,
    Tone,
    md,
    text,
)
from bot.conversation.wording import listed, plural, weekdays
from bot.domain.communities import Community
from bot.domain.rounds import Round, State
from bot.domain.schedule import DAY_NAMES, Due
from bot.practice.roles import MilestoneRole
from bot.practice.setup import Overview


def done(community: Community, missing: Sequence[str], window: timedelta = timedelta()) -> Say:
    """Confirm a set-up: where, when, and when the first question comes; name every missing permission."""
    schedule = community.schedule
    blocks = [
        text(
            Markdown("## Set up\nA question is posted in "),
            Channel(community.channel_id),
            Markdown(f" {weekdays(schedule)} at **{schedule.at:%H:%M}** ({schedule.zone})."),
        )
    ]
    if community.next_due:
        blocks.append(
            text(
                Markdown("The next one comes "),
                Moment(community.next_due.at),
                Markdown(" ("),
                Moment(community.next_due.at, "relative"),
                Markdown(f").{_within(window)}"),
            )
        )
    if missing:
        blocks.append(_missing(community.channel_id, missing))
    return Say(
        (
            *blocks,
            Buttons(
                (Button(button_id(Press.POST_NOW), "Post one now", Tone.MAIN if not missing else Tone.PLAIN, "▶️"),)
            ),
        ),
        Colour.CARE if missing else Colour.GOOD,
    )


def status(overview: Overview, missing: Sequence[str], *, reports: int, roles: Sequence[MilestoneRole] = ()) -> Say:
    """Where a community stands: schedule, next question, open round, and what must be repaired."""
    community, latest = overview.community, overview.latest
    schedule = community.schedule
    lines: list[Part] = [
        Markdown("## Daily question\nPosted in "),
        Channel(community.channel_id),
        Markdown(f" {weekdays(schedule)} at **{schedule.at:%H:%M}** ({schedule.zone}).\n"),
    ]
    if community.paused:
        lines.append(Markdown("⏸️ **Paused.** `/daily resume` starts it again."))
    elif community.next_due:
        lines += [
            Markdown("Next: "),
            Moment(community.next_due.at),
            Markdown(" ("),
            Moment(community.next_due.at, "relative"),
            Markdown(f").{_within(overview.window)}"),
        ]
    if latest is not None:
        state = "open" if latest.state is State.OPEN else "closed"
        void = " It counts against nobody." if latest.is_excused else ""
        lines.append(Markdown(f"\nRound {latest.number} is {state}, answered by {overview.answered}.{void}"))
    if community.digest_at is not None:
        lines += [Markdown("\n📬 Next weekly digest: "), Moment(community.digest_at), Markdown(".")]
    for role in roles:
        lines += [Markdown(f"\n🎖️ {plural(role.rounds, 'round')} in a row: "), Role(role.role_id)]
        if role.refused:
            lines += [Markdown(" ⚠️ "), role.refused]
    if reports:
        lines.append(Markdown(f"\n🚩 Mistakes reported by members: {reports}. `/daily reports` shows them."))
    blocks = [text(*lines)]
    if missing:
        blocks.append(_missing(community.channel_id, missing))
    elif community.blocked:
        blocks.append(text(Markdown("⚠️ Something could not be posted: "), community.blocked))
    return Say(tuple(blocks), Colour.CARE if missing or community.blocked else Colour.CALM)


def paused() -> Say:
    return Say(
        (md("⏸️ **Paused.** No question is posted until `/daily resume`. Streaks stay as they are."),), Colour.CALM
    )


def resumed(community: Community) -> Say:
    due = community.next_due
    following: tuple[Part, ...] = (Markdown(" The next question comes "), Moment(due.at), Markdown(".")) if due else ()
    return Say((text(Markdown("▶️ **Resumed.**"), *following),), Colour.GOOD)


def skipped(left_out: Due, following: Due | None) -> Say:
    after: tuple[Part, ...] = (
        (Markdown(" The one after it comes "), Moment(following.at), Markdown(".")) if following else ()
    )
    return Say(
        (
            text(
                Markdown(
                    f"⏭️ The question of **{left_out.day:%A} {left_out.day.day} {left_out.day:%B}** is left out. "
                    "No streak counts it."
                ),
                *after,
            ),
        ),
        Colour.CALM,
    )


def nothing_to_skip() -> Say:
    return Say(
        (md("The daily question is paused, so there is nothing to skip. `/daily resume` starts it again."),),
        Colour.CARE,
    )


def posted(this: Round | None, blocked: str | None) -> Say:
    """Say whether a question could be posted at once."""
    if this is not None and this.state is State.OPEN:
        where: tuple[Part, ...] = (Channel(this.channel_id),)
        return Say((text(Markdown(f"▶️ Round {this.number} is open in "), *where, Markdown(".")),), Colour.GOOD)
    if blocked:
        return Say((text(Markdown("⚠️ It could not be posted: "), blocked),), Colour.CARE)
    return Say(
        (md("⚠️ It could not be posted just now. It is tried again within minutes, and never posted twice."),),
        Colour.CARE,
    )


def voided(this: Round) -> Say:
    """Say what became of a round, and offer the way back."""
    if this.voided:
        told = f"⚪ **Round {this.number} is void.** Who answered it keeps it; it counts against nobody else."
        undo = Button(button_id(Press.VOID, this.number, "no"), "Undo", emoji="↩️")
    else:
        told = f"Round {this.number} counts again."
        undo = Button(button_id(Press.VOID, this.number, "yes"), "Make it void")
    return Say((md(told), Buttons((undo,))), Colour.GOOD)


def no_such_round(number: int | None) -> Say:
    told = (
        "No question was posted here yet." if number is None else f"There is no round {number} that members have seen."
    )
    return Say((md(f"{told} Choose one from the list that `/daily void` offers."),), Colour.CARE)


def digest_set(community: Community) -> Say:
    """Say when the weekly digest comes, or that none does."""
    weeks = f"Weeks begin on {DAY_NAMES[community.week_starts]}, on boards too."
    if community.digest_at is None:
        return Say((md(f"📭 **No weekly digest.** {weeks}"),), Colour.CALM)
    return Say(
        (
            text(
                Markdown("📬 **A digest of each week** is posted in "),
                Channel(community.channel_id),
                Markdown(". The next one comes "),
                Moment(community.digest_at),
                Markdown(f". {weeks}"),
            ),
        ),
        Colour.GOOD,
    )


def blocked(community: Community, name: str | None) -> Say:
    """Tell whoever set a community up that it needs their help, and what becomes of the question meanwhile."""
    where: tuple[Part, ...] = (Markdown(" of "), name) if name else ()
    return Say(
        (
            text(
                Markdown("## ⚠️ I need your help\nThe daily question"),
                *where,
                Markdown(" could not be posted as it should."),
            ),
            text(community.blocked or ""),
            md(
                "I try again by myself after 1, 6 and 24 hours, and no streak counts a question that could not be "
                "posted. Once it is put right, `/daily post-now` posts it at once; `/daily status` tells what is "
                "missing. You get this message because you ran `/setup`, or because the server is yours."
            ),
        ),
        Colour.CARE,
    )


def not_set_up() -> Say:
    return Say(
        (md("The daily question is not set up here yet. Someone who may manage the server can do it with `/setup`."),),
        Colour.CARE,
    )


def not_allowed() -> Say:
    return Say((md("Only people with the **Manage Server** permission can do this. Ask one of them."),), Colour.CARE)


def unknown_zone(written: str) -> Say:
    return Say(
        (
            text(
                written[:80] or "That",
                Markdown(
                    " is not a time zone. Start typing a city and choose from the list, for example `Europe/Berlin`."
                ),
            ),
        ),
        Colour.CARE,
    )


def unknown_time(written: str) -> Say:
    return Say(
        (
            text(
                written[:80] or "That",
                Markdown(" is not a time of day. Write it with 24 hours, for example `09:00` or `18:30`."),
            ),
        ),
        Colour.CARE,
    )


def unknown_days(written: str) -> Say:
    return Say(
        (
            text(
                written[:80] or "That",
                Markdown(" names no weekdays. Write `every day`, `Mon-Fri`, or a list such as `Mon, Wed, Fri`."),
            ),
        ),
        Colour.CARE,
    )


def _within(window: timedelta) -> str:
    """Say that many servers want their question in the same minute, where that is so."""
    minutes = window // timedelta(minutes=1)
    return f" Many servers want theirs then, so it comes within {plural(minutes, 'minute')}." if minutes else ""


def _missing(channel_id: str, missing: Sequence[str]) -> Text:
    return text(
        Markdown("⚠️ I cannot do everything in "),
        Channel(channel_id),
        Markdown(f" yet. Please allow me there:\n{listed(tuple(f'**{name}**' for name in missing))}"),
    )
