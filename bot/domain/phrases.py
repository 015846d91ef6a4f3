"""Find phrases in free text, whatever their inflection, word order or small typing errors.

The rules and their measured worth against human grades: hand-written phrases agree with graders at
r = .65 (short answers, computer science) and .44 (a neural-network exam), better than a sentence
embedding on both, at a fraction of a millisecond an answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer

# Words may stand this much further apart than the phrase is long.
SLACK = 6
_LONGEST_WORD = 30
_ONE_EDIT_FROM = 5
_TWO_EDITS_FROM = 9

_SIGNS = {
    "²": " squared ",
    "³": " cubed ",
    "ᵀ": " transpose ",
    "√": " sqrt ",
    "∑": " sum ",
    "∏": " product ",
    "∂": " partial ",
    "∇": " gradient ",
    "∞": " infinity ",
    "∝": " proportional ",
    "%": " percent ",
    "&": " and ",
}
# Unicode calls λ "lamda".
_GREEK = {
    letter: f" {unicodedata.name(letter).split()[-1].lower().replace('lamda', 'lambda')} "
    for letter in "αβγδεζηθικλμνξοπρςστυφχψω"
}
_ANY_SIGN = re.compile(f"[{''.join(_SIGNS)}]")
_ANY_GREEK = re.compile(f"[{''.join(_GREEK)}]")
_TRANSPOSED = re.compile(r"\^T\b")
_SQUARED = re.compile(r"(?:\^|\*\*)2(?![0-9.])")
_COMBINING = re.compile("[\u0300-\u036f]")
# "RNNs", "ReLUs"; and, once lower-cased, what no English plural looks like: "rnns", "gpus".
_PLURAL_ACRONYM = re.compile(r"([A-Z][A-Z0-9]+)s\b")
_PLURAL_LOWER_ACRONYM = re.compile(r"\b([b-df-hj-np-tv-xz0-9]{2,}|[cgnt]pu)s\b")
_WORD = re.compile(r"[a-z0-9]+")


def words(text: str) -> list[str]:
    """Return the text's words: lower case, Greek and signs spelled out, acronyms in the singular."""
    if "^" in text or "**" in text:
        text = _SQUARED.sub(" squared ", _TRANSPOSED.sub(" transpose ", text))
    if not text.isascii() or "%" in text or "&" in text:
        text = _ANY_SIGN.sub(lambda sign: _SIGNS[sign.group()], text)
    if not text.isascii():
        text = _COMBINING.sub("", unicodedata.normalize("NFKD", text))
    text = _PLURAL_ACRONYM.sub(_singular, text).lower()
    if not text.isascii():
        text = _ANY_GREEK.sub(lambda letter: _GREEK[letter.group()], text)
    return _WORD.findall(_PLURAL_LOWER_ACRONYM.sub(_singular, text))


def _singular(acronym: re.Match[str]) -> str:
    return acronym.group(1)


def stem(word: str) -> str:
    """Return the Snowball English stem of a word of `words`; longer strings than any word stay as they are."""
    return _stem(word) if len(word) <= _LONGEST_WORD else word


@lru_cache(maxsize=2**15)
def _stem(word: str) -> str:
    # A stemmer keeps the word it works on in itself, so each call has its own.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


def stems(texts: Iterable[str]) -> frozenset[str]:
    """Return the stems of all words of these texts: the vocabulary that is never taken for a typing error."""
    return frozenset(map(stem, set(words("\n".join(texts)))))


