"""What is kept about a member: all of it in one file, and none of it once they say so; on the real store."""

import gzip
import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

import pytest

from bot.domain.review import Rating
from bot.domain.rounds import Round
from bot.domain.schedule import Schedule
from bot.domain.sitting import Mode
from bot.domain.standings import By, Period
from bot.domain.streaks import Streak
from bot.practice import answers, boards, closing_reminders, daily, privacy, reminders, reports, setup, sitting, streaks
from bot.practice.privacy import Deleted, Export
from bot.practice.publisher import Reply, UnsentError
from bot.practice.reports import Report
from bot.storage import answers as stored
from bot.storage import cards, digests, hidden, roles, rounds, standings
from bot.storage import reminders as stored_reminders
from bot.storage.hidden import Reason
from bot.storage.privacy import kept_about, let_go
from bot.storage.roles import Change, MilestoneRole
from bot.storage.sqlite import SQLite
from bot.storage.statement import Row, Statement, Transaction
from practice.classroom import CLUB, DAY, HOUR, Classroom
from practice.in_memory import InMemory

ADA, BOB = "111111111111111101", "222222222222222202"
RIVAL = "rival"
SAID = "what only {} would ever write"
REGULARS = "900"

# A whole database: of each table, its columns and its rows.
Contents = dict[str, tuple[list[str], list[Row]]]


@dataclass
class Forgiving(InMemory):
    """A platform that lets roles be taken."""

    taken: list[tuple[str, str, str]] = field(default_factory=list)

    async def take_role(self, community_id: str, member_id: str, role_id: str) -> None:
        self.taken.append((community_id, member_id, role_id))


