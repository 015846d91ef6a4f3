"""Every rule that one file can break is broken once in a sound question, and found on its line."""

import pytest

from bot.library import check_bank
from library.desk import Desk

LONG = "x" * 3501
TITLE = 'title: "Batch normalisation: train vs inference"'
PROMPT = "  Why does it help, and when does it hurt?\n"
BIAS = "  A bias right before BN is redundant"
LOOSE = "  - Small batch: noisy statistics"
DISTRACTOR = "The mean and variance of the current test mini-batch"
REVIEWED = "reviewed: 2026-11-23"
LIST = "references:\n"
BATCH = '  - id: {}\n    title: "Twin"\n    authors: "Twin"\n    year: 2015\n    arxiv: "{}"\n'

SCHEMA = [
    ("missing-field", "level: medium               # easy | medium | hard\n", "", "id: 47"),
    (
        "missing-field",
        ', why: "They make one example\'s output independent of the batch it arrives in."',
        "",
        "correct:",
    ),
    ("unknown-field", "level: medium", "levle: x\nlevel: medium", "levle"),
    ("too-long", TITLE, f"title: {LONG[:81]}", "title:"),
    ("too-long", TITLE, f'title: "{LONG[:79]}\U0001f600"', "title:"),
    ("too-long", PROMPT, f"{PROMPT}  {LONG[:500]}\n", "prompt:"),
    ("too-long", '"Which numbers', f'"{LONG[:300]} Which numbers', "Which numbers"),
    ("too-long", "they do not replace the statistics.", LONG[:240], "xxx"),
    ("too-long", BIAS, f"  {LONG}\n{BIAS}", "full_answer:"),
    ("too-long", "small batch, batch size 1", f"small batch, {LONG[:81]}", "xxx"),
    ("empty", TITLE, 'title: ""', "title:"),
    ("too-many", "common_mistakes:\n", 'common_mistakes:\n  - "One."\n  - "Two."\n', "common_mistakes:"),
    ("too-many", "follow_ups:\n", 'follow_ups:\n  - "What?"\n  - "How?"\n', "follow_ups:"),
    ("too-few", "noise regularizes, mild regularization, regularization effect, ", "", "[batch noise"),
    ("unknown-choice", "level: medium", "level: mediocre", "level:"),
    ("unknown-choice", "kind: concept", "kind: riddle", "kind:"),
    ("wrong-type", "id: 47", 'id: "47"', "id:"),
    ("wrong-type", "id: 47", "id: 0", "id:"),
    ("wrong-type", TITLE, "title: 1984", "title:"),
    ("wrong-type", TITLE, "title:", "title:"),
    ("wrong-type", TITLE, "title: [one, two]", "title:"),
    ("wrong-type", "small batch, batch size 1", "small batch, 1", "small batch, 1"),
    ("wrong-type", REVIEWED, "reviewed: soon", "soon"),
    ("wrong-type", "    phrases: [batch mean", "    weight: 0\n    phrases: [batch mean", "weight: 0"),
]
PROSE = [
    ("mention", BIAS, f"  Ask @everyone.\n{BIAS}", "Ask"),
    ("mention", BIAS, f"  Ask <@1234>.\n{BIAS}", "Ask"),
    ("mention", '"Which numbers', '"In <#1234>, which numbers', "<#1234>"),
    ("mention", "small batch, batch size 1", '"@here", small batch', "@here"),
    ("latex", BIAS, f"  So $x^2$ it is.\n{BIAS}", "$x"),
    ("latex", BIAS, f"  So $$x$$ it is.\n{BIAS}", "$$"),
    ("latex", BIAS, f"  So \\(x\\) it is.\n{BIAS}", "\\(x"),
    ("latex", BIAS, f"  So \\sigma it is.\n{BIAS}", "\\sigma"),
    ("latex", BIAS, f"  So `\\frac{{a}}{{b}}` it is.\n{BIAS}", "\\frac"),
    ("latex", "  y     = gamma", "  z     = e^{-x}\n  y     = gamma", "e^{"),
    ("table", BIAS, f"  a | b\n  --- | ---\n  c | d\n{BIAS}", "--- |"),
    ("table", BIAS, f"  | a | b |\n{BIAS}", "| a"),
    ("image", BIAS, f"  ![curve](https://example.org/a.png)\n{BIAS}", "![curve"),
    ("html", BIAS, f"  Line<br>break.\n{BIAS}", "<br>"),
    ("html", BIAS, f"  One&nbsp;word.\n{BIAS}", "&nbsp;"),
    ("rule", BIAS, f"  ---\n{BIAS}", "  ---"),
    ("rule", BIAS, f"  - - -\n{BIAS}", "- - -"),
    ("spoiler", BIAS, f"  Divide by ||w|| and ||v||.\n{BIAS}", "||w"),
    ("fence", "eps)\n  y     = gamma * x_hat + beta\n  ```", "eps)\n  y     = gamma * x_hat + beta", "  ```"),
    ("backtick", "γ and β are learned", "γ` and β are learned", "γ` and"),
    ("code-width", "  y     = gamma", f"  # {'-' * 55}\n  y     = gamma", "  # ---"),
    ("asterisk", BIAS, f"  It costs 2*3*4 steps.\n{BIAS}", "2*3"),
    ("asterisk", BIAS, f"  It costs a * b steps.\n{BIAS}", "a * b"),
    ("asterisk", BIAS, f"  It is **important.\n{BIAS}", "**important"),
    ("underscore", BIAS, f"  Set snake_case_name here.\n{BIAS}", "snake"),
    ("underscore", '"Which numbers', '"With W_q and W_k, which numbers', "W_q"),
    ("underscore", BIAS, f"  Set __init__ here.\n{BIAS}", "__init__"),
]
RUBRIC = [
    ("unreviewed", REVIEWED, "", "id: 47"),
    ("phrase-words", "batch size 1", "one two three four five six", "one two"),
    ("phrase-words", "batch size 1", '"→"', '"→"'),
    ("phrase-words", "always mean zero", "one two three four five six", "one two"),
    (
        "multi-word",
        "gamma beta, gamma and beta, learned scale, learnable scale, scale and shift, affine, undo normalization",
        "gamma beta, affine, learnable, scale, shift",
        "affine, learnable",
    ),
    ("phrase-twice", "batch size 1", "stored statistic", "stored statistic,"),
    ("phrase-twice", "batch size 1", "=beta gamma", "=beta gamma"),
    (
        "phrase-repeated",
        "noise regularizes, mild regularization, regularization effect, batch noise, depends on other examples",
        "batch noise, batch noises, noise batch, couple example, examples couple",
        "noise batch",
    ),
    (
        "full-answer-misses",
        "higher learning rate, larger learning rate, smoother loss, smooth landscape, internal covariate shift",
        "one bird, two birds, three birds",
        "Smoother loss / larger",
    ),
    ("prompt-leak", "small batch, batch size 1", "small batch, training time", "Fails for small"),
    ("prompt-leak", "=layer norm", "layer norm", "Fails for small"),
    ("own-misconception", "always mean zero", "mini batch mean", "when:"),
    ("same-option", DISTRACTOR, "running averages of mean and variance gathered  during training.", "That is training"),
    ("catch-all-option", DISTRACTOR, "All of the above are used, depending on the layer", "All of the"),
    ("catch-all-option", DISTRACTOR, "Mean zero and variance one, or none of these", "none of these"),
    ("option-lengths", DISTRACTOR, "The test mini-batch's moments", "multiple_choice:"),
    ("no-checks", "kind: concept", "kind: compute", "id: 47"),
    ("arithmetic", "references:", 'checks: ["0.1 + 0.2 == 0.3"]\nreferences:', "checks:"),
    ("arithmetic", "references:", 'checks: ["open(1) == 1"]\nreferences:', "checks:"),
    ("wrong-type", "[ioffe2015batch,", "[{title: Twin}, ioffe2015batch,", "references:"),
    ("unknown-reference", "[ioffe2015batch,", "[ioffe2015bach, ioffe2015batch,", "references:"),
]
WORKS = [
    ("unknown-field", "year: 2018\n", "year: 2018\n    yaer: 1\n", "yaer"),
    ("missing-field", '    authors: "Ioffe, Szegedy"\n', "", "  - id: ioffe2015batch"),
    ("wrong-type", 'arxiv: "1502.03167"', "arxiv: 1502.03167", "1502.03167"),
    ("wrong-type", "year: 2015", 'year: "2015"', '"2015"'),
    ("arxiv-id", '"1502.03167"', '"arXiv:1502.03167"', "arXiv:"),
    ("arxiv-id", '"1502.03167"', '"1513.03167"', "1513."),
    ("doi", 'arxiv: "1502.03167"', 'doi: "https://doi.org/10.1162/neco"', "doi.org"),
    ("url", 'arxiv: "1502.03167"', 'url: "www.example.org"', "www."),
    ("url", 'arxiv: "1502.03167"', 'url: "https://example.org/a b"', "org/a b"),
    ("no-link", '    arxiv: "1502.03167"\n', "", "id: ioffe2015batch"),
    ("reference-id", "year: 2015", "year: 2016", "id: ioffe2015batch"),
    ("duplicate-reference", LIST, LIST + BATCH.format("ioffe2015batch", "1502.03168"), "ioffe2015batch"),
    ("same-work", LIST, LIST + BATCH.format("twin2015batch", "1502.03167v3"), "ioffe2015batch"),
]


