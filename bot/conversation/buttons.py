"""The ids of buttons and forms: which there are, and the state each carries.

An id is `pb:` and words joined by colons, at most 100 characters. Whatever a press needs to know is in it, so a button
works for as long as its message exists, whatever was restarted meanwhile.
"""

from enum import StrEnum

PREFIX = "pb"
LIMIT = 100


class Press(StrEnum):
    """What a button or form asks for; the first word after the prefix."""

    ANSWER = "answer"  # round, question
    HINT = "hint"  # round, which hint
    REVEAL = "reveal"  # round
    REVEAL_ANYWAY = "anyway"  # round
    FULL = "full"  # round
    SOURCES = "sources"  # round
    RATE = "rate"  # round, rating
    CHOOSE = "choose"  # sitting, place, which of the four
    WRITE = "write"  # sitting, place, question
    SHOW = "show"  # sitting, place
    JUDGE = "judge"  # sitting, place, rating
    IN_FULL = "infull"  # sitting, place
    NEXT = "next"  # sitting
    FINISH = "finish"  # sitting
    REVIEW = "review"
    BOARD = "board"  # by, period, and for any but the first page: turn, value, member
    COUNTED = "counted"  # by, period: how a board counts
    SHOWN = "shown"  # by, period, yes or no: be on boards
    STREAK = "streak"  # round, or nothing
    EXPLAIN = "explain"  # member
    STREAK_OF = "streakof"  # member: back from the explanation
    RETURN = "return"  # come back early
    QUIET = "quiet"  # community: no word on cards in the morning
    HUSH = "hush"  # community: no word before a round closes
    DIGEST = "digest"  # week
    VOID = "void"  # round's number, yes or no
    REPORT = "report"  # question
    SETTLE = "settle"  # moment of the newest report that was shown
    POST_NOW = "post"
    FORGET = "forget"  # delete what is kept about whoever presses


class Reply(StrEnum):
    """How a press is answered; the platform must be told before the work begins."""

    PRIVATE = "private"  # a new message for this member alone
    UPDATE = "update"  # the message that holds the button changes
    FORM = "form"  # a form opens


_REPLIES = {
    Press.ANSWER: Reply.FORM,
    Press.RATE: Reply.UPDATE,
    Press.CHOOSE: Reply.UPDATE,
    Press.WRITE: Reply.FORM,
    Press.REPORT: Reply.FORM,
    Press.SETTLE: Reply.UPDATE,
    Press.SHOW: Reply.UPDATE,
    Press.JUDGE: Reply.UPDATE,
    Press.NEXT: Reply.UPDATE,
    Press.REVIEW: Reply.UPDATE,
    Press.FINISH: Reply.UPDATE,
    Press.BOARD: Reply.UPDATE,
    Press.COUNTED: Reply.UPDATE,
    Press.SHOWN: Reply.UPDATE,
    Press.EXPLAIN: Reply.UPDATE,
    Press.STREAK_OF: Reply.UPDATE,
    Press.VOID: Reply.UPDATE,
    Press.REVEAL_ANYWAY: Reply.UPDATE,
    Press.FORGET: Reply.UPDATE,
}


_PRESSES = {press.value: press for press in Press}
# Buttons of direct messages.
_OUTSIDE = frozenset({Press.QUIET, Press.HUSH})


def button_id(press: Press, *state: str | int | None) -> str:
    """Return the id of a button with its state; None becomes `-`.

    Raises:
        ValueError: the id is longer than platforms allow, or a word holds a colon.
    """
    words = [PREFIX, press.value, *["-" if word is None else str(word) for word in state]]
    result = ":".join(words)
    if len(result) > LIMIT or result.count(":") >= len(words):
        raise ValueError(f"{result!r} cannot be a button id: at most {LIMIT} characters and no colon within a word")
    return result


def pressed(identity: str) -> tuple[Press, tuple[str | None, ...]] | None:
    """Take a button id apart; None if it is not one of ours, such as one of an older version."""
    prefix, _, rest = identity.partition(":")
    name, *state = rest.split(":")
    press = _PRESSES.get(name)
    if prefix != PREFIX or press is None:
        return None
    return press, tuple(None if word == "-" else word for word in state)


def community_of(identity: str) -> str | None:
    """Return the community that a button carries, because it may be pressed outside of any."""
    known = pressed(identity)
    return known[1][0] if known is not None and known[0] in _OUTSIDE and len(known[1]) == 1 else None


def form_updates(identity: str) -> bool:
    """Whether what comes of a form replaces the message that it was opened from."""
    known = pressed(identity)
    return known is not None and known[0] is Press.WRITE


def reply_to(identity: str) -> Reply:
    """Return how a press of this button is answered."""
    known = pressed(identity)
    return _REPLIES.get(known[0], Reply.PRIVATE) if known else Reply.PRIVATE
