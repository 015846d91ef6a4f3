"""The parsed bank, kept between starts: to read hundreds of YAML files takes longer than all else at a start."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import TypeAdapter

from bot.domain import questions as model
from bot.domain.questions import Bank, Question, Topic
from bot.library.reading import MAX_BYTES


@dataclass(frozen=True, slots=True)
class _Parts:
    questions: tuple[Question, ...]
    topics: tuple[Topic, ...]


_KEPT = TypeAdapter(_Parts)


def cached(root: Path, folder: Path, load: Callable[[], Bank]) -> Bank:
    """Return what `load` returns for the bank in `root`, from `folder` if nothing has changed since it was kept.

    What is kept belongs to the content of every file below `root` and to the code that reads them. A folder that
    cannot be written, or a file in it that cannot be read, costs time and nothing else.
    """
    key = _key(root)
    file = folder / f"bank-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}.json"
    with suppress(OSError, ValueError):
        state = file.stat()
        return _kept(file, key, state.st_mtime_ns, state.st_size)
    bank = load()
    with suppress(OSError):
        _keep(file, key + b"\n" + _KEPT.dump_json(_Parts(bank.questions, bank.topics)))
    return bank


@lru_cache(maxsize=2)
def _kept(file: Path, key: bytes, _written: int, _size: int) -> Bank:
    """Read a kept bank; the same file gives the same bank, so that what others compute of it is computed once.

    Raises:
        ValueError: it is another bank, or damaged.
    """
    found, _, kept = file.read_bytes().partition(b"\n")
    if found != key:
        raise ValueError("another bank was kept here")
    parts = _KEPT.validate_json(kept)
    return Bank(parts.questions, parts.topics)


def _key(root: Path) -> bytes:
    digest = hashlib.sha256()
    for file in (*_code(), *_content(root)):
        digest.update(os.fsencode(file) + b"\0")
        with suppress(OSError), file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
            digest.update(f"{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest().encode()


def _code() -> Iterator[Path]:
    yield Path(model.__file__)
    yield from sorted(Path(__file__).parent.glob("*.py"))


def _content(root: Path) -> Iterator[Path]:
    # Only files: a pipe would never end. What else lies there changes what is faulty, so its name counts.
    yield from (root / "topics.yaml", root / "references.yaml")
    for folder in _entries(root / "questions"):
        for path in (folder, *_entries(folder)):
            yield path if path.is_file() else path / "."


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _keep(file: Path, content: bytes) -> None:
    """Write a file so that another process sees all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as writing:
        try:
            writing.write(content)
            writing.flush()
            Path(writing.name).replace(file)
        except OSError:
            Path(writing.name).unlink(missing_ok=True)
            raise
