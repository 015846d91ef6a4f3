"""Faults of the bank, in words that an author understands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

Place = tuple[str | int, ...]


class Flaw(NamedTuple):
    """Something wrong at a place of one file; `row` counts lines into a text that spans several."""

    place: Place
    rule: str
    sentence: str
    row: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in the bank: where (`line` counts from 1), which rule, and what to do about it."""

    file: Path
    line: int
    slug: str
    rule: str
    sentence: str


class BankError(Exception):
    """The bank cannot be used; `faults` says why, all at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        super().__init__(f"The question bank has {count}; correct them and start again:\n{as_text(faults)}")


def as_text(faults: Sequence[Fault]) -> str:
    """Return one line per fault, each starting with a place that editors can open."""
    return "\n".join(
        f"{_shown(fault.file)}:{fault.line}: [{fault.rule}] {fault.slug}: {fault.sentence}" for fault in faults
    )


def as_json(faults: Sequence[Fault]) -> str:
    """Return the faults as a JSON list of objects."""
    return json.dumps(
        [
            {
                "file": _shown(fault.file),
                "line": fault.line,
                "rule": fault.rule,
                "slug": fault.slug,
                "sentence": fault.sentence,
            }
            for fault in faults
        ],
        ensure_ascii=False,
        indent=2,
    )


def report(faults: Sequence[Fault], form: Literal["text", "json"] = "text") -> str:
    """Return what `bank check` prints."""
    if form == "json":
        return as_json(faults)
    return as_text(faults) if faults else "The bank has no faults."


def _shown(file: Path) -> str:
    here = Path.cwd()
    return str(file.relative_to(here) if file.is_relative_to(here) else file)
