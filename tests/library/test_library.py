"""A whole bank: what makes it unusable, what is wrong between its files, and the shipped one."""

import json
import os
from itertools import count
from pathlib import Path

import pytest

from bot.domain.questions import Level
from bot.library import BankError, check_bank, load_bank, report
from bot.library.shape import QUESTION
from bot.library.whole import token_set_ratio
from library.desk import Desk


def test_the_shipped_bank_has_no_faults() -> None:
    faults = check_bank()

    assert faults == [], report(faults)


def test_the_shipped_bank_loads() -> None:
    bank = load_bank()

    assert len(bank) > 0
    assert len(bank.topics) == 14


def test_a_sound_bank_loads_with_every_field(desk: Desk) -> None:
    bank = load_bank(desk.root)

    question = bank.question(47)
    assert (question.slug, question.level) == ("batch-normalization", Level.MEDIUM)
    assert question.multiple_choice.correct.text.startswith("Running averages")
    assert question.references[0].arxiv == "1502.03167"
    assert question.key_points[5].phrases[3] == "=layer norm"
    assert str(question.reviewed) == "2026-11-23"
    assert [topic.slug for topic in bank.topics] == ["gradients-init-norm", "cnn-vision"]


def test_questions_come_in_the_order_of_their_ids(desk: Desk) -> None:
    desk.add(103)
    desk.add(12)

    assert [question.id for question in load_bank(desk.root)] == [12, 47, 103]


def test_faults_of_several_files_are_told_all_at_once_in_order(desk: Desk) -> None:
    planted = desk.plant("level: medium", "level: mediocre").splitlines()
    other = desk.add(2, title="x" * 81, reviewed=None, hints=["Ask @everyone."])
    broken = desk.file("cnn-vision", "a")
    broken.parent.mkdir()
    broken.write_text("id: 3\nat: 21:30\n")

    faults = check_bank(desk.root)

    lines = other.read_text().splitlines()
    told = {(fault.file, fault.line, fault.rule) for fault in faults}
    assert faults == sorted(faults)
    assert (desk.question, next(n for n, line in enumerate(planted, 1) if "mediocre" in line), "unknown-choice") in told
    assert (other, next(n for n, line in enumerate(lines, 1) if line.startswith('"title"')), "too-long") in told
    assert (other, next(n for n, line in enumerate(lines, 1) if "everyone" in line), "mention") in told
    assert (other, 1, "unreviewed") in told
    assert (broken, 2, "unquoted") in told
    assert (broken, 2, "unknown-field") in told
    assert (broken, 1, "missing-field") in told


def test_loading_a_broken_bank_tells_every_fault_and_returns_nothing(desk: Desk) -> None:
    desk.plant("level: medium", "level: mediocre")
    desk.add(2, title="x" * 81)

    with pytest.raises(BankError) as caught:
        load_bank(desk.root)

    assert sorted(fault.rule for fault in caught.value.faults) == ["too-long", "unknown-choice"]
    assert "question-2.yaml" in str(caught.value)
    assert "batch-normalization.yaml:4: [unknown-choice]" in str(caught.value)


def test_what_is_merely_badly_written_does_not_keep_a_bank_from_loading(desk: Desk) -> None:
    desk.plant("reviewed: 2026-11-23", "")

    assert load_bank(desk.root).question(47).reviewed is None
    assert [fault.rule for fault in check_bank(desk.root)] == ["unreviewed"]


def test_a_file_that_is_not_what_its_name_and_folder_say_is_a_fault(desk: Desk) -> None:
    desk.file("cnn-vision", "").parent.mkdir()
    moved = desk.question.rename(desk.file("cnn-vision", "batch-norm"))

    faults = check_bank(desk.root)

    assert [(fault.file, fault.line, fault.rule) for fault in faults] == [
        (moved, 2, "file-name"),
        (moved, 3, "folder"),
    ]


def test_a_topic_that_nobody_listed_is_a_fault(desk: Desk) -> None:
    desk.add(2, topic="astrology")

    assert [fault.rule for fault in check_bank(desk.root)] == ["unknown-topic"]


def test_two_questions_with_one_id_or_slug_are_a_fault(desk: Desk) -> None:
    desk.add(47)
    desk.add(2, slug="batch-normalization", topic="cnn-vision")

    faults = check_bank(desk.root)

    assert {(fault.rule, fault.file.parent.name) for fault in faults} == {
        ("duplicate-id", "gradients-init-norm"),
        ("duplicate-slug", "gradients-init-norm"),
    }


def test_a_topic_listed_twice_is_a_fault(desk: Desk) -> None:
    with desk.topics.open("a") as topics:
        topics.write("  - {slug: cnn-vision, title: Again, contains: Again}\n")

    (fault,) = check_bank(desk.root)

    assert (fault.file, fault.line, fault.rule) == (desk.topics, 8, "duplicate-topic")


@pytest.mark.parametrize("name", ["gradients-init-norm/notes.txt", "gradients-init-norm/a.yml", "a.yaml"])
def test_a_file_that_is_no_question_is_a_fault(desk: Desk, name: str) -> None:
    stray = desk.root / "questions" / name
    stray.write_text("Buy milk.")

    assert [(fault.file, fault.rule) for fault in check_bank(desk.root)] == [(stray, "stray-file")]


def test_files_that_an_editor_hides_are_left_alone(desk: Desk) -> None:
    desk.question.with_name(".batch-normalization.yaml.swp").write_bytes(b"\0")

    assert check_bank(desk.root) == []


