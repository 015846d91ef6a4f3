"""What Discord would show wrongly in a text: judged on markdown as Discord reads it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.library.faults import Flaw, Place

CODE_WIDTH = 56

# These fields are read by the matcher or shown apart, never as markdown.
NOT_PROSE = frozenset({"id", "slug", "topic", "level", "kind", "phrases", "when", "checks", "references", "reviewed"})
CODE = "\ufffc"

_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_INLINE = re.compile(r"(?<!`)(`{1,2})(?!`)(?:(?!\n\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"\]\([^()\s]*\)|<?https?://[^\s<>]+>?")
_EMPHASIS = re.compile(r"\*+|_+")
_NUMBER = re.compile(r"[-−+≈~]?[0-9][0-9.,]*[0-9]\s?%?|[0-9]\s?%?")
_ESCAPED = re.compile(r"\\[*_]")
_BULLET = re.compile(r"^[ >]*\*(?= )", re.MULTILINE)
_PARAGRAPH_END = re.compile(r"(\n\s*\n)")
_STRAY = {
    "*": ("asterisk", "put it in code, or write × for a product"),
    "_": ("underscore", "put names with `_` in code"),
}


class _Pattern(NamedTuple):
    """A pattern, and the characters of which any text that it matches has one: most texts have none."""

    rule: str
    pattern: re.Pattern[str]
    sentence: str
    signs: str


# A mention pings wherever it stands, so it is looked for in every field.
_MENTION = _Pattern(
    "mention",
    re.compile(r"@everyone\b|@here\b|<@[!&]?\d+>|<#\d+>"),
    "mentions people or a channel: write the name without `@`, `<` and `#`.",
    "@#",
)
_LATEX_IN_CODE = _Pattern(
    "latex",
    re.compile(
        r"\^\{|\\(?:frac|sqrt|sum|prod|int|partial|nabla|math[a-z]+|text[a-z]*|alpha|beta|gamma|delta"
        r"|epsilon|theta|lambda|mu|sigma|phi|cdot|times|left|right|begin|end|hat|bar|tilde|leq|geq"
        r"|approx|infty|top|log|exp|odot)(?![a-zA-Z])"
    ),
    "is LaTeX, which Discord does not render: write it like NumPy, with Unicode where it helps.",
    "\\^",
)
_OUTSIDE_CODE = (
    _Pattern(
        "latex",
        re.compile(r"\$\$|\$(?=\S)[^$\n]*[^$\s]\$(?!\d)|\\[a-zA-Z]{2,}|\\[()\[\]]|\^\{"),
        "is LaTeX, which Discord does not render: use Unicode maths in inline code.",
        "$\\^",
    ),
    _Pattern(
        "table",
        re.compile(
            r"^[ \t]*+(?:\|[ \t]*+)?:?-{2,}+:?[ \t]*+(?:\|[ \t]*+:?-{2,}+:?[ \t]*+)+(?:\|[ \t]*+)?$"
            r"|^[ \t]*\|[ \t].*[ \t]\|[ \t].*[ \t]\|[ \t]*$",
            re.MULTILINE,
        ),
        "is a table, which Discord does not render: use a list, or align it in a code block.",
        "|",
    ),
    _Pattern(
        "image",
        re.compile(r"!\[[^\]\n]*\]\("),
        "is an image, which Discord does not show in text: describe it or link to it.",
        "!",
    ),
    _Pattern(
        "html",
        re.compile(r"</?[a-zA-Z](?!ttps?://)[^<>\n]*>|<!--|&(?:[a-zA-Z]{2,8}|#\d+);"),
        "is HTML, which Discord shows as it stands: use markdown, or put it in code.",
        "<&",
    ),
    _Pattern(
        "rule",
        re.compile(r"^[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE),
        "is a horizontal rule, which Discord does not render: leave an empty line.",
        "-*_",
    ),
    _Pattern(
        "spoiler",
        re.compile(r"\|\|[^|\n]+\|\|"),
        "would be hidden as a spoiler: put a norm in code.",
        "|",
    ),
)


def prose_flaws(place: Place, text: str) -> Iterator[Flaw]:
    """Find what Discord would show wrongly in one text of a question."""
    yield from _first(place, text, _MENTION)
    if any(step in NOT_PROSE for step in place):
        return
    yield from _fences(place, text)
    bare = without_code(text)
    if "`" in bare:
        row = bare.count("\n", 0, bare.index("`"))
        sentence = "A backtick has no partner, so the code does not end: close it."
        yield Flaw(place, "backtick", sentence, row)
    for code in (*_FENCED.finditer(text), *_INLINE.finditer(text)) if "`" in text else ():
        for flaw in _first(place, code.group(), _LATEX_IN_CODE):
            yield flaw._replace(row=flaw.row + text.count("\n", 0, code.start()))
    for pattern in _OUTSIDE_CODE:
        yield from _first(place, bare, pattern)
    yield from _emphasis(place, text, bare)


def without_code(text: str) -> str:
    """Return the text with every character of code replaced by one that stands for "code was here"."""
    return _INLINE.sub(_blanked, _FENCED.sub(_blanked, text)) if "`" in text else text


def _blanked(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", CODE, code.group())


def _first(place: Place, text: str, pattern: _Pattern) -> Iterator[Flaw]:
    if any(sign in text for sign in pattern.signs) and (found := pattern.pattern.search(text)):
        row = text.count("\n", 0, found.start())
        yield Flaw(place, pattern.rule, f"`{_snippet(found.group())}` {pattern.sentence}", row)


def _fences(place: Place, text: str) -> Iterator[Flaw]:
    if text.count("```") % 2:
        row = text.count("\n", 0, text.rindex("```"))
        yield Flaw(place, "fence", "A ``` has no partner: close the code block with another ```.", row)
        return
    for block in _FENCED.finditer(text):
        start = text.count("\n", 0, block.start())
        for row, line in enumerate(block.group().split("\n")):
            width = max(len(line), len(line.encode("utf-16-le", "surrogatepass")) // 2)
            if width > CODE_WIDTH:
                sentence = (
                    f"A code line has {width} characters and would wrap on a phone: "
                    f"break it after at most {CODE_WIDTH}."
                )
                yield Flaw(place, "code-width", sentence, start + row)


def _emphasis(place: Place, text: str, bare: str) -> Iterator[Flaw]:
    """Find `*` and `_` that are not the two ends of an emphasis an author can have meant."""
    if "*" not in bare and "_" not in bare:
        return
    for harmless in (_LINK, _ESCAPED, _BULLET):
        bare = harmless.sub(_blanked, bare)
    told: set[str] = set()
    start = 0
    for paragraph in _PARAGRAPH_END.split(bare):
        for offset in _stray(paragraph):
            rule, fix = _STRAY[paragraph[offset]]
            if rule not in told:
                told.add(rule)
                around = _snippet(_word_around(text, start + offset))
                sentence = f"`{around}` may turn into italics or bold: {fix}."
                yield Flaw(place, rule, sentence, bare.count("\n", 0, start + offset))
        start += len(paragraph)


def _stray(paragraph: str) -> list[int]:
    """Return where emphasis marks stand that neither open nor close anything."""
    stray: list[int] = []
    opened: list[re.Match[str]] = []
    for mark in _EMPHASIS.finditer(paragraph):
        before = paragraph[mark.start() - 1 : mark.start()]
        after = paragraph[mark.end() : mark.end() + 1]
        allowed = mark.group() in ("*", "**", "***", "_")
        opens = allowed and bool(after.strip()) and not before.isalnum()
        closes = allowed and bool(before.strip()) and not after.isalnum()
        partner = next((each for each in reversed(opened) if each.group() == mark.group()), None)
        if closes and partner and _emphasised(paragraph[partner.end() : mark.start()]):
            while opened[-1] is not partner:
                stray.append(opened.pop().start())
            opened.pop()
        elif opens:
            opened.append(mark)
        else:
            stray.append(mark.start())
    return sorted([*stray, *(mark.start() for mark in opened)])


def _emphasised(text: str) -> bool:
    """Tell whether an author can have meant to stress this: words or a number, not half of a product."""
    return bool(_NUMBER.fullmatch(text)) or any(letter.isalpha() or letter == CODE for letter in text)


def _word_around(text: str, offset: int) -> str:
    start = max(text.rfind(space, 0, offset) for space in " \n") + 1
    ends = [end for space in " \n" if (end := text.find(space, offset)) >= 0]
    return text[start : min(ends, default=len(text))]


def _snippet(text: str) -> str:
    text = " ".join(text.replace(CODE, "…").replace("`", "").split())
    return text if len(text) <= 40 else f"{text[:39]}…"
