"""`practice-bot bank`: the commands with which authors look after the question bank."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from rich.console import Console

from bot.domain.questions import Bank, Kind, Level, Question
from bot.frontends.terminal import bank as shown
from bot.library import check_bank, editor_schema, load_bank, new_question, report
from bot.practice.reports import Report

OK, FAILED = 0, 1


def add_bank_commands(
    bank: argparse.ArgumentParser, now: Callable[[], datetime]
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """Add the commands on the bank and return where more may be added; each stores in `run` what does it."""
    commands = bank.add_subparsers(required=True, metavar="command", title="commands")

    check = commands.add_parser("check", help="list every fault of the bank, with file, line and what to do")
    check.add_argument("path", nargs="?", type=Path, help="a bank, a topic's folder or one file of it")
    check.add_argument("--format", choices=("text", "json"), default="text", help="text for people, json for editors")
    check.set_defaults(run=_check)

    listed = commands.add_parser("list", help="list the questions")
    listed.add_argument("--topic", help="only those of this topic")
    listed.add_argument("--level", type=Level, choices=list(Level), help="only those of this level")
    listed.add_argument("--kind", type=Kind, choices=list(Kind), help="only those of this kind")
    _add_bank(listed)
    listed.set_defaults(run=_list)

    show = commands.add_parser("show", help="show one question as members will read it")
    show.add_argument("question", help="its slug or id")
    _add_bank(show)
    show.set_defaults(run=lambda options: _show(options, now()))

    stats = commands.add_parser("stats", help="tell how the questions are spread over topics, levels and kinds")
    _add_bank(stats)
    stats.set_defaults(run=_stats)

    new = commands.add_parser("new", help="begin a question: a file that lacks nothing but your words")
    new.add_argument("topic", help="the slug of its topic")
    new.add_argument("slug", help="its short name, as in batch-normalization")
    new.add_argument("--title", help="its title, at most 80 characters")
    new.add_argument("--level", type=Level, choices=list(Level), default=Level.MEDIUM)
    new.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.CONCEPT)
    _add_bank(new)
    new.set_defaults(run=_new)

    schema = commands.add_parser("schema", help="print the JSON schema of a question, for editors")
    _add_bank(schema)
    schema.set_defaults(run=_schema)
    return commands


def print_reports(bank: Bank, reports: Sequence[Report]) -> None:
    """Print what members reported, by question."""
    console = _console()
    console.print(shown.reported(reports, bank), markup=False)


def _add_bank(command: argparse.ArgumentParser) -> None:
    command.add_argument("--bank", type=Path, help="another bank than the shipped one")


def _check(options: argparse.Namespace) -> int:
    faults = check_bank(options.path)
    print(report(faults, options.format))
    return FAILED if faults else OK


def _list(options: argparse.Namespace) -> int:
    bank = load_bank(options.bank)
    if options.topic is not None and all(topic.slug != options.topic for topic in bank.topics):
        return _failed(f"There is no topic {options.topic!r}; choose one of {_topics(bank)}.")
    wanted = [
        question
        for question in bank
        if options.topic in {None, question.topic}
        and options.level in {None, question.level}
        and options.kind in {None, question.kind}
    ]
    _console().print(shown.listing(wanted))
    return OK


def _show(options: argparse.Namespace, now: datetime) -> int:
    bank = load_bank(options.bank)
    question = _found(bank, options.question)
    if question is None:
        return _failed(f"There is no question {options.question!r}; `practice-bot bank list` names them all.")
    console = _console()
    for message in shown.as_members_see_it(question, bank, now):
        console.print(message)
    return OK


def _stats(options: argparse.Namespace) -> int:
    bank = load_bank(options.bank)
    console = _console()
    for part in shown.stats(bank, faults=len(check_bank(options.bank))):
        console.print(part, highlight=False)
    return OK


def _new(options: argparse.Namespace) -> int:
    try:
        file = new_question(
            options.bank, options.topic, options.slug, title=options.title, level=options.level, kind=options.kind
        )
    except (ValueError, OSError) as error:
        return _failed(str(error))
    print(f"{file} is yours to write. CONTRIBUTING.md says how; `practice-bot bank check {file}` says what is left.")
    return OK


def _schema(options: argparse.Namespace) -> int:
    print(json.dumps(editor_schema(options.bank), ensure_ascii=False, indent=2))
    return OK


def _found(bank: Bank, name: str) -> Question | None:
    try:
        return bank.question(int(name)) if name.isdecimal() else bank.by_slug(name)
    except LookupError:
        return None


def _topics(bank: Bank) -> str:
    return ", ".join(topic.slug for topic in bank.topics)


def _console() -> Console:
    # A pipe gets whole lines, so that `grep` finds a title.
    return Console() if sys.stdout.isatty() else Console(width=240)


def _failed(sentence: str) -> int:
    print(f"practice-bot: {sentence}", file=sys.stderr)
    return FAILED
