"""The files of a bank: found, read and shaped, each with the faults that keep it from being used."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import bot
from bot.domain.questions import Question, Reference, Topic
from bot.library.faults import Fault, Flaw, Place
from bot.library.reading import MAX_BYTES, Page, read
from bot.library.shape import question_on, topics_on, works_on

_NO_PAGE = Page(None, (), {}, {})
# A whole bank's works stand in one file.
_MOST_VALUES = 100_000


@dataclass(frozen=True, slots=True)
class Draft:
    """One file of the bank; `question` is None when the file is too broken to be judged as one."""

    file: Path
    page: Page
    question: Question | None

    @property
    def slug(self) -> str:
        """The slug the file gives, else the one its name promises."""
        given = self.page.value.get("slug") if isinstance(self.page.value, dict) else None
        return given if isinstance(given, str) and given and given.isprintable() else self.file.stem

    @property
    def cited(self) -> Iterator[str]:
        """The ids that stand under `references`."""
        items = self.page.value.get("references") if isinstance(self.page.value, dict) else None
        yield from (item for item in items if isinstance(item, str)) if isinstance(items, list) else ()

    def faults(self, flaws: Iterable[Flaw]) -> Iterator[Fault]:
        """Return these flaws with the file, line and slug they belong to."""
        for flaw in flaws:
            line = self.page.line(flaw.place, flaw.row)
            yield Fault(self.file, line, self.slug, flaw.rule, flaw.sentence)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything in a bank's directory, and the faults that make it unusable."""

    root: Path
    topics: tuple[Topic, ...]
    taxonomy: Draft
    works: tuple[Reference, ...]
    bibliography: Draft
    drafts: tuple[Draft, ...]
    faults: tuple[Fault, ...]


_PACKAGE = Path(bot.__file__).parent


def is_installed() -> bool:
    """Whether the shipped bank lies inside an installed package, and not in a checkout."""
    return (_PACKAGE / "data").is_dir()


def shipped() -> Path:
    """Return the directory of the shipped bank."""
    return (_PACKAGE if is_installed() else _PACKAGE.parent) / "data"


def home(path: Path | None) -> Path:
    """Return the bank's directory that a path lies in: the nearest one with a topics.yaml, else the path."""
    if path is None:
        return shipped()
    path = path.resolve()
    return next((each for each in (path, *path.parents) if (each / "topics.yaml").is_file()), path)


def shelf(root: Path) -> Shelf:
    """Read all of a bank's directory."""
    faults: list[Fault] = []
    taxonomy, topics, flaws = _taxonomy(root)
    faults.extend(taxonomy.faults(flaws))
    bibliography, works, flaws = _bibliography(root)
    faults.extend(bibliography.faults(flaws))
    known = {work.id: work for work in works} if works or not flaws else None
    drafts: list[Draft] = []
    for file, flaw in _files(root):
        if flaw:
            faults.append(Fault(file, 1, file.stem, flaw.rule, flaw.sentence))
            continue
        draft, flaws = _draft(file, known)
        drafts.append(draft)
        faults.extend(draft.faults(flaws))
        faults.extend(draft.faults(_filing(draft, topics)))
    faults.extend(_repeats(drafts))
    if not drafts and not faults:
        sentence = "There are no questions here: add some as questions/<topic>/<slug>.yaml."
        faults.append(Fault(root, 1, root.name, "empty-bank", sentence))
    return Shelf(root, topics, taxonomy, works, bibliography, tuple(drafts), tuple(faults))


def _taxonomy(root: Path) -> tuple[Draft, tuple[Topic, ...], list[Flaw]]:
    file = root / "topics.yaml"
    content = _content(root, file, "no-topics")
    if isinstance(content, Flaw):
        return Draft(file, _NO_PAGE, None), (), [content]
    page = read(content)
    topics, flaws = topics_on(page)
    seen: set[str] = set()
    for number, topic in enumerate(topics):
        if topic.slug in seen:
            sentence = f"The topic `{topic.slug}` is there twice: keep one."
            flaws.append(Flaw(("topics", number, "slug"), "duplicate-topic", sentence))
        seen.add(topic.slug)
    unique = {topic.slug: topic for topic in reversed(topics)}
    kept = tuple(topic for topic in topics if unique[topic.slug] is topic)
    return Draft(file, page, None), kept, [*page.flaws, *flaws]


