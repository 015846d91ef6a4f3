"""/progress: the picture that Discord is sent, and the same in words."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image
from simcord.actors import MemberActor

from bot.conversation import drawing
from bot.conversation.progress import draw
from bot.domain.questions import Topic
from bot.practice.progress import Progress, TopicProgress, progress
from study import DAY, HOUR, Study, labels, shown

TODAY = date(2026, 11, 28)


async def practised(study: Study) -> MemberActor:
    """Let a member answer a round, then two quiz questions on the next day."""
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    await alice.send(study.thread, "what I would say in the interview")
    await study.advance(DAY)
    asked = await alice.slash(study.channel, "quiz")
    assert asked.response is not None
    for label in ("A", "Next question", "A"):
        await alice.click(asked.response, label=label)
    return alice


def picture(standing: Progress) -> Image.Image:
    return Image.open(BytesIO(draw(standing))).convert("RGB")


def standing(*topics: TopicProgress, days: dict[date, int] | None = None) -> Progress:
    return Progress(TODAY, topics, days or {})


def topic(title: str, *, met: int = 5, due: int = 0, recalled: float = 0.8) -> TopicProgress:
    return TopicProgress(Topic(slug="t", title=title, contains="x"), 10, met, due, recalled)


def inked(image: Image.Image, colour: str) -> int:
    """Count the pixels of a colour."""
    wanted = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return sum(count for count, found in image.getcolors(image.width * image.height) or [] if found == wanted)


async def test_who_has_met_nothing_is_told_how_it_begins(study: Study) -> None:
    result = await study.member("alice").slash(study.channel, "progress")

    assert "Nothing met yet" in shown(result)
    assert result.response is not None
    assert result.response.attachments == []


async def test_what_was_met_is_shown_as_a_picture_and_in_words(study: Study) -> None:
    alice = await practised(study)

    result = await alice.slash(study.channel, "progress")

    assert "3 questions met" in shown(result)
    assert " of 2" in shown(result) or " of 1" in shown(result)
    assert "% known" in shown(result)
    assert result.response is not None
    (sent,) = result.response.attachments
    assert sent.filename == "progress.png"
    assert sent.description is not None
    assert sent.description.startswith("Progress by topic: ")


async def test_what_is_due_is_one_press_away(study: Study) -> None:
    alice = await practised(study)
    await study.advance(10 * DAY)

    result = await alice.slash(study.channel, "progress")
    assert result.response is not None
    offered = labels(result)
    await alice.click(result.response, label=offered[0])

    assert offered == ["Review 3 cards"]
    assert "Review ·" in shown(result)
    assert "2 more due" in shown(result)


async def test_days_count_rounds_once_and_every_review(study: Study) -> None:
    alice = await practised(study)

    found = await progress(study.app.practice, str(study.guild.id), str(alice.id))

    assert found.days == {date(2026, 1, 1): 1, date(2026, 1, 2): 2}
    assert found.met == 3


@pytest.mark.parametrize("topics", [0, 1, 14, 40])
def test_the_picture_is_as_wide_as_a_phone_reads_and_as_high_as_there_are_topics(topics: int) -> None:
    image = picture(standing(*(topic(f"Topic {number}") for number in range(topics))))

    assert image.width == drawing.WIDTH
    assert image.height == picture(standing()).height + 40 * topics


def test_more_known_more_met_and_more_done_is_more_colour() -> None:
    little = standing(topic("a", met=2, recalled=0.5), days={TODAY: 1})
    much = standing(topic("a", met=9, recalled=0.9), days={TODAY - timedelta(days=n): 4 for n in range(90)})

    assert inked(picture(much), drawing.KNOWN) > 3 * inked(picture(little), drawing.KNOWN)
    assert inked(picture(much), "#bfe3fb") > 90 * 80
    assert inked(picture(little), "#bfe3fb") == 0


def test_what_is_due_stands_out_and_only_then() -> None:
    assert inked(picture(standing(topic("a", due=2))), drawing.DUE) > 20
    assert inked(picture(standing(topic("a", due=0))), drawing.DUE) == 0


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("Théorie de l'apprentissage", "Theorie de l'apprentissage"),
        ("注意力 & transformers", "& transformers"),
        ("\u202eevil\u0000", "evil"),
    ],
)
def test_a_label_is_drawn_in_the_letters_there_are(written: str, drawn: str) -> None:
    assert drawing.plain(written) == drawn


def test_a_label_that_is_too_long_is_cut_with_dots() -> None:
    _, pen = drawing.panel(10)

    cut = drawing.fitting(pen, "LLM pre-training, fine-tuning & alignment", 19, 200)

    assert cut.endswith(" ..")
    assert pen.textlength(cut, drawing.font(19)) <= 200
