"""YAML as authors mean it: plain values with their line numbers, and none of YAML's surprises.

Refused are aliases, anchors and tags (a few hundred bytes can stand for gigabytes, or for code), and the
unquoted scalars that YAML 1.1 turns into something else (`21:30` is 1290 there).
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import yaml

from bot.library.faults import Flaw, Place

Value: TypeAlias = "str | int | float | bool | date | list[Value] | dict[str, Value] | None"

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MAX_VALUES = 5000
MAX_TEXT = 20_000

# libyaml where it is there (ten times as fast), else the same parser in Python.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SURPRISING = re.compile(
    r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"  # sexagesimal: a time of day becomes a number
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?"  # a date, where text is wanted
    r"|[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"  # grouped, octal, exponential
    r"|[-+]?0(?:[xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|=|<<"
)
# Control and format characters: nobody sees them, and some reverse or hide the text around them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]|\r(?!\n)"
)
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One file as read: its value, what was wrong with it, and the line of each place in it."""

    value: Value
    flaws: tuple[Flaw, ...]
    lines: Mapping[Place, int]
    blocks: Mapping[Place, int]

    def line(self, place: Place, row: int = 0) -> int:
        """Return the line, counted from 1, of a place or of the nearest enclosing one that exists.

        `row` counts lines into a text; only a literal block (`|-`) keeps its rows apart in the file.
        """
        if place in self.blocks:
            return self.blocks[place] + row if row else self.lines[place]
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def texts(self) -> Iterator[tuple[Place, str]]:
        """Return every text in the file with its place."""
        yield from _texts(self.value, ())


def read(content: bytes, dates: Collection[Place] = (), most: int = MAX_VALUES) -> Page:
    """Return the page that these bytes spell; only the places in `dates` may hold an unquoted date.

    `most` is how many values a file may hold.
    Whatever cannot be read safely leaves a page without a value, and a flaw that says why.
    """
    try:
        return _Builder(_text(content), dates, most).page()
    except _UnreadableError as stop:
        return Page(None, (Flaw((), stop.rule, stop.sentence),), {(): stop.line}, {})


class _UnreadableError(Exception):
    def __init__(self, line: int, rule: str, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.rule, self.sentence = line, rule, sentence


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _UnreadableError(1, "too-big", "The file is larger than 1 MiB: shorten it or split it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _UnreadableError(line, "not-utf-8", "This line is not UTF-8: save the file as UTF-8.") from None
    if unseen := _UNSEEN.search(text):
        line = text.count("\n", 0, unseen.start()) + 1
        raise _UnreadableError(line, "invisible-character", _invisible(unseen.group()))
    return text


def _invisible(character: str) -> str:
    return f"This line holds the invisible character U+{ord(character):04X}: delete it."


def _texts(value: Value, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*place, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*place, key))


class _Builder:
    """Turns the parser's events into a page, so that nothing hostile is ever expanded."""

    def __init__(self, text: str, dates: Collection[Place], most: int) -> None:
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self.dates = dates
        self.most = most
        self.values = 0
        self.flaws: list[Flaw] = []
        self.lines: dict[Place, int] = {}
        self.blocks: dict[Place, int] = {}

    def page(self) -> Page:
        try:
            value = self.document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise _UnreadableError(mark.line + 1 if mark else 1, "yaml-syntax", _syntax(error.problem)) from None
        except (yaml.YAMLError, ValueError) as error:
            # The parser in Python lets the reader's errors, and chr()'s, through as they are.
            raise _UnreadableError(1, "yaml-syntax", _syntax(error)) from None
        return Page(value, tuple(self.flaws), self.lines, self.blocks)

    def document(self) -> Value:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise _UnreadableError(1, "empty-file", "The file is empty: write the question or delete it.")
        value = self.node(next(self.events), ())
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            sentence = "A second document starts here: keep one per file and remove the `---`."
            raise _UnreadableError(_line(after), "two-documents", sentence)
        return value

    def node(self, event: yaml.Event, place: Place) -> Value:
        line = _line(event)
        self.lines.setdefault(place, line)
        self.refuse(event, place, line)
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event, place, line)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Value] = []
            while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
                items.append(self.node(item, (*place, len(items))))
            return items
        return self.mapping(place)

    def refuse(self, event: yaml.Event, place: Place, line: int) -> None:
        self.values += 1
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            sentence = f"`{event.anchor}` is a YAML anchor or alias: write the value out, or quote the text."
            raise _UnreadableError(line, "alias", sentence)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            sentence = f"`{event.tag}` is a YAML tag: remove it, or quote the text if it starts with `!`."
            raise _UnreadableError(line, "tag", sentence)
        if len(place) > MAX_DEPTH:
            sentence = f"Lists and mappings are nested more than {MAX_DEPTH} deep: flatten them."
            raise _UnreadableError(line, "too-deep", sentence)
        if self.values > self.most:
            sentence = f"The file holds more than {self.most} values: split it."
            raise _UnreadableError(line, "too-big", sentence)

    def mapping(self, place: Place) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = _line(event)
            self.refuse(event, place, line)
            if not isinstance(event, yaml.ScalarEvent):
                sentence = "A list or mapping stands where a field's name should: quote it if it is text."
                raise _UnreadableError(line, "yaml-syntax", sentence)
            key: str = event.value
            inside = (*place, key)
            if key in entries:
                inside = (*place, f"{key} again")
                sentence = f"`{key}` was already given on line {self.lines[(*place, key)]}: keep one."
                self.flaws.append(Flaw(inside, "duplicate-key", sentence))
            self.lines[inside] = line
            value = self.node(next(self.events), inside)
            entries.setdefault(key, value)
        return entries

    def scalar(self, event: yaml.ScalarEvent, place: Place, line: int) -> Value:
        text: str = event.value
        if len(text) > MAX_TEXT:
            sentence = f"A text of {len(text)} characters starts here: shorten it to what its field may hold."
            raise _UnreadableError(line, "too-big", sentence)
        if event.style == "|":
            self.blocks[place] = line + 1
        if event.style:
            if unseen := _UNSEEN.search(text):
                self.flaws.append(Flaw(place, "invisible-character", _invisible(unseen.group())))
                return _UNSEEN.sub("", text)
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return float(text)
        if place in self.dates and (day := _day(text)):
            return day
        if _SURPRISING.fullmatch(text):
            sentence = f"`{text}` is read differently by different YAML readers: quote it."
            self.flaws.append(Flaw(place, "unquoted", sentence))
        return text


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _syntax(problem: object) -> str:
    told = " ".join(str(problem).split())
    return (
        f"The YAML cannot be read from here on ({told}): check the indentation, "
        "and quote text that holds `: ` or ` #` or starts with a special character."
    )
