"""From a page to a question, the topics or the works: the schema, told in an author's words."""

import dataclasses
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, ClassVar, TypeVar, cast, get_args, get_origin, get_type_hints

from annotated_types import MaxLen
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.domain.questions import Choice, KeyPoint, Misconception, MultipleChoice, Question, Reference, Topic
from bot.library.faults import Flaw, Place
from bot.library.reading import Page, Value


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """What topics.yaml holds."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    topics: tuple[Topic, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bibliography:
    """What references.yaml holds."""

    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}

    references: tuple[Reference, ...]


Shape = TypeVar("Shape", Question, Taxonomy, Bibliography)

QUESTION = TypeAdapter(Question)
TAXONOMY = TypeAdapter(Taxonomy)
BIBLIOGRAPHY = TypeAdapter(Bibliography)

# With nothing worse than these, the rest of a question can still be judged.
_SLIGHT = frozenset(
    {
        "greater_than",
        "greater_than_equal",
        "less_than_equal",
        "string_too_long",
        "string_too_short",
        "too_long",
        "too_short",
        "unexpected_keyword_argument",
    }
)
_FIELDS = sorted(
    {
        field.name
        for kind in (
            *(Bibliography, Choice, KeyPoint, Misconception, MultipleChoice),
            *(Question, Reference, Taxonomy, Topic),
        )
        for field in dataclasses.fields(kind)
    }
)


# Stands for a cited work while the rest of a question is shaped: a work's own faults are told where it is listed.
_ANY_WORK: Mapping[str, Value] = {"id": "any", "title": "Any", "authors": "Any", "year": 2000}


def question_on(page: Page, works: Mapping[str, Reference] | None) -> tuple[Question | None, list[Flaw]]:
    """Return the question on a page and what breaks the schema; None if it is too broken to judge further.

    The ids under `references` are looked up in `works`; None when those could not be read, which is told elsewhere.
    """
    value = page.value
    cited = value.get("references") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(cited, list):
        return _shaped(page, QUESTION, Question)
    stand_ins: list[Value] = [dict(_ANY_WORK) for _ in cited]
    question, flaws = _shaped(dataclasses.replace(page, value={**value, "references": stand_ins}), QUESTION, Question)
    if works is None:
        return question, flaws
    flaws.extend(_citations(cited, works))
    known = tuple(works[item] for item in cited if isinstance(item, str) and item in works)
    return (dataclasses.replace(question, references=known) if question else None), flaws


def question_schema(topics: Sequence[str], works: Sequence[str]) -> dict[str, Any]:  # why: Any, because this is JSON
    """Return the JSON schema of a question's file: topics and works are named by one of these ids."""
    schema = QUESTION.json_schema()
    properties = schema["properties"]
    properties["topic"] = {"type": "string", "enum": list(topics)}
    properties["references"]["items"] = {"type": "string", "enum": list(works)}
    del schema["$defs"]["Reference"]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def topics_on(page: Page) -> tuple[tuple[Topic, ...], list[Flaw]]:
    """Return the topics on a page and what breaks the schema."""
    taxonomy, flaws = _shaped(page, TAXONOMY, Taxonomy)
    return (taxonomy.topics if taxonomy else (), flaws)


def works_on(page: Page) -> tuple[tuple[Reference, ...], list[Flaw]]:
    """Return the works on a page and what breaks the schema."""
    bibliography, flaws = _shaped(page, BIBLIOGRAPHY, Bibliography)
    return (bibliography.references if bibliography else (), flaws)


def _citations(cited: list[Value], works: Mapping[str, Reference]) -> Iterator[Flaw]:
    for number, item in enumerate(cited):
        place = ("references", number)
        if not isinstance(item, str):
            sentence = (
                f"Item {number + 1} of `references` is {_kind(item)}, but must be the id of a work: "
                "list the work in references.yaml and cite it here by its id."
            )
            yield Flaw(place, "wrong-type", sentence)
        elif item not in works:
            close = difflib.get_close_matches(item, works, 1)
            hint = f", or correct it to `{close[0]}`" if close else ""
            sentence = f"`{item}` is not in references.yaml: list the work there{hint}."
            yield Flaw(place, "unknown-reference", sentence)


def _shaped(page: Page, adapter: TypeAdapter[Shape], kind: type[Shape]) -> tuple[Shape | None, list[Flaw]]:
    if page.value is None:
        return None, []
    # Strict JSON rules: a quoted number is text, yet a list may become a tuple.
    spelled = json.dumps(page.value, default=date.isoformat)
    flaws = list(_astral(page, kind))
    try:
        return adapter.validate_json(spelled, strict=True), flaws
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)
        for detail in details:
            flaws.extend(_flaw(page, detail))
        if all(detail["type"] in _SLIGHT for detail in details):
            return cast("Shape", _built(kind, page.value)), flaws
        return None, flaws