@dataclass
class House:
    """Two communities that are asked every day at nine, on one platform; it is nine o'clock."""

    room: Classroom
    platform: Forgiving = field(default_factory=Forgiving)
    _forms: int = 7000

    async def day(self) -> None:
        """Let the next day come, with its questions."""
        self.room.now += DAY
        await daily.tick(self.room.practice, self.platform)

    async def newest(self, community_id: str = CLUB) -> Round:
        this = await self.room.store.read(rounds.latest_round(community_id))
        assert this is not None
        return this

    async def reply(self, member_id: str, text: str, community_id: str = CLUB) -> tuple[str, Reply]:
        """Answer in the newest thread; return the thread and the reply."""
        thread_id = (await self.newest(community_id)).thread_id or ""
        reply = self.platform.write(thread_id, member_id, text, self.room.now)
        await self.hear(thread_id, reply)
        return thread_id, reply

    async def hear(self, thread_id: str, reply: Reply) -> None:
        await answers.take_reply(self.room.practice, self.platform, thread_id, reply)

    async def edit(self, thread_id: str, reply: Reply, text: str) -> None:
        self.room.now += HOUR
        changed = replace(reply, text=text, edited_at=self.room.now)
        self.platform.threads[thread_id].messages[int(reply.id)] = changed
        await self.hear(thread_id, changed)

    async def fill_in(self, member_id: str, text: str, community_id: str = CLUB) -> None:
        self._forms += 1
        key = (await self.newest(community_id)).key
        await answers.submit(
            self.room.practice, community_id, key, member_id, answer_id=f"{self._forms}", text=text, at=self.room.now
        )

    async def delete(self, member_id: str = ADA) -> Deleted:
        return await privacy.delete(self.room.practice, self.platform, CLUB, member_id)

    async def export(self, member_id: str = ADA, at_most: int = privacy.LARGEST) -> Export:
        return await privacy.export(self.room.practice, CLUB, member_id, at_most=at_most)

    async def quiz(self, community_id: str, member_id: str, text: str) -> None:
        """Choose rightly in one sitting, and write in another."""
        who = (community_id, member_id)
        turn = await sitting.begin(self.room.practice, *who, mode=Mode.CHOICE)
        assert turn is not None
        for chosen in range(4):
            if await sitting.is_right(self.room.practice, turn.sitting.id, 0, chosen):
                await sitting.choose(self.room.practice, *who, turn.sitting.id, 0, chosen=chosen)
        turn = await sitting.begin(self.room.practice, *who, mode=Mode.OPEN)
        assert turn is not None
        await sitting.write(self.room.practice, *who, turn.sitting.id, 0, text=text)
        await sitting.judge(self.room.practice, *who, turn.sitting.id, 0, rating=Rating.HARD)

    async def live(self, community_id: str, member_id: str) -> None:
        """Leave a trace of every kind; the newest round is one that the member has answered."""
        who, said = (community_id, member_id), SAID.format(member_id)
        practice = self.room.practice
        await answers.look(practice, community_id, (await self.newest(community_id)).key, member_id, anyway=True)
        await self.fill_in(member_id, f"{said}, after a look", community_id)
        await self.day()
        await self.edit(*(await self.reply(member_id, said, community_id)), f"{said}, and better")
        await answers.rate(practice, community_id, (await self.newest(community_id)).key, member_id, Rating.EASY)
        await streaks.go_away(practice, *who, (self.room.now + 2 * DAY).date())
        await self.quiz(community_id, member_id, f"{said}, in a quiz")
        await reports.report(
            practice, Report(f"report{community_id}{member_id[:3]}", *who, 1, f"{said}, of a mistake", self.room.now)
        )
        await reminders.remind_at(practice, *who, time(8))
        await closing_reminders.remind_before_close(practice, *who, None)
        await boards.be_shown(practice, *who, shown=False)
        await self.room.store.write(roles.changed(Change(*who, REGULARS, give=True)))
        for _ in range(2):
            await self.day()
        await streaks.come_back(practice, *who)
        await self.reply(member_id, f"{said}, at last", community_id)

    async def contents(self) -> Contents:
        def transaction() -> Transaction[Contents]:
            tables = yield Statement("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            found: Contents = {}
            for (table,) in tables:
                columns = yield Statement(f"PRAGMA table_info({table})")
                rows = yield Statement(f"SELECT * FROM {table}")  # noqa: S608  # why: the name is the database's own
                found[table] = [column[1] for column in columns], sorted(rows, key=repr)
            return found

        return await self.room.store.read(transaction())

    async def traces(self, of: str) -> set[str]:
        """Return the tables that hold a text anywhere; whom a community set up is its own business."""
        found = set()
        for table, (columns, rows) in (await self.contents()).items():
            for row in rows:
                values = dict(zip(columns, row, strict=True))
                values.pop("steward_id", None)
                if any(of in str(value) for value in values.values()):
                    found.add(table)
        return found


@pytest.fixture
async def house(store: SQLite) -> House:
    room = Classroom(store)
    for community_id, channel_id in ((CLUB, "7"), (RIVAL, "8")):
        await setup.set_up(room.practice, community_id, channel_id, Schedule(time(9), "UTC"), steward_id=ADA)
        # For streaks that nobody here has: what a member holds is noted by hand.
        await store.write(roles.save_role(MilestoneRole(community_id, 300, "901", room.now)))
    built = House(room)
    await built.day()
    return built


def of_members(contents: Contents) -> set[str]:
    """Return the tables that tell of members; those of a sitting's questions by their sitting."""
    return {table for table, (columns, _) in contents.items() if {"member_id", "sitting_id"} & set(columns)}


def belonging_to(contents: Contents, community_id: str) -> list[tuple[str, Row]]:
    """Return all rows of a community, those of its rounds and sittings included."""
    own = {
        table: {
            row[columns.index("id")]
            for row in rows
            if "id" in columns and "community_id" in columns and row[columns.index("community_id")] == community_id
        }
        for table, (columns, rows) in contents.items()
    }
    keys = {"community_id": {community_id}, "round_id": own["round"], "sitting_id": own["sitting"]}
    return [
        (table, row)
        for table, (columns, rows) in contents.items()
        for row in rows
        if any(row[place] in keys.get(column, ()) for place, column in enumerate(columns))
    ]


def read(file: Export) -> dict[str, Any]:
    assert file.content is not None
    document: dict[str, Any] = json.loads(file.content)
    return document


async def projected(house: House) -> tuple[object, object]:
    """Return what is kept of standings and cards."""
    store = house.room.store
    return await store.read(standings.projections(CLUB)), await store.read(cards.all_cards(CLUB))


async def test_after_a_deletion_no_table_holds_the_member_or_a_word_of_theirs(house: House) -> None:
    await house.live(CLUB, ADA)
    before, told = await house.traces(ADA), await house.traces(SAID.format(ADA))

    await house.delete()

    # A table that is new, and tells of members, has to be filled by `live`.
    assert before == of_members(await house.contents())
    assert told == {"answer", "report", "sitting_question"}
    assert await house.traces(ADA) == set()
    assert await house.traces(SAID.format(ADA)) == set()


async def test_after_a_deletion_the_file_itself_holds_no_word_of_theirs(house: House) -> None:
    written = SAID.format("ada").encode()
    await house.reply(ADA, f"{SAID.format('ada')}{', at length' * 100}")

    await house.delete()
    await house.room.store.close()

    files = [each.read_bytes() for each in house.room.store.path.parent.glob(f"{house.room.store.path.name}*")]
    assert files
    assert not any(written in content for content in files)


async def test_a_deletion_leaves_what_a_rebuild_would_make_of_the_facts(house: House) -> None:
    await house.live(CLUB, ADA)
    await house.live(CLUB, BOB)
    before = await house.room.store.read(standings.projections(CLUB))

    await house.delete()
    after = await projected(house)
    await boards.rebuild(house.room.practice)

    assert await projected(house) == after
    (streaks_before, *_), (streaks_after, *_) = before, await house.room.store.read(standings.projections(CLUB))
    assert sorted(row[1:4] for row in streaks_before) == sorted(row[1:4] for row in streaks_after)


async def test_rounds_keep_their_counts_and_boards_show_whoever_is_left(house: House) -> None:
    await house.reply(ADA, SAID.format(ADA))
    await house.reply(BOB, SAID.format(BOB))
    await house.quiz(CLUB, ADA, "what is my own")
    this = await house.newest()

    await house.delete()

    page = await boards.page_of(house.room.practice, CLUB, BOB, by=By.ANSWERS, period=Period.ALL)
    assert await house.room.store.read(stored.members_who_answered(this.id)) == 2
    assert [(each.rank, each.member_id) for each in page.standings] == [(1, BOB)]
    assert page.total == 1
    assert list((await house.room.store.read(stored.writers(this.id))).values()) == [BOB]


async def test_what_they_left_is_named_nowhere_and_earns_no_role(house: House) -> None:
    for _ in range(7):
        await house.reply(ADA, SAID.format(ADA))
        await house.reply(BOB, SAID.format(BOB))
        await house.day()
    await house.room.store.write(roles.save_role(MilestoneRole(CLUB, 3, REGULARS, house.room.now)))
    (_, seventh, *_) = await house.room.store.read(rounds.latest_rounds(CLUB, 2))
    week = digests.Pending(CLUB, seventh.day - 6 * DAY, "7", house.room.now, 0)

    await house.delete()

    store = house.room.store
    assert await store.read(standings.reached(seventh, [7])) == [(BOB, 7)]
    assert [member for member, _ in (await store.read(digests.digest(week, {}))).streaks] == [BOB]
    assert [change.member_id for change in await store.read(roles.pending(house.room.now, 10))] == [BOB]


@pytest.mark.parametrize("how", ["read on", "read wholly", "edited", "edited to less", "closed", "filled in again"])
async def test_nothing_that_comes_later_brings_it_back(house: House, how: str) -> None:
    thread_id, reply = await house.reply(ADA, SAID.format(ADA))
    await house.fill_in(ADA, SAID.format(ADA))
    unscanned = await house.newest()
    await house.delete()
    before = (await house.contents())["answer"]

    if how in {"read on", "read wholly"}:
        await answers.backfill(house.room.practice, house.platform, unscanned, whole=how == "read wholly")
    elif how == "filled in again":
        house._forms -= 1
        await house.fill_in(ADA, SAID.format(ADA))
    elif how == "closed":
        await house.day()
    else:
        await house.edit(thread_id, reply, "ha" if how == "edited to less" else f"{SAID.format(ADA)}, and more")

    assert (await house.contents())["answer"] == before
    assert await house.traces(ADA) == await house.traces(SAID.format(ADA)) == set()


async def test_who_deletes_their_message_on_discord_too_takes_back_that_it_counted(house: House) -> None:
    _, reply = await house.reply(ADA, SAID.format(ADA))
    this = await house.newest()
    await house.delete()

    await answers.remove(house.room.practice, reply.id)
    after = await projected(house)
    await boards.rebuild(house.room.practice)

    assert await house.room.store.read(stored.members_who_answered(this.id)) == 0
    assert await projected(house) == after
    assert await house.traces(ADA) == set()


async def test_to_delete_twice_is_to_delete_once(house: House) -> None:
    await house.live(CLUB, ADA)
    first = await house.delete()
    before = await house.contents()

    second = await house.delete()

    assert (first, second) == (Deleted(), Deleted())
    assert await house.contents() == before


async def test_who_answers_the_open_round_again_begins_anew_and_counts(house: House) -> None:
    await house.live(CLUB, ADA)
    this = await house.newest()
    await house.delete()

    await house.reply(ADA, SAID.format(ADA))

    store = house.room.store
    assert await store.read(standings.member_streak(CLUB, ADA)) == Streak(1, 1)
    assert await store.read(stored.members_who_answered(this.id)) == 2
    board = await boards.page_of(house.room.practice, CLUB, ADA, by=By.ANSWERS, period=Period.ALL)
    assert [(each.member_id, each.value) for each in board.standings] == [(ADA, 1)]
    assert not board.hidden


async def test_who_deletes_again_later_is_somebody_else_again(house: House) -> None:
    for _ in range(2):
        await house.reply(ADA, SAID.format(ADA))
        await house.delete()
    await house.day()

    (columns, rows) = (await house.contents())["answer"]

    assert len({row[columns.index("member_id")] for row in rows}) == 2
    assert await house.traces(ADA) == set()


async def test_another_communitys_data_of_the_same_member_is_left_alone(house: House) -> None:
    await house.live(CLUB, ADA)
    await house.live(RIVAL, ADA)
    before = belonging_to(await house.contents(), RIVAL)

    await house.delete()

    assert belonging_to(await house.contents(), RIVAL) == before
    assert {table for table, row in before if ADA in map(str, row)} >= of_members(await house.contents()) - {
        "sitting_question"
    }


async def test_who_never_practised_leaves_nothing_behind(house: House) -> None:
    before = await house.contents()

    await house.delete()

    assert await house.contents() == before


async def test_roles_for_a_streak_are_taken_back_but_not_those_they_had_before(house: House) -> None:
    for role_id, given in ((REGULARS, True), ("902", False)):
        await house.room.store.write(roles.changed(Change(CLUB, ADA, role_id, give=True, given=given)))

    result = await house.delete()

    assert house.platform.taken == [(CLUB, ADA, REGULARS)]
    assert result.kept_roles == ()


async def test_a_role_that_cannot_be_taken_back_is_told_of_and_everything_else_is_deleted(house: House) -> None:
    await house.live(CLUB, ADA)

    result = await privacy.delete(house.room.practice, InMemory(), CLUB, ADA)

    assert result.kept_roles == (REGULARS,)
    assert await house.traces(ADA) == set()


async def test_a_reminder_that_is_being_sent_does_not_come_back(house: House) -> None:
    class Interrupted(Forgiving):
        async def remind(self, community_id: str, member_id: str, due: int) -> None:
            await house.delete()
            raise UnsentError("the network failed")

    await house.quiz(CLUB, ADA, "what is my own")
    await reminders.remind_at(house.room.practice, CLUB, ADA, time(8))
    house.room.now += 10 * DAY - HOUR

    await reminders.send_due(house.room.practice, Interrupted())

    assert await house.room.store.read(stored_reminders.reminder_of(CLUB, ADA)) is None
    assert await house.traces(ADA) == set()


async def test_a_choice_to_be_hidden_is_forgotten_too(house: House) -> None:
    await boards.be_shown(house.room.practice, CLUB, ADA, shown=False)

    await house.delete()

    assert await house.room.store.read(hidden.reasons(CLUB, ADA)) == set()
    assert (await boards.visibility(house.room.practice, CLUB, ADA)).shown


async def test_a_file_holds_all_that_a_member_wrote_and_nothing_of_anybody_else(house: House) -> None:
    await house.live(CLUB, ADA)
    await house.live(CLUB, BOB)
    await house.live(RIVAL, ADA)

    file = await house.export()
    document = read(file)

    written = SAID.format(ADA)
    assert [each["text"] for each in document["answers"]] == [
        f"{written}, after a look",
        f"{written}, and better",
        f"{written}, at last",
    ]
    assert [each["counts"] for each in document["answers"]] == [False, True, True]
    assert [each["text"] for each in document["reports"]] == [f"{written}, of a mistake"]
    assert f"{written}, in a quiz" in [each["text"] for each in document["sittings"][1]["questions"]]
    assert len(document["looks_at_model_answers"]) == 1
    assert document["sittings"][0]["questions"][0]["chosen"][:3] in {"A: ", "B: ", "C: ", "D: "}
    assert (document["member_id"], document["community_id"]) == (ADA, CLUB)
    assert BOB not in str(document)
    assert SAID.format(BOB) not in str(document)
    assert RIVAL not in str(document)
    assert (file.answers, file.cards, file.sittings) == (3, len(document["cards"]), 2)


async def test_a_file_has_something_of_every_kind_that_is_kept(house: House) -> None:
    await house.live(CLUB, ADA)

    document = read(await house.export())

    kinds = {kind: entry for kind, entry in document.items() if isinstance(entry, list)}
    assert [kind for kind, entries in kinds.items() if not entries] == []
    # A table that is new, and tells of members, has to be exported.
    assert len(kinds) == len(of_members(await house.contents()) - {"sitting_question"})
    assert document["streak"] == [{"current": 2, "longest": 2, "freezes": 0}]
    assert document["hidden_from_boards"] == [{"why": Reason.CHOICE}]
    assert document["set_this_community_up"] is True


async def test_a_file_tells_moments_in_utc_and_questions_by_name(house: House) -> None:
    await house.reply(ADA, SAID.format(ADA))
    this = await house.newest()
    question = house.room.practice.bank.question(this.question_id)

    (answer,) = read(await house.export())["answers"]

    assert answer["written_at"] == f"{house.room.now:%Y-%m-%dT%H:%M:%S}Z"
    assert (answer["question"], answer["title"]) == (question.slug, question.title)
    assert (answer["round"], answer["day"]) == (this.number, f"{this.day}")


async def test_a_file_that_is_too_large_is_compressed_and_one_that_still_is_is_not_made(house: House) -> None:
    for _ in range(20):
        await house.fill_in(ADA, f"{SAID.format(ADA)} " * 10)
    plain = await house.export()
    assert plain.content is not None

    packed = await house.export(at_most=len(plain.content) - 1)
    too_large = await house.export(at_most=100)

    assert packed.content is not None
    assert packed.name == f"{plain.name}.gz"
    assert gzip.decompress(packed.content) == plain.content
    assert too_large.content is None


async def test_who_never_practised_gets_a_file_that_says_so(house: House) -> None:
    document = read(await house.export(BOB))

    assert [kind for kind, entry in document.items() if entry] == ["community_id", "member_id", "exported_at"]


@pytest.mark.parametrize("what", [kept_about(CLUB, ADA), let_go(CLUB, ADA, "gone-0")], ids=["export", "deletion"])
async def test_nobody_elses_rows_are_walked_through(house: House, what: Transaction[object]) -> None:
    plans: list[str] = []
    with closing(sqlite3.connect(house.room.store.path)) as connection, suppress(StopIteration):
        statement = next(what)
        while True:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.params)
            plans += [str(row[3]) for row in plan]
            statement = what.send(connection.execute(statement.sql, statement.params).fetchall())

    assert len(plans) > 10
    assert not [plan for plan in plans if "SCAN" in plan]
