"""The parsed bank, kept between starts: never wrong, whatever happens to the files or to the cache."""

from pathlib import Path

import pytest

from bot.library import BankError, load_bank
from bot.library import cache as cached_bank
from library.desk import Desk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "below" / "cache"


def kept(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_bank_that_was_kept_is_the_bank_that_was_read(desk: Desk, folder: Path) -> None:
    desk.add(2)
    read = load_bank(desk.root, cache=folder)

    again = load_bank(desk.root, cache=folder)

    assert again.questions == read.questions == load_bank(desk.root).questions
    assert again.topics == read.topics


def test_what_has_not_changed_is_not_read_again(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = load_bank(desk.root, cache=folder)
    monkeypatch.setattr("bot.library.shelf", lambda _: pytest.fail("it was read again"))

    assert load_bank(desk.root, cache=folder).questions == read.questions


def test_a_changed_file_is_read_anew(desk: Desk, folder: Path) -> None:
    load_bank(desk.root, cache=folder)
    desk.plant("level: medium", "level: hard  ")

    assert load_bank(desk.root, cache=folder).question(47).level == "hard"


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda desk: desk.plant("level: medium", "level: mediocre"), id="a fault"),
        pytest.param(lambda desk: desk.question.unlink(), id="a file gone"),
        pytest.param(lambda desk: desk.topics.unlink(), id="the topics gone"),
        pytest.param(lambda desk: desk.references.unlink(), id="the works gone"),
        pytest.param(lambda desk: desk.question.with_suffix(".txt").touch(), id="a stray file"),
    ],
)
def test_a_bank_that_has_become_unusable_is_told_as_such(desk: Desk, folder: Path, spoil: object) -> None:
    load_bank(desk.root, cache=folder)
    assert callable(spoil)
    spoil(desk)

    with pytest.raises(BankError):
        load_bank(desk.root, cache=folder)


def test_another_version_of_the_code_reads_anew(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_bank(desk.root, cache=folder)
    before = kept(folder).read_bytes()
    monkeypatch.setattr(cached_bank, "_code", lambda: iter([desk.topics]))

    load_bank(desk.root, cache=folder)

    assert kept(folder).read_bytes() != before


@pytest.mark.parametrize("cut", [0, 10, 64, 65, 500])
def test_a_kept_file_that_was_cut_short_is_made_anew(desk: Desk, folder: Path, cut: int) -> None:
    read = load_bank(desk.root, cache=folder)
    whole = kept(folder).read_bytes()
    kept(folder).write_bytes(whole[:cut])

    again = load_bank(desk.root, cache=folder)

    assert again.questions == read.questions
    assert kept(folder).read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert len(load_bank(desk.root, cache=tmp_path / "file" / "cache")) == 1


def test_a_changed_file_behind_a_linked_folder_is_read_anew(desk: Desk, folder: Path) -> None:
    topic = desk.question.parent
    (topic.parent / "elsewhere").mkdir()
    real = topic.rename(desk.root / "kept")
    (topic.parent / "elsewhere").rmdir()
    topic.symlink_to(real)
    load_bank(desk.root, cache=folder)
    desk.plant("level: medium", "level: hard  ")

    assert load_bank(desk.root, cache=folder).question(47).level == "hard"


def test_two_banks_do_not_mix(desk: Desk, folder: Path) -> None:
    load_bank(cache=folder)

    assert len(load_bank(desk.root, cache=folder)) == 1
    assert len(list(folder.iterdir())) == 2
