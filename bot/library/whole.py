"""What is wrong between questions, or with the bank as a whole."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import combinations

from bot.domain.phrases import words
from bot.domain.questions import Level, Question
from bot.library.faults import Fault, Flaw, Place
from bot.library.prose import CODE, NOT_PROSE, without_code
from bot.library.shelf import Draft, Shelf

OVERLAP_WORDS = 8
_CODE = re.compile(f"{CODE}+")
# No word of a text: there is no digit in the middle of one.
_BREAK = "code0here"
ALIKE = 0.85
LONGEST_CORRECT_SHARE = 0.35
LONGEST_CORRECT_FROM = 10
QUOTAS_FROM = 200
PER_TOPIC = 15
LEVEL_SHARES = {Level.EASY: (0.20, 0.30), Level.MEDIUM: (0.45, 0.55), Level.HARD: (0.20, 0.30)}


def bank_faults(shelf: Shelf) -> Iterator[Fault]:
    """Find what only shows when all files of the bank are seen together."""
    yield from _overlaps(shelf.drafts)
    pairs = [(draft, draft.question) for draft in shelf.drafts if draft.question]
    yield from _alike(pairs)
    questions = [question for _, question in pairs]
    yield from _longest_correct(shelf, questions)
    if len(questions) >= QUOTAS_FROM:
        yield from _quotas(shelf, questions)


def _overlaps(drafts: Sequence[Draft]) -> Iterator[Fault]:
    """Find the first eight words in a row that one file shares with another, told in both."""
    owners: dict[int, tuple[int, Place]] = {}
    told: set[tuple[int, int]] = set()
    for number, draft in enumerate(drafts):
        for place, text in draft.page.texts():
            if any(step in NOT_PROSE for step in place):
                continue
            here = (number, place)
            for key, run in _runs(text):
                owner, there = owners.setdefault(key, here)
                if owner != number and (owner, number) not in told:
                    told.add((owner, number))
                    yield from draft.faults([_overlap(place, run, drafts[owner])])
                    yield from drafts[owner].faults([_overlap(there, run, draft)])


def _runs(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    # Formulas and code are everybody's; only prose can be copied.
    spoken = words(_CODE.sub(f" {_BREAK} ", without_code(text)))
    for run in zip(*(spoken[skip:] for skip in range(OVERLAP_WORDS)), strict=False):
        if _BREAK not in run:
            yield hash(run), run


def _overlap(place: Place, run: tuple[str, ...], other: Draft) -> Flaw:
    return Flaw(
        place,
        "overlap",
        f"“{' '.join(run)}” also stands in {other.file.parent.name}/{other.file.name}: say it in other words.",
    )


def _alike(pairs: Sequence[tuple[Draft, Question]]) -> Iterator[Fault]:
    asked = [(draft, frozenset(words(question.prompt))) for draft, question in pairs]
    for (draft, one), (later, other) in combinations(asked, 2):
        # Below half of their words in common, only chance spelling could make two texts so alike.
        if 2 * len(one & other) < min(len(one), len(other)):
            continue
        if token_set_ratio(one, other) > ALIKE:
            yield from draft.faults([_near_duplicate(later)])
            yield from later.faults([_near_duplicate(draft)])


def _near_duplicate(other: Draft) -> Flaw:
    where = f"{other.file.parent.name}/{other.file.name}"
    sentence = f"The prompt asks nearly the same as {where}: ask something else, or drop one of the two."
    return Flaw(("prompt",), "near-duplicate", sentence)


def token_set_ratio(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how alike two texts' words are, from 0 to 1, where a text inside a longer one counts as 1."""
    common = " ".join(sorted(one & other))
    first = " ".join([common, *sorted(one - other)]).strip()
    second = " ".join([common, *sorted(other - one)]).strip()
    if not first or not second:
        return 0.0
    # The common words lead both texts, so their own two ratios need no matching.
    shorter = min(len(first), len(second))
    inside = 2 * len(common) / (len(common) + shorter)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return max(inside, matcher.ratio())


def _longest_correct(shelf: Shelf, questions: Sequence[Question]) -> Iterator[Fault]:
    if len(questions) < LONGEST_CORRECT_FROM:
        return
    longest = sorted(question.slug for question in questions if question.multiple_choice.correct_is_longest)
    if len(longest) > LONGEST_CORRECT_SHARE * len(questions):
        sentence = (
            f"The correct option is the longest in {len(longest)} of {len(questions)} questions, at most "
            f"{LONGEST_CORRECT_SHARE:.0%} may be: shorten it or lengthen a distractor in some of "
            f"{', '.join(longest)}."
        )
        yield from shelf.taxonomy.faults([Flaw((), "longest-correct", sentence)])


def _quotas(shelf: Shelf, questions: Sequence[Question]) -> Iterator[Fault]:
    per_topic = Counter(question.topic for question in questions)
    flaws = [
        Flaw(
            ("topics", number, "slug"),
            "topic-quota",
            f"The topic {topic.slug} has {per_topic[topic.slug]} questions: write at least {PER_TOPIC}.",
        )
        for number, topic in enumerate(shelf.topics)
        if per_topic[topic.slug] < PER_TOPIC
    ]
    per_level = Counter(question.level for question in questions)
    for level, (least, most) in LEVEL_SHARES.items():
        share = per_level[level] / len(questions)
        if not least <= share <= most:
            sentence = (
                f"{share:.0%} of the questions are {level}: rewrite some so that it is {least:.0%} to {most:.0%}."
            )
            flaws.append(Flaw((), "level-share", sentence))
    yield from shelf.taxonomy.faults(flaws)
