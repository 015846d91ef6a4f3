"""The question bank on disk: read into a Bank, or checked for everything an author should put right."""

from pathlib import Path

from bot.domain.questions import Bank
from bot.library.faults import BankError, Fault, report
from bot.library.prose import prose_flaws
from bot.library.rubric import question_flaws
from bot.library.shelf import Draft, home, shelf
from bot.library.whole import bank_faults
from bot.library.works import work_flaws

__all__ = ["BankError", "Fault", "check_bank", "load_bank", "report"]


def load_bank(path: Path | None = None) -> Bank:
    """Return the bank in a directory, by default the shipped one.

    Raises BankError with every fault that makes a file unusable (unreadable, against the schema, misfiled,
    repeated): never half a bank. What is merely badly written is for `check_bank`.
    """
    found = shelf(home(path))
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


def _editorial(draft: Draft) -> list[Fault]:
    flaws = [flaw for place, text in draft.page.texts() for flaw in prose_flaws(place, text)]
    if draft.question:
        flaws.extend(question_flaws(draft.question))
    return list(draft.faults(flaws))
