"""`practice-bot bank`, as an author runs it."""

import json
import re
from pathlib import Path

import pytest

from bot.__main__ import FAILED, OK, main
from bot.library import load_bank
from library.desk import Desk


def test_stats_tell_how_the_bank_is_spread_and_what_is_wrong_with_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.add(2, level="easy", kind="debug", reviewed=None)

    code = main(["bank", "stats", "--bank", str(desk.root)])

    told = capsys.readouterr().out
    header, *rows = told.splitlines()
    counts = dict(zip(header.split(), rows[0].split(), strict=True))
    assert code == OK
    assert counts["topic"] == "gradients-init-norm"
    assert (counts["questions"], counts["easy"], counts["medium"], counts["hard"]) == ("2", "1", "1", "·")
    assert (counts["concept"], counts["debug"]) == ("1", "1")
    assert "2 questions in 2 topics: easy 50%, medium 50%, hard 0%." in told
    assert "6 citations of 3 works" in told
    assert "1 fault." in told


def test_a_list_holds_what_was_asked_for_one_a_line(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.add(2, level="hard", kind="debug")
    desk.add(3, level="hard", kind="code")

    code = main(["bank", "list", "--bank", str(desk.root), "--level", "hard", "--kind", "debug"])

    lines = capsys.readouterr().out.splitlines()
    assert code == OK
    assert [line.split()[:2] for line in lines] == [["id", "slug"], ["2", "question-2"]]


def test_a_title_with_brackets_is_listed_as_it_is(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.add(2, title="What [mask] and [/b] mean")

    main(["bank", "list", "--bank", str(desk.root)])

    assert "What [mask] and [/b] mean" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["47", "batch-normalization"])
def test_a_question_is_shown_as_members_will_read_it(desk: Desk, capsys: pytest.CaptureFixture[str], name: str) -> None:
    code = main(["bank", "show", name, "--bank", str(desk.root)])

    told = capsys.readouterr().out
    words = " ".join(re.sub(r"[│╭╮╰╯─•]", " ", told).split())
    question = load_bank(desk.root).question(47)
    assert code == OK
    assert " ".join(question.prompt.split()) in words
    assert all(hint in words for hint in question.hints)
    assert all(point.label in words for point in question.key_points)
    assert "x_hat = (x - mu) / sqrt(var + eps)" in words
    assert question.multiple_choice.correct.why in words
    assert question.references[0].title in words
    assert max(map(len, told.splitlines())) <= 88


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["show", "no-such-question"], "bank list` names them all"),
        (["show", "999999"], "bank list` names them all"),
        (["list", "--topic", "astrology"], "choose one of gradients-init-norm, cnn-vision"),
        (["new", "astrology", "stars"], "choose one of gradients-init-norm, cnn-vision"),
        (["new", "cnn-vision", "Not A Slug"], "is no slug"),
        (["new", "cnn-vision", "../../elsewhere"], "is no slug"),
        (["new", "cnn-vision", "2024"], "is no slug"),
        (["new", "cnn-vision", "batch-normalization"], "already a question"),
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence_that_helps(
    desk: Desk, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    code = main(["bank", *arguments, "--bank", str(desk.root)])

    said = capsys.readouterr()
    assert code == FAILED
    assert said.err.startswith("practice-bot: ")
    assert sentence in said.err
    assert said.out == ""


def test_a_new_question_lacks_nothing_but_its_author_and_a_second_reader(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["bank", "new", "cnn-vision", "edge-cases", "--title", 'The "edge"', "--bank", str(desk.root)])
    told = capsys.readouterr().out
    file = desk.file("cnn-vision", "edge-cases")
    checked = main(["bank", "check", str(file), "--format", "json"])

    faults = json.loads(capsys.readouterr().out)
    question = load_bank(desk.root).by_slug("edge-cases")
    assert (code, checked) == (OK, FAILED)
    assert str(file) in told
    assert [fault["rule"] for fault in faults] == ["unreviewed"]
    assert (question.id, question.title) == (48, 'The "edge"')


def test_the_schema_in_the_repository_is_the_one_that_the_models_give(capsys: pytest.CaptureFixture[str]) -> None:
    main(["bank", "schema"])

    shipped = Path(__file__).parents[3] / "data" / "questions.schema.json"
    assert capsys.readouterr().out == shipped.read_text(encoding="utf-8"), (
        "practice-bot bank schema > data/questions.schema.json"
    )
