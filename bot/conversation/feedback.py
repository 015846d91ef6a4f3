"""What was spotted in an answer, the model answer to compare it with, and one tap to say how well it was known."""

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Block, Button, Buttons, Divider, Markdown, Tone, md, text
from bot.conversation.wording import days, listed
from bot.domain.coverage import Opinion
from bot.domain.questions import KeyPoint, Question
from bot.domain.review import Rating
from bot.practice.feedback import Feedback

_LABELS = {Rating.AGAIN: "Again", Rating.HARD: "Hard", Rating.GOOD: "Good", Rating.EASY: "Easy"}
_TONES = {Rating.AGAIN: Tone.DANGER, Rating.HARD: Tone.PLAIN, Rating.GOOD: Tone.GOOD, Rating.EASY: Tone.PLAIN}


def spotted(result: Feedback) -> tuple[Block, ...]:
    """What the matcher spotted and did not spot, and what it would gently correct; without a text, the key points."""
    if result.coverage is None:
        return (md(f"**A strong answer says**\n{_points(result.question.key_points)}"),)
    blocks: list[Block] = []
    if result.coverage.spotted:
        blocks.append(md(f"**Spotted in your answer**\n{_points(result.coverage.spotted)}"))
    if result.coverage.not_spotted:
        blocks.append(md(f"**Not spotted** (check whether you covered it)\n{_points(result.coverage.not_spotted)}"))
    if result.misconceptions:
        blocks.append(md(f"**A closer look at**\n{listed(tuple(each.say for each in result.misconceptions))}"))
    if result.opinion is not None:
        blocks.append(_suggested(result.opinion, result.question))
    return tuple(blocks)


def _suggested(opinion: Opinion, question: Question) -> Block:
    """What a language model makes of it, in words that claim no more than that."""
    found = f"{len(opinion.made)} of {len(question.key_points)} key points"
    missed = [point.label for point in question.key_points if point not in opinion.made]
    missing = f"; it misses: {'; '.join(missed)}" if missed else ""
    return text(Markdown(f"**A language model suggests** (it may be wrong): {found}{missing}.\n"), opinion.remark)


def compared(result: Feedback) -> tuple[Block, ...]:
    """The model answer, and below it what was spotted of it."""
    return (md(result.question.short_answer), Divider(), *spotted(result))


def ratings(result: Feedback, press: Press, *state: str | int) -> tuple[Block, ...]:
    """Four buttons, each of which says when the question would return."""
    buttons = tuple(
        Button(button_id(press, *state, int(rating)), f"{label} · {days(result.days[rating])}", _TONES[rating])
        for rating, label in _LABELS.items()
    )
    return (md("-# How well did you know it? Your tap decides when it returns; nobody else sees it."), Buttons(buttons))


def _points(points: tuple[KeyPoint, ...]) -> str:
    return listed(tuple(point.label for point in points))
