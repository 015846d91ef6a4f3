import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from bot.conversation.buttons import LIMIT, PREFIX, Press, Reply, button_id, pressed, reply_to

WORDS = some.text(some.characters(exclude_characters=":", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda word: word != "-"
)
STATES = some.lists(some.none() | WORDS, max_size=6)


@given(some.sampled_from(Press), STATES)
def test_what_an_id_was_made_of_is_what_a_press_tells(press: Press, state: list[str | None]) -> None:
    assume(len(PREFIX) + len(press) + 1 + sum(1 + len(word or "-") for word in state) <= LIMIT)

    identity = button_id(press, *state)

    assert pressed(identity) == (press, tuple(state))
    assert len(identity) <= LIMIT


@given(some.sampled_from(Press), some.integers(0, 10**9))
def test_a_number_is_carried_as_its_digits(press: Press, number: int) -> None:
    assert pressed(button_id(press, number)) == (press, (str(number),))


def test_an_id_of_a_hundred_characters_fits_and_one_more_does_not() -> None:
    room = LIMIT - len("pb:hint:")

    assert len(button_id(Press.HINT, "x" * room)) == LIMIT
    with pytest.raises(ValueError, match="at most 100 characters"):
        button_id(Press.HINT, "x" * (room + 1))


def test_a_word_with_a_colon_would_be_read_as_two_and_is_refused() -> None:
    with pytest.raises(ValueError, match="no colon within a word"):
        button_id(Press.HINT, "20260101:0")


@pytest.mark.parametrize("identity", ["", "pb", "pb:", "other:hint:1", "PB:hint:1", "pb:HINT:1", "pb:gone:1", "hint:1"])
def test_an_id_that_is_not_ours_means_nothing(identity: str) -> None:
    assert pressed(identity) is None
    assert reply_to(identity) is Reply.PRIVATE


@given(some.text())
def test_no_text_whatever_breaks_the_reading_of_an_id(identity: str) -> None:
    known = pressed(identity)

    assert known is None or identity.startswith(f"{PREFIX}:{known[0]}")


@pytest.mark.parametrize("press", Press)
def test_a_press_that_opens_a_form_or_changes_its_message_says_so_beforehand(press: Press) -> None:
    expected = {
        Press.ANSWER: Reply.FORM,
        Press.WRITE: Reply.FORM,
        Press.REPORT: Reply.FORM,
        Press.SETTLE: Reply.UPDATE,
        Press.COUNTED: Reply.UPDATE,
        Press.SHOWN: Reply.UPDATE,
        Press.EXPLAIN: Reply.UPDATE,
        Press.STREAK_OF: Reply.UPDATE,
        Press.VOID: Reply.UPDATE,
        **dict.fromkeys(
            (Press.RATE, Press.CHOOSE, Press.SHOW, Press.JUDGE, Press.NEXT, Press.FINISH, Press.REVIEW), Reply.UPDATE
        ),
        Press.BOARD: Reply.UPDATE,
        Press.REVEAL_ANYWAY: Reply.UPDATE,
        Press.FORGET: Reply.UPDATE,
    }

    assert reply_to(button_id(press, "1")) is expected.get(press, Reply.PRIVATE)
