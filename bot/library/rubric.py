"""What makes a question's rubric, options and arithmetic untrustworthy, judged within one file."""

import re
from collections.abc import Iterator, Sequence

from bot.domain.arithmetic import holds
from bot.domain.coverage import texts
from bot.domain.phrases import Phrase, Phrasebook, stems
from bot.domain.questions import Kind, Question
from bot.library.faults import Flaw, Place

SHORT_ANSWER_SHARE = 0.6
PHRASE_WORDS = 5
DISTINCT_PHRASES = 5

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CATCH_ALL = re.compile(
    r"\b(?:all|none|both|any|neither|either) (?:of )?(?:the )?(?:other )?(?:above|options)\b"
    r"|\b(?:all|none|both|neither) of (?:these|those|them)\.?$|^(?:both )?[a-d] (?:and|or) [a-d]\.?$",
    re.IGNORECASE,
)


def question_flaws(question: Question) -> Iterator[Flaw]:
    """Find everything wrong with a question that needs no other file to see."""
    if not _SLUG.fullmatch(question.slug):
        sentence = "`slug` may hold only a-z, 0-9 and single hyphens inside: rename it, and the file."
        yield Flaw(("slug",), "slug", sentence)
    if question.reviewed is None:
        sentence = "Nobody has reviewed this: let a second reader check every claim, then add `reviewed: <day>`."
        yield Flaw((), "unreviewed", sentence)
    # With its own words as vocabulary, nothing is hit by looking like a typing error of something else.
    known = stems(texts(question))
    made = Phrasebook.of((point.phrases for point in question.key_points), known)
    mistaken = Phrasebook.of((each.when for each in question.misconceptions), known)
    yield from _phrases(made, mistaken)
    yield from _matches(question, made)
    yield from _misconceptions(question, mistaken)
    yield from _options(question)
    yield from _checks(question)


def _phrases(made: Phrasebook, mistaken: Phrasebook) -> Iterator[Flaw]:
    owners: dict[frozenset[str], tuple[int, str]] = {}
    for number, phrases in enumerate(made.groups):
        place = ("key_points", number, "phrases")
        yield from _lengths(place, phrases)
        if sum(len(phrase.words) > 1 for phrase in phrases) < 2:
            sentence = "Fewer than two phrases have several words: add some, single words hit by chance."
            yield Flaw(place, "multi-word", sentence)
        if len(phrases) >= DISTINCT_PHRASES > len({(phrase.stems, phrase.exact) for phrase in phrases}):
            sentence = (
                f"Some phrases differ only in endings or order, which match alike: "
                f"write at least {DISTINCT_PHRASES} different ones."
            )
            yield Flaw(place, "phrase-repeated", sentence)
        for index, phrase in enumerate(phrases):
            owner, spelled = owners.setdefault(phrase.stems, (number, phrase.text))
            if owner != number:
                sentence = (
                    f"The phrase `{phrase.text}` also counts for key point {owner + 1} (`{spelled}`): "
                    "keep it in one of the two."
                )
                yield Flaw((*place, index), "phrase-twice", sentence)
    for number, phrases in enumerate(mistaken.groups):
        yield from _lengths(("misconceptions", number, "when"), phrases)


def _lengths(place: Place, phrases: Sequence[Phrase]) -> Iterator[Flaw]:
    for index, phrase in enumerate(phrases):
        if not 1 <= len(phrase.words) <= PHRASE_WORDS:
            sentence = (
                f"The phrase `{phrase.text}` counts {len(phrase.words)} words: use 1 to {PHRASE_WORDS} "
                "(letters and digits; Greek letters and signs count as words)."
            )
            yield Flaw((*place, index), "phrase-words", sentence)


def _matches(question: Question, book: Phrasebook) -> Iterator[Flaw]:
    points = question.key_points
    full, short = book.hits(question.full_answer), book.hits(question.short_answer)
    echo = book.hits(f"{question.title}\n{question.prompt}")
    for number, point in enumerate(points):
        place = ("key_points", number)
        if full[number] is None:
            sentence = (
                f"`full_answer` never says “{point.label}” in any of its phrases: "
                "say it there, or add a phrase as the answer puts it."
            )
            yield Flaw(place, "full-answer-misses", sentence)
        if leak := echo[number]:
            sentence = (
                f"The title and prompt already hit “{point.label}” with `{leak.text}`: "
                "make the phrase more specific, so that echoing the question scores nothing."
            )
            yield Flaw(place, "prompt-leak", sentence)
    hit = sum(phrase is not None for phrase in short)
    if hit < SHORT_ANSWER_SHARE * len(points):
        missing = "; ".join(point.label for point, phrase in zip(points, short, strict=True) if phrase is None)
        sentence = (
            f"`short_answer` hits {hit} of {len(points)} key points, at least {SHORT_ANSWER_SHARE:.0%} are needed: "
            f"mention more of “{missing}”."
        )
        yield Flaw(("short_answer",), "short-answer-misses", sentence)


def _misconceptions(question: Question, book: Phrasebook) -> Iterator[Flaw]:
    for name, answer in (("full_answer", question.full_answer), ("short_answer", question.short_answer)):
        for number, phrase in enumerate(book.hits(answer)):
            if phrase:
                sentence = (
                    f"`{name}` itself triggers this misconception with `{phrase.text}`: "
                    "choose words that a right answer never has close together, or an exact `=phrase`."
                )
                yield Flaw(("misconceptions", number), "own-misconception", sentence)


def _options(question: Question) -> Iterator[Flaw]:
    choice = question.multiple_choice
    options = (choice.correct, *choice.distractors)
    places: tuple[Place, ...] = (
        ("multiple_choice", "correct"),
        *(("multiple_choice", "distractors", number) for number in range(len(choice.distractors))),
    )
    seen: set[str] = set()
    for place, option in zip(places, options, strict=True):
        plain = " ".join(option.text.casefold().split()).rstrip(".")
        if plain in seen:
            sentence = f"The option “{option.text}” is there twice: write a different one."
            yield Flaw(place, "same-option", sentence)
        seen.add(plain)
        if _CATCH_ALL.search(option.text):
            sentence = f"“{option.text}” needs the other options, which are shuffled: write one that stands alone."
            yield Flaw(place, "catch-all-option", sentence)
    lengths = [len(option.text) for option in options]
    if max(lengths) > 2 * min(lengths):
        sentence = (
            f"The options are {min(lengths)} to {max(lengths)} characters long, which gives them away: "
            "keep the longest within twice the shortest."
        )
        yield Flaw(("multiple_choice",), "option-lengths", sentence)


def _checks(question: Question) -> Iterator[Flaw]:
    if question.kind is Kind.COMPUTE and not question.checks:
        sentence = "A worked example must be recomputed: add `checks`, a list of expressions such as `4 / 0.8 == 5`."
        yield Flaw((), "no-checks", sentence)
    for number, check in enumerate(question.checks):
        try:
            wrong = None if holds(check) else "it is false: correct the number in the text, or the expression"
        except ValueError as error:
            wrong = str(error)
        if wrong is not None:
            yield Flaw(("checks", number), "arithmetic", f"`{check}` does not hold: {wrong}.")
