"""The quiz as people read it."""

from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Button, Buttons, Colour, Divider, Markdown, Say, Tone, md, text
from bot.conversation.wording import classed
from bot.domain.questions import Bank, Level
from bot.domain.quiz import LETTERS, ordered
from bot.practice.quiz import Draw


def question(drawn: Draw, bank: Bank, topic: str | None, level: Level | None) -> Say:
    """A drawn question with its four choices; the buttons only say A to D, so that no choice is cut short."""
    choices = ordered(drawn.question.multiple_choice, drawn.order)
    return Say(
        (
            md(f"-# Quiz · {classed(drawn.question, bank.topic(drawn.question.topic).title)}"),
            md(f"**{drawn.question.multiple_choice.question}**"),
            md("\n".join(f"**{letter}**  {choice.text}" for letter, choice in zip(LETTERS, choices, strict=True))),
            Buttons(
                tuple(
                    Button(
                        button_id(Press.QUIZ_CHOOSE, drawn.id, drawn.question.id, drawn.order, place, topic, level),
                        letter,
                        Tone.MAIN,
                    )
                    for place, letter in enumerate(LETTERS)
                )
            ),
        ),
        Colour.QUESTION,
    )


def verdict(drawn: Draw, place: int, topic: str | None, level: Level | None) -> Say:
    """Whether the chosen place was right, why, and what was right instead."""
    multiple_choice = drawn.question.multiple_choice
    choices = ordered(multiple_choice, drawn.order)
    chosen, right = choices[place], multiple_choice.correct
    lines = [
        f"{_mark(is_right=choice is right, is_chosen=choice is chosen)} **{letter}**  {choice.text}"
        for letter, choice in zip(LETTERS, choices, strict=True)
    ]
    if chosen is right:
        heading, reasons = "## ✅ Right", right.why
    else:
        heading = "## Not quite"
        reasons = f"**{LETTERS[place]}**: {chosen.why}\n\n**{LETTERS[choices.index(right)]}** is right: {right.why}"
    return Say(
        (
            md(f"-# Quiz · {drawn.question.title}\n{heading}"),
            md(f"**{multiple_choice.question}**"),
            md("\n".join(lines)),
            Divider(),
            md(reasons),
            Buttons(
                (Button(button_id(Press.QUIZ_NEXT, drawn.question.id, topic, level), "Next question", Tone.MAIN, "➡️"),)
            ),
        ),
        Colour.GOOD if chosen is right else Colour.CARE,
    )


def unknown_topic(written: str) -> Say:
    """There is no such topic."""
    return Say(
        (text(written[:80] or "That", Markdown(" is not a topic. Start typing and choose one from the list.")),),
        Colour.CARE,
    )


def nothing_fits(topic_title: str | None, level: Level | None) -> Say:
    """There is no question of that topic and level."""
    of_level = f"{level.value} " if level else ""
    on_topic = f" on {topic_title}" if topic_title else ""
    return Say(
        (md(f"There are no {of_level}questions{on_topic} in the bank yet. Try `/quiz` with another topic or level."),),
        Colour.CARE,
    )


def _mark(*, is_right: bool, is_chosen: bool) -> str:
    if is_right:
        return "✅"
    return "❌" if is_chosen else "⬜"