def _bibliography(root: Path) -> tuple[Draft, tuple[Reference, ...], list[Flaw]]:
    file = root / "references.yaml"
    content = _content(root, file, "no-references")
    if isinstance(content, Flaw):
        return Draft(file, _NO_PAGE, None), (), [content]
    page = read(content, most=_MOST_VALUES)
    works, flaws = works_on(page)
    seen: set[str] = set()
    for number, work in enumerate(works):
        if work.id in seen:
            sentence = f"The work `{work.id}` is there twice: keep one, or give the other an id of its own."
            flaws.append(Flaw(("references", number, "id"), "duplicate-reference", sentence))
        seen.add(work.id)
    return Draft(file, page, None), works, [*page.flaws, *flaws]


def _files(root: Path) -> Iterator[tuple[Path, Flaw | None]]:
    """Return the files of questions/<topic>/, and whatever lies there that is not one."""
    questions = root / "questions"
    if flaw := _escaping(root, questions):
        yield questions, flaw
        return
    for folder in _entries(questions):
        if flaw := _escaping(root, folder):
            yield folder, flaw
        elif not folder.is_dir():
            sentence = "A file lies outside of the topics' folders: move it to questions/<topic>/ or delete it."
            yield folder, Flaw((), "stray-file", sentence)
        else:
            for file in _entries(folder):
                yield file, _escaping(root, file) or _stray(file)


def _entries(folder: Path) -> list[Path]:
    """Return what lies in a directory, without what editors and operating systems hide there."""
    return sorted(each for each in folder.iterdir() if each.name[0] != ".") if folder.is_dir() else []


def _escaping(root: Path, path: Path) -> Flaw | None:
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        return Flaw((), "symlink", "This link leads outside of the bank: replace it by the file itself.")
    return None


def _stray(file: Path) -> Flaw | None:
    if file.suffix != ".yaml" or not file.is_file():
        return Flaw((), "stray-file", "Only files named <slug>.yaml belong here: rename it or delete it.")
    return None


def _content(root: Path, file: Path, rule: str) -> bytes | Flaw:
    if flaw := _escaping(root, file):
        return flaw
    if not file.is_file():
        return Flaw((), rule, f"The bank has no {file.name}: add it, or name the directory that has one.")
    return _bytes(file)


def _bytes(file: Path) -> bytes | Flaw:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        return Flaw((), "unreadable", f"The file cannot be opened ({error.strerror}): make it readable.")


def _draft(file: Path, works: Mapping[str, Reference] | None) -> tuple[Draft, list[Flaw]]:
    content = _bytes(file)
    if isinstance(content, Flaw):
        return Draft(file, _NO_PAGE, None), [content]
    page = read(content, dates=(("reviewed",),))
    question, flaws = question_on(page, works)
    return Draft(file, page, question), [*page.flaws, *flaws]


def _filing(draft: Draft, topics: tuple[Topic, ...]) -> Iterator[Flaw]:
    """Find where the file's name, its folder and what it says of itself disagree."""
    question = draft.question
    if question is None:
        return
    if question.slug != draft.file.stem:
        sentence = f"`slug` is {question.slug}, but the file is {draft.file.name}: make them the same."
        yield Flaw(("slug",), "file-name", sentence)
    if question.topic != draft.file.parent.name:
        sentence = (
            f"`topic` is {question.topic}, but the folder is {draft.file.parent.name}: "
            "correct the topic or move the file."
        )
        yield Flaw(("topic",), "folder", sentence)
    if topics and question.topic not in {topic.slug for topic in topics}:
        sentence = f"`topic` {question.topic} is not in topics.yaml: choose one of those listed there."
        yield Flaw(("topic",), "unknown-topic", sentence)


def _repeats(drafts: Iterable[Draft]) -> Iterator[Fault]:
    ids: dict[int, Draft] = {}
    slugs: dict[str, Draft] = {}
    for draft in drafts:
        if draft.question is None:
            continue
        number, slug = draft.question.id, draft.question.slug
        if (other := ids.setdefault(number, draft)) is not draft:
            yield from draft.faults([_repeated(("id",), f"`id` {number}", "duplicate-id", other)])
        if (other := slugs.setdefault(slug, draft)) is not draft:
            yield from draft.faults([_repeated(("slug",), f"`slug` {slug}", "duplicate-slug", other)])


def _repeated(place: Place, what: str, rule: str, other: Draft) -> Flaw:
    where = f"{other.file.parent.name}/{other.file.name}"
    return Flaw(place, rule, f"{what} is already taken by {where}: give this question its own.")
