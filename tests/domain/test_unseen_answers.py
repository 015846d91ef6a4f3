"""The matcher on answers that it was not made for: written from the questions alone, by somebody who saw no rubric."""

from pathlib import Path

import pytest
import yaml

from bot.domain.coverage import coverage, vocabulary
from bot.library import load_bank

BANK = load_bank()
# What the answers were meant to be, said before the matcher had seen them.
BANDS = {"good": (0.5, 1.0), "partial": (0.15, 0.75), "wrong": (0.0, 0.35)}
UNSEEN = yaml.safe_load(Path(__file__).with_name("unseen_answers.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("slug", "kind", "text"),
    [
        pytest.param(slug, each["kind"], each["text"], id=f"{slug}-{each['kind']}")
        for slug, those in UNSEEN.items()
        for each in those
    ],
)
def test_an_answer_that_nobody_tuned_a_phrase_for_falls_into_its_band(slug: str, kind: str, text: str) -> None:
    share = coverage(text, BANK.by_slug(slug).key_points, vocabulary(BANK)).share

    least, most = BANDS[kind]
    assert least <= share <= most


@pytest.mark.parametrize("slug", UNSEEN)
def test_an_echo_and_silence_score_nothing_and_a_list_of_keywords_everything(slug: str) -> None:
    question = BANK.by_slug(slug)
    keywords = ", ".join(point.phrases[0].lstrip("=") for point in question.key_points)

    shares = [coverage(text, question.key_points, vocabulary(BANK)).share for text in (question.prompt, "", keywords)]

    assert shares == [0.0, 0.0, 1.0]


def test_a_strong_answer_shows_more_than_a_partial_one_to_each_question() -> None:
    known = vocabulary(BANK)
    shares = {
        slug: {each["kind"]: coverage(each["text"], BANK.by_slug(slug).key_points, known).share for each in those}
        for slug, those in UNSEEN.items()
    }

    assert len(shares) == 10
    assert all(found["good"] >= found["partial"] for found in shares.values())