def test_a_pipe_in_the_bank_is_refused_without_waiting_for_it(desk: Desk) -> None:
    os.mkfifo(desk.file("gradients-init-norm", "pipe"))

    assert [fault.rule for fault in check_bank(desk.root)] == ["stray-file"]


@pytest.mark.parametrize("place", ["questions/gradients-init-norm/secret.yaml", "questions/cnn-vision", "topics.yaml"])
def test_a_link_that_leads_outside_of_the_bank_is_not_followed(desk: Desk, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("id: 1\n")
    link = desk.root / place
    link.unlink(missing_ok=True)
    link.symlink_to(outside / "secret.yaml" if link.suffix else outside)

    assert [(fault.file, fault.rule) for fault in check_bank(desk.root)] == [(link, "symlink")]


def test_a_bank_without_topics_says_so(desk: Desk) -> None:
    desk.topics.unlink()

    with pytest.raises(BankError, match=r"no topics\.yaml"):
        load_bank(desk.root)


def test_a_bank_without_questions_is_a_fault(desk: Desk) -> None:
    desk.question.unlink()

    with pytest.raises(BankError, match="no questions here"):
        load_bank(desk.root)


def test_one_file_can_be_checked_by_its_path_within_its_bank(desk: Desk) -> None:
    desk.plant("reviewed: 2026-11-23", "")
    other = desk.add(47)

    assert [fault.rule for fault in check_bank(other)] == ["duplicate-id"]
    assert [fault.rule for fault in check_bank(desk.question)] == ["unreviewed"]
    assert len(check_bank(other.parent)) == 2


def test_a_path_where_nothing_is_is_a_fault(desk: Desk) -> None:
    assert [fault.rule for fault in check_bank(desk.root / "nowhere")] == ["no-such-path"]


def test_eight_words_in_a_row_from_another_file_are_a_fault_in_both(desk: Desk) -> None:
    stolen = "Very deep nets *without* skip connections: BN makes trouble."
    other = desk.add(2, common_mistakes=[stolen])

    faults = check_bank(desk.root)

    assert [(fault.file, fault.rule) for fault in faults] == [(desk.question, "overlap"), (other, "overlap")]
    assert "very deep nets without skip connections bn makes" in faults[0].sentence
    assert faults[0].line == 18


def test_seven_words_in_a_row_or_shared_code_are_no_overlap(desk: Desk) -> None:
    seven = "Very deep nets *without* skip connections: BN."
    code = "`x_hat = (x - mu) / sqrt(var + eps)` and `y = gamma * x_hat + beta`"
    desk.add(2, common_mistakes=[seven, code])

    assert check_bank(desk.root) == []


def test_a_prompt_that_asks_the_same_again_is_a_fault_in_both(desk: Desk) -> None:
    prompt = (
        "Walk through the things a batch-norm layer does at inference and at training time. "
        "When does it hurt, and when and why does it help?"
    )
    desk.add(2, prompt=prompt)

    faults = check_bank(desk.root)

    assert [fault.rule for fault in faults] == ["near-duplicate", "near-duplicate"]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a b c", "c b a", True),
        ("what is dropout", "what is dropout and when does it help", True),
        ("what is dropout for", "what are embeddings for", False),
        ("", "", False),
    ],
)
def test_the_token_set_ratio_ignores_order_and_additions(one: str, other: str, *, alike: bool) -> None:
    ratio = token_set_ratio(frozenset(one.split()), frozenset(other.split()))

    assert (ratio > 0.85) is alike


def test_a_correct_option_that_is_the_longest_too_often_is_a_fault(desk: Desk) -> None:
    for number in range(1, 10):
        desk.add(number)

    (fault,) = check_bank(desk.root)

    assert (fault.rule, fault.file) == ("longest-correct", desk.topics)
    assert "10 of 10" in fault.sentence


def test_a_finished_bank_is_held_to_its_quotas(desk: Desk) -> None:
    levels = [*["easy"] * 49, *["medium"] * 80, *["hard"] * 80]
    for number, level in zip(count(100), levels, strict=False):
        desk.add(number, level=level)

    faults = [fault for fault in check_bank(desk.root) if fault.rule in ("topic-quota", "level-share")]

    assert [(fault.line, fault.rule) for fault in faults] == [
        (1, "level-share"),
        (1, "level-share"),
        (5, "topic-quota"),
    ]
    assert "cnn-vision has 0 questions" in faults[2].sentence


def test_a_report_names_file_line_rule_and_question(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.root.parent)
    desk.plant("level: medium", "level: mediocre")

    faults = check_bank(desk.root)

    where = "bank/questions/gradients-init-norm/batch-normalization.yaml"
    sentence = "`level` is 'mediocre': choose easy, medium or hard."
    assert report(faults) == f"{where}:4: [unknown-choice] batch-normalization: {sentence}"
    assert json.loads(report(faults, "json")) == [
        {"file": where, "line": 4, "rule": "unknown-choice", "slug": "batch-normalization", "sentence": sentence}
    ]


def test_a_report_on_a_sound_bank_says_so() -> None:
    assert report([]) == "The bank has no faults."
    assert json.loads(report([], "json")) == []


def test_the_schema_for_editors_knows_limits_and_refuses_unknown_fields() -> None:
    schema = QUESTION.json_schema()

    assert schema["properties"]["title"]["maxLength"] == 80
    assert schema["additionalProperties"] is False