def _astral(page: Page, kind: type[Shape]) -> Iterator[Flaw]:
    """Find texts that fit in code points but not in UTF-16 units, which is what Discord counts."""
    for place, text in page.texts():
        if text.isascii() or max(text) <= "\uffff":
            continue
        limit = _limit(kind, place)
        units = len(text.encode("utf-16-le")) // 2
        if limit is not None and len(text) <= limit < units:
            sentence = (
                f"{_name(place)} has {units} characters as Discord counts them (an emoji is two): "
                f"shorten it to at most {limit}."
            )
            yield Flaw(place, "too-long", sentence)


def _limit(kind: object, place: Place) -> int | None:
    """Return the longest text allowed at a place of a shape, or None where no text belongs."""
    limit = None
    if get_origin(kind) is Annotated:
        kind, *notes = get_args(kind)
        limit = next((note.max_length for note in notes if isinstance(note, MaxLen)), None)
    if get_origin(kind) is UnionType or type(kind) is UnionType:
        return next((found for part in get_args(kind) if (found := _limit(part, place)) is not None), None)
    if not place:
        return limit if kind is str else None
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        return _limit(get_args(kind)[0], rest) if get_origin(kind) is tuple else None
    if not dataclasses.is_dataclass(kind):
        return None
    hints = get_type_hints(kind, include_extras=True)
    return _limit(hints[step], rest) if step in hints else None


def _built(kind: object, value: Value) -> object:
    """Build a shape whose every value has the right type, though perhaps not the right size."""
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints = get_type_hints(kind)
        return kind(**{name: _built(hints[name], item) for name, item in value.items() if name in hints})
    if get_origin(kind) is tuple and isinstance(value, list):
        return tuple(_built(get_args(kind)[0], item) for item in value)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(str(value))
    return value


def _flaw(page: Page, detail: ErrorDetails) -> Iterator[Flaw]:
    place, name, raw = detail["loc"], _name(detail["loc"]), _at(page.value, detail["loc"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            yield Flaw(place, "missing-field", f"{name} is missing: add it.")
        case "unexpected_keyword_argument":
            close = difflib.get_close_matches(str(place[-1]), _FIELDS, 1)
            hint = f" or correct it to `{close[0]}`" if close else ""
            yield Flaw(place, "unknown-field", f"{name} is not a field here: remove it{hint}.")
        case "string_too_long" if isinstance(raw, str):
            size = max(len(raw), len(raw.encode("utf-16-le")) // 2)
            sentence = f"{name} has {size} characters: shorten it to at most {context['max_length']}."
            yield Flaw(place, "too-long", sentence)
        case "string_too_short":
            yield Flaw(place, "empty", f"{name} is empty: write it.")
        case "too_long":
            sentence = f"{name} has {_size(raw)} items: keep at most {context['max_length']}."
            yield Flaw(place, "too-many", sentence)
        case "too_short":
            # Items that are broken themselves do not count for pydantic, but do for an author.
            if _size(raw) < context["min_length"]:
                sentence = f"{name} has {_size(raw)} items: at least {context['min_length']} are needed."
                yield Flaw(place, "too-few", sentence)
        case "enum":
            choices = context["expected"].replace("'", "")
            yield Flaw(place, "unknown-choice", f"{name} is {raw!r}: choose {choices}.")
        case kind:
            yield Flaw(place, "wrong-type", f"{name} {_mismatch(kind, raw, detail['msg'])}")


def _mismatch(kind: str, raw: Value, message: str) -> str:
    if raw is None:
        return "has no value: write one, or remove the field if it is optional."
    if kind == "string_type":
        fix = "put it in quotes" if isinstance(raw, int | float | date) else "write one text here"
        return f"is {_kind(raw)}, but must be text: {fix}."
    if kind == "tuple_type":
        return f"is {_kind(raw)}, but must be a list: give each item a line that starts with `- `."
    if kind == "dataclass_type":
        return f"is {_kind(raw)}, but must be a group of `field: value` lines: write it like the other files."
    if kind.startswith("int"):
        return f"is {_kind(raw)}, but must be a whole number: write one without quotes."
    if kind.startswith("date"):
        return "must be a day: write it like 2026-11-23."
    return f"is {raw!r}: change it, the {message[0].lower()}{message[1:]}."


def _kind(raw: Value) -> str:
    match raw:
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {raw}"
        case date():
            return f"the date {raw}"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a group of fields"


def _name(place: Place) -> str:
    """Return how an author would call a place: "`title`", "Item 2 of `hints`"."""
    named = next((step for step in reversed(place) if isinstance(step, str)), None)
    if named is None:
        return "The file"
    return f"Item {place[-1] + 1} of `{named}`" if isinstance(place[-1], int) else f"`{named}`"


def _at(value: Value, place: Place) -> Value:
    for step in place:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _size(value: Value) -> int:
    return len(value) if isinstance(value, list | dict | str) else 0