@pytest.mark.parametrize(("rule", "old", "new", "marker"), SCHEMA + PROSE + RUBRIC)
def test_a_planted_fault_is_found_on_its_line(desk: Desk, rule: str, old: str, new: str, marker: str) -> None:
    planted = desk.plant(old, new)

    faults = check_bank(desk.root)

    line = planted.count("\n", 0, planted.index(marker)) + 1
    assert {fault.rule for fault in faults} == {rule}
    assert {(fault.file, fault.line, fault.slug) for fault in faults} == {(desk.question, line, "batch-normalization")}


@pytest.mark.parametrize(("rule", "old", "new", "marker"), WORKS)
def test_a_fault_planted_in_the_list_of_works_is_found_on_its_line(
    desk: Desk, rule: str, old: str, new: str, marker: str
) -> None:
    planted = desk.plant(old, new, file=desk.references)

    faults = check_bank(desk.root)

    line = planted.count("\n", 0, planted.rindex(marker)) + 1
    told = {(fault.rule, fault.file, fault.line) for fault in faults if fault.rule != "uncited"}
    assert told == {(rule, desk.references, line)}


def test_a_work_that_nobody_cites_is_a_fault(desk: Desk) -> None:
    desk.plant("ioffe2015batch, ", "")

    (fault,) = check_bank(desk.root)

    assert (fault.rule, fault.file) == ("uncited", desk.references)
    assert "ioffe2015batch" in fault.sentence


