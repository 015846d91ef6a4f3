"""What members can do, in one screen; and what to say when a press or command cannot be served."""

from bot.conversation.say import Colour, Say, md
from bot.domain.answers import LEAST_LETTERS


def help_page(*, reads_replies: bool) -> Say:
    """One screen: how a round works and which commands there are."""
    how = (
        "Answer in the day's thread, or privately with **Answer**. Once you have committed to your own, "
        "**Model answer** shows you ours. When the next question comes, the round closes and the model answer "
        "is posted for everyone."
    )
    how += (
        f"\n-# A reply of {LEAST_LETTERS} letters or more is an answer. I mark your first with ✅, "
        "or with 📝 when it is kept without counting."
        if reads_replies
        else "\n-# I may not read messages here: every reply in the thread is counted without being read or kept."
    )
    return Say(
        (
            md(f"## One question a day\n{how}"),
            md(
                "**/quiz** questions just for you, to choose or to answer in your own words\n"
                "**/review** what you would forget soon, due today\n"
                "**/progress** how much you have met and still know\n"
                "**/streak** your streak and the rounds behind it\n"
                "**/leaderboard** who answers, and your own place\n"
                "**/away** pauses your streak until a day you name\n"
                "**/remind** a word before a round closes that you have not answered\n"
                "**/reveal** the model answer of this thread's round\n"
                "**/privacy** what I keep about you: take it with you, or delete it"
            ),
            md(
                "A streak counts rounds, not calendar days: days without a round never break it. "
                "Every 7 rounds in a row earn a freeze (2 at most), which saves a missed round by itself."
            ),
            md(
                "-# For admins: `/setup`, and `/daily` `status`, `reports`, `pause`, `resume`, `skip`, `post-now`, "
                "`void`, `roles` or `digest`"
            ),
        ),
        Colour.CALM,
    )


def outdated() -> Say:
    """A button or form that this version does not know."""
    return Say(
        (md("This button is from an older version of me and no longer works. The newest question has a working one."),),
        Colour.CARE,
    )


def failed() -> Say:
    """Something unexpected went wrong, and the reader did nothing wrong."""
    return Say((md("Something went wrong on my side, and it is logged. Please try again in a moment."),), Colour.CARE)


def too_fast() -> Say:
    """Somebody presses more than anybody can read."""
    return Say((md("That was a lot at once. Please wait a minute, then go on where you were."),), Colour.CARE)


def out_of_room() -> Say:
    """Nothing can be recorded, so nothing was; only the operator can put that right."""
    return Say(
        (
            md(
                "My disk is full, so what you did just now is not recorded. Keep your text, and tell whoever runs me "
                "to free some space; then try again."
            ),
        ),
        Colour.CARE,
    )


def only_in_a_community() -> Say:
    """A command that makes sense only among others."""
    return Say((md("This works in a server, not in a direct message."),), Colour.CARE)
