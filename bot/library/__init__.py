"""The question bank on disk: read into a Bank, or checked for everything an author should put right."""

from pathlib import Path
from typing import Any

from bot.domain.questions import Bank, Kind, Level
from bot.library.cache import cached
from bot.library.faults import BankError, Fault, report
from bot.library.prose import prose_flaws
from bot.library.rubric import question_flaws
from bot.library.scaffold import scaffold
from bot.library.shape import question_schema
from bot.library.shelf import Draft, home, is_installed, shelf
from bot.library.whole import bank_faults
from bot.library.works import work_flaws

__all__ = ["BankError", "Fault", "check_bank", "editor_schema", "load_bank", "new_question", "report"]


def load_bank(path: Path | None = None, *, cache: Path | None = None) -> Bank:
    """Return the bank in a directory, by default the shipped one.

    With a `cache`, a folder that is made if need be, a bank that has not changed is not parsed again.

    Raises BankError with every fault that makes a file unusable (unreadable, against the schema, misfiled,
    repeated): never half a bank. What is merely badly written is for `check_bank`.
    """
    root = home(path)
    return cached(root, cache, lambda: _load(root)) if cache else _load(root)


def _load(root: Path) -> Bank:
    found = shelf(root)
    if found.faults:
        raise BankError(sorted(found.faults))
    questions = sorted((draft.question for draft in found.drafts if draft.question), key=lambda each: each.id)
    return Bank(tuple(questions), found.topics)


def check_bank(path: Path | None = None) -> list[Fault]:
    """Return all faults of a bank, sorted by file and line; an empty list means that it may be shipped.

    A path inside a bank (a topic's folder, one file) checks the whole bank and returns the faults of that part.
    """
    found = shelf(home(path))
    if path and not path.exists():
        return [Fault(path, 1, path.stem, "no-such-path", "There is nothing here: correct the path.")]
    faults = {*found.faults, *bank_faults(found)}
    for draft in found.drafts:
        faults.update(_editorial(draft))
    cited = {work for draft in found.drafts for work in draft.cited}
    faults.update(found.bibliography.faults(work_flaws(found.works, cited)))
    part = path.resolve() if path else found.root
    return sorted(fault for fault in faults if part == found.root or fault.file.is_relative_to(part))


def new_question(
    path: Path | None, topic: str, slug: str, *, title: str | None = None, level: Level, kind: Kind
) -> Path:
    """Write the file of a new question into a bank, by default the shipped one, and return where it is.

    Raises:
        ValueError: the topic is unknown, the slug taken or malformed, or the shipped bank is not a checkout's.
        OSError: the file cannot be written, or is there already.
    """
    if path is None and is_installed():
        raise ValueError("The shipped bank is replaced with every update: name a bank of your own with --bank.")
    file, text = scaffold(shelf(home(path)), topic, slug, title=title, level=level, kind=kind)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as opened:
        opened.write(text)
    return file


def editor_schema(path: Path | None = None) -> dict[str, Any]:  # why: Any, because this is JSON
    """Return the JSON schema of a question's file in a bank, with which editors complete and check while one types."""
    found = shelf(home(path))
    return question_schema([topic.slug for topic in found.topics], [work.id for work in found.works])


def _editorial(draft: Draft) -> list[Fault]:
    flaws = [flaw for place, text in draft.page.texts() for flaw in prose_flaws(place, text)]
    if draft.question:
        flaws.extend(question_flaws(draft.question))
    return list(draft.faults(flaws))
