from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as some

from bot.domain.questions import Level
from bot.domain.review import Card, due
from bot.domain.sitting import Mode, Sitting, draw, due_questions
from bot.library import load_bank

TODAY = date(2026, 6, 1)
TOPICS = ("cnn", "rnn")
ANY = load_bank().questions[0]
BANK = [
    replace(ANY, id=number, slug=f"q{number}", topic=TOPICS[number % 2], level=list(Level)[number % 3])
    for number in range(1, 13)
]
CARDS = some.dictionaries(
    some.integers(1, 14),
    some.builds(
        Card,
        stability=some.floats(0.5, 60),
        difficulty=some.just(5.0),
        reviewed=some.dates(TODAY - timedelta(days=60), TODAY),
    ),
)


def sitting(topic: str | None = None, level: Level | None = None, *, only_due: bool = False) -> Sitting:
    return Sitting("1", "club", "ada", Mode.CHOICE, topic, level, only_due)


@given(
    CARDS,
    some.builds(
        sitting,
        some.none() | some.sampled_from(TOPICS),
        some.none() | some.sampled_from(Level),
        only_due=some.booleans(),
    ),
    some.frozensets(some.integers(1, 12)),
    some.randoms(use_true_random=False),
)
def test_what_is_due_comes_first_then_what_is_new_then_what_is_remembered_least(
    cards: dict[int, Card], wanted: Sitting, drawn: frozenset[int], random: Random
) -> None:
    found = draw(wanted, BANK, cards, random, today=TODAY, drawn=drawn)

    fitting = [
        each
        for each in BANK
        if wanted.topic in {None, each.topic} and wanted.level in {None, each.level} and each.id not in drawn
    ]
    waiting = {each.id for each in fitting if each.id in cards and due(cards[each.id]) <= TODAY}
    new = {each.id for each in fitting if each.id not in cards}
    if waiting:
        assert found is not None
        assert found.id in waiting
        assert due(cards[found.id]) == min(due(cards[number]) for number in waiting)
    elif wanted.only_due or not fitting:
        assert found is None
    else:
        assert found is not None
        assert found.id in (new or {each.id for each in fitting})


def test_every_new_question_is_drawn_about_equally_often() -> None:
    random = Random(2)

    drawn = Counter(found.id for _ in range(2400) if (found := draw(sitting(), BANK, {}, random, today=TODAY)))

    assert set(drawn) == {each.id for each in BANK}
    assert all(140 < times < 260 for times in drawn.values())


def test_the_longest_overdue_stands_first() -> None:
    cards = {
        number: Card(stability=10.0, difficulty=5.0, reviewed=TODAY - timedelta(days=10 + number))
        for number in (1, 2, 3)
    }

    waiting = due_questions(BANK, cards, TODAY)

    assert [each.id for each in waiting] == [3, 2, 1]


def test_a_card_of_a_question_that_the_bank_no_longer_holds_is_left_alone() -> None:
    cards = {999: Card(stability=1.0, difficulty=5.0, reviewed=TODAY - timedelta(days=9))}

    assert due_questions(BANK, cards, TODAY) == []
