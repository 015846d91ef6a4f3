"""Every question of the shipped bank, on every surface, as Discord would be asked to show it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from discord import ComponentType

from bot.conversation import rounds
from bot.conversation.preview import preview
from bot.conversation.say import Form, Say, Text
from bot.domain.questions import Bank, Choice, KeyPoint, MultipleChoice, Question
from bot.domain.rounds import Round, State
from bot.domain.sitting import Asked, Mode, Sitting, Tally
from bot.frontends.discord import render
from bot.frontends.discord.render import layout, modal
from bot.library import load_bank
from bot.practice.publisher import Before, Helpful, Opening, Recap
from bot.practice.sitting import Turn

NOW = datetime(2026, 9, 30, 9, tzinfo=UTC)
# The longest that the parts of an id can be: a far take of a day, a large number, a draw of 40 bits.
ROUND = Round(
    id=1,
    community_id="9" * 20,
    day=date(2026, 9, 30),
    take=9999,
    number=99_999,
    question_id=1,
    state=State.OPEN,
    channel_id="9" * 20,
    due_at=NOW,
    claimed_at=NOW,
    thread_id="9" * 20,
)


@cache
def bank() -> Bank:
    return load_bank()


TURN = Turn(
    Sitting("f" * 16, "9" * 20, "9" * 20, Mode.CHOICE),
    Asked(9999, 999_999, 23),
    bank().questions[0],
    Tally(999, 999),
    999,
)


def surfaces(question: Question, among: Bank) -> Iterator[Say]:
    """Yield everything that is ever said about a question."""
    for _, say in preview(question, among, this=ROUND, turn=TURN, answered=100_000):
        yield say
    yield rounds.question_post(Opening(ROUND, question, Before(ROUND, 100_000)), among)
    milestones = tuple((f"{member:020}", reached) for reached in (365, 100, 30, 7) for member in range(30))
    helpful = tuple(Helpful("9" * 20, "9" * 20, 100_000) for _ in range(3))
    yield rounds.recap(Recap(ROUND, question, 100_000, milestones, helpful))


def components(raw: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    # why: Any, because this is Discord's JSON.
    for component in raw:
        yield component
        yield from components(component.get("components", []))
        if "component" in component:
            yield from components([component["component"]])


def length(text: str) -> int:
    """Return the length as whichever counts more: code points, or UTF-16 units as a client counts them."""
    return max(len(text), len(text.encode("utf-16-le")) // 2)


def faults(say: Say) -> list[str]:
    """Return what Discord would refuse of a message, and what the renderer cut from it."""
    shown = list(components(layout(say).to_components()))  # type: ignore[no-untyped-call]  # why: discord.py leaves it
    texts = [part["content"] for part in shown if part["type"] == ComponentType.text_display.value]
    buttons = [part for part in shown if part["type"] == ComponentType.button.value]
    rows = [part for part in shown if part["type"] == ComponentType.action_row.value]
    written = ["".join(map(render._part, block.parts)).rstrip("\n") for block in say.blocks if isinstance(block, Text)]
    found = [f"{len(shown)} components"] if len(shown) > 40 else []
    found += [f"{sum(map(length, texts))} characters"] if sum(map(length, texts)) > 4000 else []
    found += [f"cut: {text[-60:]!r}" for text, whole in zip(texts, written, strict=True) if text != whole]
    found += ["an empty text" for text in texts if not text.strip()]
    found += [f"id {button['custom_id']}" for button in buttons if not 1 <= length(button["custom_id"]) <= 100]
    found += [f"label {button['label']}" for button in buttons if not 1 <= length(button["label"]) <= 80]
    found += ["two buttons with one id"] if len({button["custom_id"] for button in buttons}) < len(buttons) else []
    found += ["a row of no or too many buttons" for row in rows if not 1 <= len(row["components"]) <= 5]
    return found


def form_faults(form: Form) -> list[str]:
    raw = modal(form).to_dict()
    shown = list(components(raw["components"]))
    (label,) = (part for part in shown if part["type"] == ComponentType.label.value)
    (entry,) = (part for part in shown if part["type"] == ComponentType.text_input.value)
    limits = {
        "title": (raw["title"], 45),
        "id": (raw["custom_id"], 100),
        "label": (label["label"], 45),
        "description": (label["description"], 100),
        "field": (entry["custom_id"], 100),
    }
    found = [f"{name} {text!r}" for name, (text, limit) in limits.items() if not 1 <= length(text) <= limit]
    return found + (["field length"] if not 0 <= entry["min_length"] < entry["max_length"] <= 4000 else [])


def all_faults(question: Question, among: Bank) -> list[str]:
    this = replace(ROUND, question_id=question.id)
    name = rounds.thread_name(this, question)
    found = [fault for say in surfaces(question, among) for fault in faults(say)]
    found += form_faults(rounds.answer_form(this.key, question))
    return found + ([f"thread name {name!r}"] if not 1 <= length(name) <= 100 or question.title not in name else [])


def test_no_question_of_the_shipped_bank_is_too_long_for_any_surface() -> None:
    found = {question.slug: faults for question in bank() if (faults := all_faults(question, bank()))}

    assert found == {}


def test_a_question_as_long_as_the_format_allows_fits_everywhere() -> None:
    long = Choice(text="x" * 200, why="x" * 240)
    longest = replace(
        bank().questions[0],
        id=999_999,
        title="x" * 80,
        prompt="x" * 600,
        hints=("x" * 300,) * 3,
        short_answer="x" * 1000,
        full_answer="x" * 3500,
        key_points=(KeyPoint(label="x" * 90, phrases=("a", "b", "c", "d", "e")),) * 6,
        multiple_choice=MultipleChoice(question="x" * 300, correct=long, distractors=(replace(long),) * 3),
    )
    among = Bank((longest,), bank().topics)

    assert all_faults(longest, among) == []


@pytest.mark.parametrize("press", ["post", "hint"])
def test_what_is_too_long_would_be_found(press: str) -> None:
    question = replace(bank().questions[0], prompt="x" * 5000, hints=("x" * 5000,))
    this = replace(ROUND, question_id=question.id)
    say = rounds.hint(this, question, 0) if press == "hint" else rounds.question_post(Opening(this, question), bank())

    assert any(fault.startswith("cut:") for fault in faults(say))
