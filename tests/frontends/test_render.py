"""What members write or are called can neither ping nor format, wherever we show it."""

import re
import unicodedata
from typing import Any

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from bot.conversation import setup
from bot.conversation.say import (
    Button,
    Buttons,
    Channel,
    Colour,
    Divider,
    Field,
    Form,
    Markdown,
    Mention,
    Moment,
    Say,
    Text,
    Tone,
    md,
    text,
)
from bot.frontends.discord.render import escaped, layout, modal, shortened
from study import START

HOSTILE = some.sampled_from(
    [
        *("@everyone", "@here", "<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>", "<@1>"),
        *("<#123456789012345678>", "<:x:123456789012345678>", "</quiz:123456789012345678>", "<t:0:R>", "<id:guide>"),
        *(
            "**bold**",
            "__under__",
            "_it_",
            "~~gone~~",
            "||spoiler||",
            "`code`",
            "```py\nprint()\n```",
            "\\",
            "\\*",
            "\\\\_",
        ),
        *("[link](https://evil.example)", "[*a*](<https://evil.example>)", "https://evil.example/_a_*b*`c`~~d~~"),
        *(
            "<https://evil.example/*_*>",
            "http://x/@everyone",
            "\n# Title",
            "\n> quote",
            "\n>>> all",
            "\n- item",
            "\n1. one",
        ),
        *(
            "\n-# small",
            "\u202egnihton",
            "\u2066iso\u2069",
            "\u200b@everyone",
            "@\u200beveryone",
            "<\u200b@1>",
            "\0",
            "\x1b[31m",
        ),
        *("Z\u0351\u036b\u0343\u0322\u0317a\u0334l\u0489go", "\r\n# carriage", "\u2028# line", "\ufeff@here", "👩‍👩‍👧"),
    ]
)
WORDS = some.lists(HOSTILE | some.text(max_size=8), max_size=6).map("".join)


def rendered(say: Say) -> list[str]:
    """Return the text displays of a rendered message."""
    (container,) = layout(say).to_components()  # type: ignore[no-untyped-call]  # why: discord.py leaves it
    # why: Any, because this is Discord's JSON.
    parts: list[dict[str, Any]] = container["components"]
    return [str(part["content"]) for part in parts if part["type"] == discord.ComponentType.text_display.value]


def unescaped(shown: str, signs: str) -> list[str]:
    """Return the signs that no backslash takes the meaning from, a backslash itself being taken by another."""
    found, escaping = [], False
    for character in shown:
        if not escaping and character in signs:
            found.append(character)
        escaping = character == "\\" and not escaping
    return found


def read_back(shown: str) -> str:
    """Return what a reader sees of escaped text: a backslash takes the meaning from a sign, but not from a letter."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", shown).replace("\u200b", "")


@given(WORDS)
@example("https://evil.example/_a_*b*`c`~~d~~")
@example("[*a*](https://evil.example)")
@example("<@1>")
def test_nobodys_words_ping_or_format(words: str) -> None:
    shown = "".join(rendered(Say((text(words, Markdown(" is not a time zone.")),))))

    assert "@everyone" not in shown
    assert "@here" not in shown
    assert "<@" not in shown
    assert unescaped(shown, "`*_~|[]<") == []
    assert re.search(r"(?m)^\s*(#|>|-|\+|\d+\.)", shown) is None
    assert re.search(r"(?<!\\)://", shown) is None


@given(WORDS)
def test_nobodys_words_turn_the_line_around_or_hide_in_it(words: str) -> None:
    shown = escaped(words).replace("\u200b", "")

    assert all(character == "\n" or unicodedata.category(character) not in {"Cc", "Cf"} for character in shown)


@given(some.text(some.characters(categories=["L", "N"]) | some.sampled_from(" .,!?*_`~|[]()\n#->+\\")))
@example("1. one\n2. two")
def test_what_a_reader_sees_of_somebodys_words_is_what_they_wrote(words: str) -> None:
    assert read_back(escaped(words)) == words


@given(WORDS)
@example("<@1>")
def test_what_an_admin_typed_is_repeated_to_them_harmlessly(words: str) -> None:
    for say in (setup.unknown_zone(words), setup.unknown_time(words), setup.unknown_days(words)):
        shown = "".join(rendered(say))
        assert "@everyone" not in shown
        assert "<@" not in shown
        assert len(shown) < 1000


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        (Mention("12"), "<@12>"),
        (Channel("34"), "<#34>"),
        (Moment(START), "<t:1767225600:F>"),
        (Moment(START, "time"), "<t:1767225600:t>"),
        (Moment(START, "relative"), "<t:1767225600:R>"),
        (Markdown("**ours**"), "**ours**"),
    ],
)
def test_what_is_ours_is_shown_as_it_is(part: Markdown | Mention | Channel | Moment, shown: str) -> None:
    assert rendered(Say((text(part),))) == [shown]


def test_a_message_is_one_container_of_texts_lines_and_rows() -> None:
    say = Say(
        (md("one"), Divider(), Buttons((Button("pb:streak", "My streak", Tone.DANGER, "🔥", disabled=True),))),
        Colour.GOOD,
    )

    (container,) = layout(say).to_components()  # type: ignore[no-untyped-call]  # why: discord.py leaves it

    kinds = discord.ComponentType
    assert [part["type"] for part in container["components"]] == [
        kinds.text_display.value,
        kinds.separator.value,
        kinds.action_row.value,
    ]
    (button,) = container["components"][2]["components"]
    assert (button["custom_id"], button["label"], button["style"], button["disabled"]) == (
        "pb:streak",
        "My streak",
        discord.ButtonStyle.danger.value,
        True,
    )


def test_an_empty_paragraph_is_left_out_since_discord_would_refuse_it() -> None:
    assert rendered(Say((text(""), Text(()), md("\n"), md("said")))) == ["said"]


def test_a_form_asks_for_one_long_text_within_its_limits() -> None:
    raw = modal(Form("pb:answer:1:2", "Your answer", Field("text", "What?", "Why", 10, 4000))).to_dict()

    (label,) = raw["components"]
    entry = label["component"]
    assert (raw["custom_id"], raw["title"], label["label"], label["description"]) == (
        "pb:answer:1:2",
        "Your answer",
        "What?",
        "Why",
    )
    assert (entry["custom_id"], entry["min_length"], entry["max_length"], entry["style"]) == ("text", 10, 4000, 2)


@given(some.text(some.sampled_from("ab \n`"), max_size=400), some.integers(0, 200))
@example("```py\n" + "x = 1\n" * 40 + "```", 100)
def test_a_text_that_is_cut_fits_and_leaves_no_code_block_open(source: str, limit: int) -> None:
    cut = shortened(source, limit)

    assert cut == source or len(cut) <= max(limit, 6)
    assert cut == source or cut.endswith("…") or limit < len(" …")
    assert cut == source or cut.count("```") % 2 == 0


def test_a_text_is_cut_at_a_line_where_that_costs_less_than_half() -> None:
    assert shortened("first line\nsecond line is long", 24) == "first line …"


@given(some.lists(some.text(some.sampled_from("ab\n`"), max_size=3000), max_size=4))
def test_all_texts_of_a_message_together_fit_in_it(sources: list[str]) -> None:
    shown = rendered(Say((*(md(source) for source in sources), md("end"))))

    assert sum(map(len, shown)) <= 4000 + 6 * (len(sources) + 1)
