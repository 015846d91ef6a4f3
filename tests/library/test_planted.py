"""A copy of the shipped bank with one fault of each rule in a file of its own: all are found, at once, and no other."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.library import check_bank
from bot.library.shelf import shipped

Content = dict[str, Any]  # why: a question as YAML holds it
Plant = Callable[[Content], object]


def _set(field: str, value: object) -> Plant:
    return lambda content: content.update({field: value})


def _drop(field: str) -> Plant:
    return lambda content: content.pop(field)


def _say(sentence: str) -> Plant:
    return lambda content: content.update(common_mistakes=[sentence])


def _point(phrases: list[str]) -> Plant:
    return lambda content: content["key_points"][0].update(phrases=phrases)


def _leak(content: Content) -> None:
    said = [phrase for phrase in content["key_points"][0]["phrases"] if phrase[0] != "="]
    content["hints"] = ["What follows?"]
    content["prompt"] = f"What do you know of {said[0]}?"


def _twice(content: Content) -> None:
    first, second, *_ = content["key_points"]
    second["phrases"].append(first["phrases"][0])


def _option(change: Callable[[Content, Content], object]) -> Plant:
    def plant(content: Content) -> None:
        choice = content["multiple_choice"]
        change(choice["correct"], choice["distractors"][0])

    return plant


def _short(content: Content) -> None:
    content["short_answer"] = "It depends."


def _betray(content: Content) -> None:
    content["misconceptions"] = [{"when": ["=as everybody says so"], "say": "No."}]
    content["full_answer"] += "\nAs everybody says so."


PLANTS: dict[str, Plant] = {
    "missing-field": _drop("hints"),
    "unknown-field": _set("colour", "blue"),
    "too-long": _set("title", "x" * 81),
    "too-few": _set("hints", []),
    "unknown-choice": _set("level", "brutal"),
    "wrong-type": _set("id", "47"),
    "empty": _set("prompt", ""),
    "file-name": _set("slug", "another-name"),
    "unknown-topic": _set("topic", "astrology"),
    "unreviewed": _drop("reviewed"),
    "mention": _say("Ask @everyone."),
    "latex": _say("It is \\frac of it."),
    "html": _say("One<br>two."),
    "spoiler": _say("Divide by ||w||."),
    "asterisk": _say("It costs 2*3*4 steps."),
    "underscore": _say("Set snake_case here."),
    "backtick": _say("Set `x here."),
    "code-width": _say("```\n" + "x" * 57 + "\n```"),
    "phrase-words": _point(["one two three four five six", "a b", "c d", "e f", "g h"]),
    "phrase-twice": _twice,
    "full-answer-misses": _point(["one bird", "two birds", "three birds", "four calling birds", "five rings"]),
    "short-answer-misses": _short,
    "prompt-leak": _leak,
    "own-misconception": _betray,
    "same-option": _option(lambda correct, wrong: wrong.update(text=correct["text"])),
    "catch-all-option": _option(lambda _, wrong: wrong.update(text=f"{wrong['text'][:100]} or all of the above")),
    "option-lengths": _option(lambda _, wrong: wrong.update(text="No")),
    "arithmetic": _set("checks", ["1 + 1 == 3"]),
    "unknown-reference": _set("references", ["nobody2020nothing"]),
}


def test_every_planted_fault_is_found_and_nothing_else(tmp_path: Path) -> None:
    bank = Path(shutil.copytree(shipped(), tmp_path / "bank"))
    files = sorted(bank.glob("questions/*/*.yaml"))
    # The first file keeps its id, which another one is given too.
    kept = yaml.safe_load(files.pop(0).read_text(encoding="utf-8"))["id"]
    planted: dict[Path, str] = {}
    plants = {**PLANTS, "duplicate-id": _set("id", kept)}
    for (rule, plant), file in zip(plants.items(), files[:: len(files) // len(plants)], strict=False):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        plant(content)
        file.write_text(json.dumps(content, ensure_ascii=False, indent=0, default=str), encoding="utf-8")
        planted[file] = rule

    faults = check_bank(bank)

    assert len(planted) == len(plants) >= 25
    found = {(fault.file, fault.rule) for fault in faults}
    missed = [rule for file, rule in planted.items() if (file, rule) not in found]
    assert missed == []
    assert {fault.file for fault in faults} - planted.keys() <= {bank / "references.yaml"}


@pytest.mark.parametrize("rule", ["overlap", "near-duplicate"])
def test_what_one_file_takes_from_another_is_found_in_both(tmp_path: Path, rule: str) -> None:
    bank = Path(shutil.copytree(shipped(), tmp_path / "bank"))
    one, other = sorted(bank.glob("questions/*/*.yaml"))[:2]
    theirs, content = (yaml.safe_load(file.read_text(encoding="utf-8")) for file in (one, other))
    if rule == "overlap":
        content["short_answer"] += "\n" + theirs["short_answer"]
    else:
        content["prompt"] = " ".join(sorted(theirs["prompt"].split()))
    other.write_text(json.dumps(content, ensure_ascii=False, indent=0, default=str), encoding="utf-8")

    assert {fault.file for fault in check_bank(bank) if fault.rule == rule} == {one, other}
