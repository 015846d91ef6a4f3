from bot.conversation import privacy
from bot.conversation.buttons import Press, button_id
from bot.conversation.say import Buttons, Document, Markdown, Role, Say, Text, Tone
from bot.practice.privacy import Deleted, Export


def read(say: Say) -> str:
    """Return all that a message says in our own words."""
    parts = [part for block in say.blocks if isinstance(block, Text) for part in block.parts]
    return "\n".join(part.source for part in parts if isinstance(part, Markdown))


def test_a_file_stands_beside_what_is_in_it() -> None:
    said = privacy.exported(Export("mine.json", b"{}", answers=1, cards=2, sittings=0))

    assert [block for block in said.blocks if isinstance(block, Document)] == [Document("mine.json", b"{}")]
    assert "1 answer · 2 cards · 0 quizzes and reviews" in read(said)


def test_whoever_has_too_much_for_a_file_is_told_whom_to_ask() -> None:
    said = privacy.exported(Export("mine.json.gz", None, answers=90_000, cards=250, sittings=1))

    assert not any(isinstance(block, Document) for block in said.blocks)
    assert "Whoever runs this bot can read it for you" in read(said)
    assert "90,000 answers · 250 cards · 1 quiz or review" in read(said)


def test_the_one_button_of_the_page_before_a_deletion_is_red() -> None:
    said = privacy.before_deletion(is_steward=True)

    (button,) = [button for block in said.blocks if isinstance(block, Buttons) for button in block.buttons]
    assert (button.id, button.tone) == (button_id(Press.FORGET), Tone.DANGER)
    assert "`/privacy export`" in read(said)


def test_roles_that_could_not_be_taken_back_are_named_for_an_admin() -> None:
    said = privacy.deleted(Deleted(("7", "8")))

    parts = [part for block in said.blocks if isinstance(block, Text) for part in block.parts]
    assert [part for part in parts if isinstance(part, Role)] == [Role("7"), Role("8")]
    assert "ask an admin to" in read(said)
    assert "ask an admin" not in read(privacy.deleted(Deleted()))
