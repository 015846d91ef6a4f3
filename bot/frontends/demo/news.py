"""What has happened, in a line or two."""

from collections.abc import Sequence

from bot.conversation.wording import plural
from bot.frontends.demo.days import Morning

_NO_QUESTION = "No question came. Run /daily status in the page: it tells why, and what to do."


def greeting(morning: Morning | None) -> str:
    """Tell what the visitor finds."""
    return _opened(morning) if morning else _NO_QUESTION


def news(morning: Morning | None) -> str:
    """Tell what a new day brought."""
    if morning is None:
        return _NO_QUESTION
    told = [_opened(morning)]
    if morning.closed is not None:
        answers = plural(morning.closed_answers, "answer")
        told.append(f"Round {morning.closed.number} closed with {answers}; the model answer is in its thread.")
    told.append(f"Your streak: {plural(morning.streak.current, 'round')}.")
    return " ".join(told)


def _opened(morning: Morning) -> str:
    this = morning.round
    told = f"{this.day:%A} {this.day.day} {this.day:%B}: round {this.number} is open, “{morning.title}”."
    return f"{told} {_listed(morning.answered)} answered." if morning.answered else told


def _listed(names: Sequence[str]) -> str:
    """Return `Ada has` or `Ada and Ben have`."""
    first = [name.split()[0] for name in names]
    return f"{first[0]} has" if len(first) == 1 else f"{', '.join(first[:-1])} and {first[-1]} have"
