"""A bank of one question without a fault, to plant faults into."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

MODEL = Path(__file__).parent / "bank"


@dataclass(frozen=True)
class Desk:
    """A bank of a test's own, whose files can be rewritten."""

    root: Path

    @property
    def topics(self) -> Path:
        return self.root / "topics.yaml"

    @property
    def references(self) -> Path:
        return self.root / "references.yaml"

    @property
    def question(self) -> Path:
        return self.file("gradients-init-norm", "batch-normalization")

    def file(self, topic: str, slug: str) -> Path:
        return self.root / "questions" / topic / f"{slug}.yaml"

    def plant(self, old: str, new: str, *, file: Path | None = None) -> str:
        """Replace the first `old` of a file, by default the question, by `new` and return the file's new text."""
        return self.edit(lambda text: _replaced(text, old, new), file=file)

    def edit(self, change: Callable[[str], str], *, file: Path | None = None) -> str:
        file = file or self.question
        planted = change(file.read_text())
        file.write_text(planted)
        return planted

    def add(self, number: int, **fields: object) -> Path:
        """Add another sound question, in words of its own, with these fields changed."""
        content = _disguised(_model(), number)
        assert isinstance(content, dict)
        model = {"topic": "gradients-init-norm", "level": "easy", "kind": "concept"}
        content |= {"id": number, "slug": f"question-{number}", **model, **fields}
        file = self.file(str(content["topic"]), str(content["slug"]))
        file.parent.mkdir(exist_ok=True)
        # JSON is YAML too, and written far faster.
        file.write_text(json.dumps(content, ensure_ascii=False, indent=0, default=str))
        return file


@cache
def _model() -> object:
    (question,) = MODEL.glob("questions/*/*.yaml")
    return yaml.safe_load(question.read_text())


def _replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def _disguised(value: object, number: int) -> object:
    """Return the value in a made-up language, so that no eight words in a row are the model's."""
    shuffled = random.Random(number)
    vowels, consonants = "aeiou", "bcdfghjklmnpqrstvwxyz"
    letters = str.maketrans(
        vowels + consonants,
        "".join(shuffled.sample(vowels, len(vowels)) + shuffled.sample(consonants, len(consonants))),
    )

    def disguised(inner: object) -> object:
        if isinstance(inner, str):
            return re.sub(r"[A-Za-z]{3,}", lambda word: word.group().lower().translate(letters), inner)
        if isinstance(inner, list):
            return [disguised(item) for item in inner]
        if isinstance(inner, dict):
            kept = ("references", "reviewed")
            return {key: item if key in kept else disguised(item) for key, item in inner.items()}
        return inner

    return disguised(value)