def test_a_mistyped_citation_is_told_with_what_may_have_been_meant(desk: Desk) -> None:
    desk.plant("[ioffe2015batch,", "[iofe2015batch, ioffe2015batch,")

    (fault,) = check_bank(desk.root)

    assert fault.sentence.endswith("or correct it to `ioffe2015batch`.")


def test_without_a_list_of_works_only_that_is_told(desk: Desk) -> None:
    desk.references.unlink()

    assert [(fault.rule, fault.file) for fault in check_bank(desk.root)] == [("no-references", desk.references)]


def test_a_short_answer_that_says_too_little_is_a_fault(desk: Desk) -> None:
    def shorten(text: str) -> str:
        start, end = text.index("short_answer:"), text.index("full_answer:")
        return text[:start] + 'short_answer: "It uses running averages and γ, β."\n' + text[end:]

    desk.edit(shorten)

    (fault,) = check_bank(desk.root)

    assert fault.rule == "short-answer-misses"
    assert "hits 2 of 6" in fault.sentence


def test_a_slug_of_strange_letters_is_a_fault(desk: Desk) -> None:
    desk.plant("slug: batch-normalization", "slug: Batch_Norm")
    desk.question.rename(desk.question.with_name("Batch_Norm.yaml"))

    (fault,) = check_bank(desk.root)

    assert (fault.rule, fault.line) == ("slug", 2)


@pytest.mark.parametrize(
    "harmless",
    [
        "**Bold run-in.** And *stressed* words, *n*-grams, “*quoted*” and (*bracketed*).",
        "***Both*** at once, **`code` in bold**, *50 %* of it.",
        "See [it](https://example.org/a_b_c) or https://example.org/x*y_z.",
        "In code: `snake_case`, `2*3*4`, `<pad>`, `||w||`, `$HOME`.",
        "* one bullet\n  * two *bullets*\n  - three",
        "From $5 to $10; a < b and c > d; R&D; |γ| and |β|.",
        "Escaped: 2\\*3\\*4 and snake\\_case.",
        "An e-mail to me@example.org, and a <https://example.org/link>.",
        "> quoted\n  -# small print",
    ],
)
def test_what_discord_shows_as_meant_is_no_fault(desk: Desk, harmless: str) -> None:
    desk.plant(BIAS, f"  {harmless}\n{BIAS}")

    assert check_bank(desk.root) == []


@pytest.mark.parametrize(
    "option", ["Freezes all other layers, and none of their inputs", "Both a mean and a variance, always"]
)
def test_an_option_that_stands_alone_is_no_catch_all(desk: Desk, option: str) -> None:
    desk.plant(DISTRACTOR, option)

    assert check_bank(desk.root) == []


def test_arithmetic_is_not_judged_as_prose(desk: Desk) -> None:
    desk.plant("references:", 'checks: ["2**10 == 1_024", "3 * 4 * 5 == 60"]\nreferences:')

    assert check_bank(desk.root) == []