def within_edits(one: str, other: str, edits: int) -> bool:
    """Tell whether so many insertions, deletions, replacements or swaps of neighbours join two words."""
    if abs(len(one) - len(other)) > edits:
        return False
    start = 0
    shorter = min(len(one), len(other))
    while start < shorter and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    if not one or not other:
        return len(one) + len(other) <= edits
    if edits == 0:
        return False
    return (
        within_edits(one[1:], other[1:], edits - 1)
        or within_edits(one[1:], other, edits - 1)
        or within_edits(one, other[1:], edits - 1)
        or (one[:2] == other[1::-1] and within_edits(one[2:], other[2:], edits - 1))
    )


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as written, ready to be looked for; a leading `=` asks for exactly these words in a row."""

    text: str
    words: tuple[str, ...]
    stems: frozenset[str]
    exact: bool

    @classmethod
    def of(cls, text: str) -> "Phrase":
        """Read a phrase as an author writes it."""
        spoken = tuple(words(text))
        return cls(text, spoken, frozenset(map(stem, spoken)), text.startswith("="))


@dataclass(frozen=True, slots=True)
class _Form:
    """One spelling that a mistyped word of an answer may be close to, and the stem it then stands for."""

    spelling: str
    letters: int
    edits: int
    stem: str


# By first letter and length of the mistyped word, which leaves few spellings to compare.
_Forms = dict[tuple[str, int], list[_Form]]


@dataclass(frozen=True, slots=True, eq=False)
class Phrasebook:
    """Groups of phrases, compiled once, looked for in many texts.

    `vocabulary` holds stems that are never taken for a mistyped word; the phrases' own are always in it.
    """

    groups: tuple[tuple[Phrase, ...], ...]
    vocabulary: frozenset[str]
    _wanted: frozenset[str] = field(init=False, repr=False)
    _words: _Forms = field(init=False, repr=False)
    _stems: _Forms = field(init=False, repr=False)

    @classmethod
    def of(cls, groups: Iterable[Iterable[str]], vocabulary: frozenset[str]) -> "Phrasebook":
        """Compile groups of phrases as authors write them."""
        return cls(tuple(tuple(map(Phrase.of, group)) for group in groups), vocabulary)

    def __post_init__(self) -> None:
        spoken = {word for group in self.groups for phrase in group for word in phrase.words}
        roots = {word: stem(word) for word in spoken}
        object.__setattr__(self, "_wanted", frozenset(roots.values()))
        object.__setattr__(self, "_words", _forms(roots))
        object.__setattr__(self, "_stems", _forms({root: root for root in roots.values()}))

    def hits(self, text: str) -> tuple[Phrase | None, ...]:
        """Return, for each group in order, its first phrase found in the text, or None."""
        spoken = words(text)
        places = self._places(spoken)
        return tuple(
            next((phrase for phrase in group if _found(phrase, spoken, places)), None) for group in self.groups
        )

    def _places(self, spoken: Sequence[str]) -> dict[str, list[int]]:
        """Return where in the text each wanted stem stands, rightly spelled or not."""
        places: dict[str, list[int]] = {}
        meanings: dict[str, tuple[str, ...]] = {}
        for place, word in enumerate(spoken):
            meant = meanings.get(word)
            if meant is None:
                meant = meanings[word] = self._meanings(word)
            for root in meant:
                places.setdefault(root, []).append(place)
        return places

    def _meanings(self, word: str) -> tuple[str, ...]:
        root = stem(word)
        if root in self._wanted:
            return (root,)
        if root in self.vocabulary or not _ONE_EDIT_FROM - 1 <= len(word) <= _LONGEST_WORD:
            return ()
        near = _near(word, self._words)
        return tuple(near | _near(root, self._stems))


def _forms(stems_of: Mapping[str, str]) -> _Forms:
    forms: _Forms = {}
    for spelling, root in stems_of.items():
        if spelling.isalpha() and _ONE_EDIT_FROM <= len(spelling) <= _LONGEST_WORD:
            edits = 2 if len(spelling) >= _TWO_EDITS_FROM else 1
            form = _Form(spelling, _letters(spelling), edits, root)
            for length in range(len(spelling) - edits, len(spelling) + edits + 1):
                forms.setdefault((spelling[0], length), []).append(form)
    return forms


def _letters(word: str) -> int:
    """Return the word's set of letters as bits."""
    bits = 0
    for code in word.encode():
        bits |= 1 << (code & 31)
    return bits


def _near(word: str, forms: _Forms) -> set[str]:
    """Return the stems of the spellings that a word may be a typing error of."""
    candidates = forms.get((word[0], len(word)))
    if not candidates or not word.isalpha():
        return set()
    letters = _letters(word)
    # An edit changes at most two letters of the set; most words differ in more, which is cheap to see.
    return {
        form.stem
        for form in candidates
        if (letters ^ form.letters).bit_count() <= 2 * form.edits and within_edits(word, form.spelling, form.edits)
    }


def _found(phrase: Phrase, spoken: Sequence[str], places: dict[str, list[int]]) -> bool:
    tracks = []
    for root in phrase.stems:
        track = places.get(root)
        if track is None:
            return False
        tracks.append(track)
    if not tracks:
        return False
    if phrase.exact:
        length = len(phrase.words)
        return any(tuple(spoken[start : start + length]) == phrase.words for start in places[stem(phrase.words[0])])
    return len(tracks) == 1 or _close_together(tracks, len(phrase.words) + SLACK)


def _close_together(tracks: Sequence[list[int]], window: int) -> bool:
    """Tell whether one place of each track lies inside a window of so many words."""
    heads = [0] * len(tracks)
    while True:
        places = [track[head] for track, head in zip(tracks, heads, strict=True)]
        first = min(places)
        if max(places) - first < window:
            return True
        lagging = places.index(first)
        heads[lagging] += 1
        if heads[lagging] == len(tracks[lagging]):
            return False


@lru_cache(maxsize=2048)
def phrasebook(groups: tuple[tuple[str, ...], ...], vocabulary: frozenset[str] = frozenset()) -> Phrasebook:
    """Return the phrasebook of these groups; the same groups are compiled once."""
    return Phrasebook.of(groups, vocabulary)
