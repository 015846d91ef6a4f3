"""Hostile and surprising YAML."""

from datetime import date

import pytest
import yaml

from bot.library import reading
from bot.library.reading import MAX_BYTES, read

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 10)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LOADER", getattr(yaml, request.param))


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        pytest.param(BOMB.encode(), "alias", 1, id="alias bomb"),
        pytest.param(b"a: x\nb: *a\n", "alias", 2, id="alias of nothing"),
        pytest.param(b"a: &a [*a]\n", "alias", 1, id="list inside itself"),
        pytest.param(b"a: 1\nb: !!python/object/apply:os.getcwd []\n", "tag", 2, id="code in a tag"),
        pytest.param(b"a: !!binary aGVsbG8=\n", "tag", 1, id="standard tag"),
        pytest.param(b"a: !local x\n", "tag", 1, id="local tag"),
        pytest.param(b"!!set {a, b}\n", "tag", 1, id="tag of the whole file"),
        pytest.param(b"a: " + b"[" * 100_000, "too-deep", 1, id="deep list"),
        pytest.param(b"{a: " * 50_000, "too-deep", 1, id="deep mapping"),
        pytest.param(b"- " * 100_000 + b"x", "too-deep", 1, id="deep list in block style"),
        pytest.param(b"- x\n" * 200_000, "too-big", 5000, id="many values"),
        pytest.param(b"x" * (10 * MAX_BYTES), "too-big", 1, id="10 MiB"),
        pytest.param(b"a: 1\nb: " + b"x" * 20_001, "too-big", 2, id="endless text"),
        pytest.param(b"a: 1\nb: x\0y\n", "invisible-character", 2, id="NUL"),
        pytest.param(b"a: 1\nb: x\x1by\n", "invisible-character", 2, id="escape sequence"),
        pytest.param("a: 1\nb: x\u202ey\n".encode(), "invisible-character", 2, id="right-to-left override"),
        pytest.param(b'a: 1\nb: "x\\0y"\n', "invisible-character", 2, id="NUL spelled out"),
        pytest.param(b"a: 1\nb: caf\xe9\n", "not-utf-8", 2, id="Latin-1"),
        pytest.param("a: café\n".encode("utf-16"), "not-utf-8", 1, id="UTF-16"),
        pytest.param(b"a: x\nb: y: z\n", "yaml-syntax", 2, id="unquoted colon"),
        pytest.param(b"a: [x\nb: y\n", "yaml-syntax", 2, id="bracket left open"),
        pytest.param(b"a: x\n\tb: y\n", "yaml-syntax", 2, id="tab for indentation"),
        pytest.param(b"[a, b]: c\n", "yaml-syntax", 1, id="list as a field's name"),
        pytest.param(b"a: x\n---\nb: y\n", "two-documents", 2, id="second document"),
        pytest.param(b"a: x\nb: y\na: z\n", "duplicate-key", 3, id="duplicate key"),
        pytest.param(b"a:\n  b: x\n  b: y\n", "duplicate-key", 3, id="duplicate key inside"),
        pytest.param(b"", "empty-file", 1, id="nothing"),
        pytest.param(b"# later\n", "empty-file", 1, id="only a comment"),
        pytest.param(b"a: 1\nat: 21:30\n", "unquoted", 2, id="time of day"),
        pytest.param(b"at: 9:00:30\n", "unquoted", 1, id="time with seconds"),
        pytest.param(b"day: 2026-11-23\n", "unquoted", 1, id="date out of place"),
        pytest.param(b"at: 2026-11-23 21:30:00\n", "unquoted", 1, id="timestamp"),
        pytest.param(b"reviewed: 2026-13-45\n", "unquoted", 1, id="impossible date"),
        pytest.param(b"n: 0x1F\n", "unquoted", 1, id="hexadecimal"),
        pytest.param(b"n: 017\n", "unquoted", 1, id="octal"),
        pytest.param(b"n: 1_000\n", "unquoted", 1, id="grouped digits"),
        pytest.param(b"n: 1e-3\n", "unquoted", 1, id="exponent"),
        pytest.param(b"n: .inf\n", "unquoted", 1, id="infinity"),
        pytest.param(b"n: " + b"9" * 5000 + b"\n", "unquoted", 1, id="number of 5,000 digits"),
    ],
)
def test_a_hostile_or_ambiguous_file_is_refused_on_its_line(content: bytes, rule: str, line: int) -> None:
    page = read(content, dates=(("reviewed",),))

    assert [flaw.rule for flaw in page.flaws] == [rule]
    assert page.line(page.flaws[0].place) == line


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "y", "N", "NO", "Yes"])
def test_words_that_other_readers_take_for_true_or_false_stay_text(word: str) -> None:
    page = read(f"a: {word}\n".encode())

    assert page.value == {"a": word}
    assert page.flaws == ()


def test_plain_values_keep_their_types() -> None:
    page = read(b"{i: 47, f: 0.5, t: true, n: null, s: '47', q: \"21:30\", p: =layer norm}\n")

    assert page.value == {"i": 47, "f": 0.5, "t": True, "n": None, "s": "47", "q": "21:30", "p": "=layer norm"}
    assert page.flaws == ()


def test_a_date_is_read_where_one_belongs() -> None:
    page = read(b"reviewed: 2026-11-23\n", dates=(("reviewed",),))

    assert page.value == {"reviewed": date(2026, 11, 23)}
    assert page.flaws == ()


def test_the_first_of_two_equal_keys_counts() -> None:
    page = read(b"a: x\na: y\n")

    assert page.value == {"a": "x"}


def test_every_place_knows_its_line() -> None:
    page = read(b"a: x\nb:\n  - c: 1\n  - d: 2\n    e: |-\n      one\n      two\n")

    assert page.line(("b",)) == 2
    assert page.line(("b", 0)) == 3
    assert page.line(("b", 1, "e")) == 5
    assert page.line(("b", 1, "e"), row=1) == 7
    assert page.line(("b", 1, "nowhere", "at", "all")) == 4


def test_a_byte_order_mark_and_windows_line_ends_are_harmless() -> None:
    page = read("\ufeffa: x\r\nb: |-\r\n  one\r\n  two\r\n".encode())

    assert page.value == {"a": "x", "b": "one\ntwo"}
    assert page.flaws == ()
