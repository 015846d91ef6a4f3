"""What is kept about a member: handed to them in one file, or let go of for good."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.domain.privacy import pseudonym
from bot.domain.quiz import LETTERS, ordered
from bot.domain.review import Rating
from bot.practice.context import Practice
from bot.practice.publisher import GoneError, Publisher, PublishError
from bot.storage import communities, privacy
from bot.storage.privacy import Record
from bot.storage.statement import Transaction

# What every Discord server takes in one file.
LARGEST = 10_000_000

# why: a document is JSON, whose parts may be anything.
Part = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Export:
    """All that is kept about a member, as a file; `content` is None when it is too large for any platform to take."""

    name: str
    content: bytes | None
    answers: int
    cards: int
    sittings: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A member's data is gone; `kept_roles` are those that could not be taken back from them."""

    kept_roles: tuple[str, ...] = ()


async def export(practice: Practice, community_id: str, member_id: str, *, at_most: int = LARGEST) -> Export:
    """Return all that is kept about a member of a community, compressed if the file would have more bytes than that."""
    now = practice.clock()

    def transaction() -> Transaction[tuple[dict[str, list[Record]], bool]]:
        kept = yield from privacy.kept_about(community_id, member_id)
        return kept, (yield from _is_steward(community_id, member_id))

    kept, is_steward = await practice.store.read(transaction())

    def write() -> tuple[str, bytes]:
        document = {
            "community_id": community_id,
            "member_id": member_id,
            "exported_at": now,
            "set_this_community_up": is_steward,
            **_document(practice, kept),
        }
        name = f"practice-{now:%Y-%m-%d}.json"
        content = json.dumps(document, ensure_ascii=False, indent=2, default=_iso).encode()
        return (name, content) if len(content) <= at_most else (f"{name}.gz", gzip.compress(content, mtime=0))

    # Years of answers take long enough to want a thread of their own.
    name, content = await asyncio.to_thread(write)
    return Export(
        name,
        content if len(content) <= at_most else None,
        answers=len(kept["answers"]),
        cards=len(kept["cards"]),
        sittings=len(kept["sittings"]),
    )


async def delete(practice: Practice, publisher: Publisher, community_id: str, member_id: str) -> Deleted:
    """Forget a member of a community for good, and take back the roles that they were given for a streak."""
    name = pseudonym(practice.random)
    held = await practice.store.write(privacy.let_go(community_id, member_id, name))
    return Deleted(tuple([role for role in held if not await _take(publisher, community_id, member_id, role)]))


async def is_steward(practice: Practice, community_id: str, member_id: str) -> bool:
    """Whether a member set the community up, and is told when it needs help: that is known on."""
    return await practice.store.read(_is_steward(community_id, member_id))


def _is_steward(community_id: str, member_id: str) -> Transaction[bool]:
    community = yield from communities.community(community_id)
    return community is not None and community.steward_id == member_id


async def _take(publisher: Publisher, community_id: str, member_id: str, role_id: str) -> bool:
    try:
        await publisher.take_role(community_id, member_id, role_id)
    except GoneError:
        return True
    except PublishError:
        # Not logged: it would name the role of somebody who wants to be forgotten.
        return False
    return True


def _document(practice: Practice, kept: Mapping[str, list[Record]]) -> Part:
    """Arrange what is kept for a reader, with questions named and each sitting's beside it."""
    drawn: dict[Any, list[Part]] = {}
    for record in kept["sitting_questions"]:
        drawn.setdefault(record["sitting_id"], []).append(_drawn(practice, record))
    document: Part = {
        kind: [_named(practice, record) for record in records]
        for kind, records in kept.items()
        if kind not in {"sittings", "sitting_questions"}
    }
    document["sittings"] = [sitting | {"questions": drawn.get(sitting["id"], [])} for sitting in kept["sittings"]]
    return document


def _drawn(practice: Practice, record: Record) -> Part:
    """Tell what became of a question in a sitting; which choice was taken, in words as it was shown."""
    told = _named(practice, record)
    number, order, chosen = told["question_id"], told.pop("choice_order"), told["chosen"]
    del told["sitting_id"]
    if chosen is not None:
        told["chosen"] = LETTERS[chosen]
        if number in practice.bank:
            choices = ordered(practice.bank.question(number).multiple_choice, order)
            told["chosen"] += f": {choices[chosen].text}"
    return told


def _named(practice: Practice, record: Record) -> Part:
    """Name the question of a record, if the bank still has it, and a rating in words."""
    told: Part = dict(record)
    number = told.get("question_id")
    if number is not None and number in practice.bank:
        question = practice.bank.question(number)
        told["question"], told["title"] = question.slug, question.title
    if told.get("rating") is not None:
        told["rating"] = Rating(told["rating"]).name.lower()
    return told


def _iso(moment: object) -> str:
    if not isinstance(moment, datetime):
        raise TypeError(f"an export holds {moment!r}")
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
