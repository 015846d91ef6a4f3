"""Who is in the simulated study group, and what they write."""

from dataclasses import replace

from bot.frontends.demo import community
from bot.frontends.demo.community import AMARA, JONAS, MEI, MEMBERS
from bot.library import load_bank

_LONGEST_MESSAGE = 2000


def test_everyone_has_something_of_their_own_to_say_to_every_shipped_question() -> None:
    bank = load_bank()

    written = {question.slug: {community.written(person, question) for person in MEMBERS} for question in bank}

    assert {len(answers) for answers in written.values()} == {len(MEMBERS)}
    assert all(20 < len(answer) <= _LONGEST_MESSAGE for answers in written.values() for answer in answers)


def test_a_question_that_nobody_prepared_is_answered_from_its_key_points() -> None:
    question = replace(next(iter(load_bank())), slug="a-question-of-ones-own")

    answer = community.written(MEI, question)

    assert question.key_points[0].label in answer
    assert answer.endswith("Not sure about the rest.")


def test_one_never_misses_one_missed_a_round_and_one_joined_late() -> None:
    rounds = range(1, community.ROUNDS_BEFORE_TODAY + 2)

    left_out = {person: [number for number in rounds if not person.answers(number)] for person in MEMBERS}

    assert left_out == {AMARA: [], JONAS: [8], MEI: [1, 2, 3, 4]}
