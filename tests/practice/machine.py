"""Anything may happen to a community that practises; after every step, streaks are what the plain rules say."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.communities import Community
from bot.domain.schedule import Schedule
from bot.practice import answers, closing, setup, streaks
from bot.practice.context import Practice
from bot.practice.publisher import Reply
from practice.both import MEMBERS, MEMORY, Both, Delivery, Told, counts, past
from practice.classroom import CLUB
from practice.in_memory import Trouble, Wish
from practice.plain import EVERYONE, Counts, explained, streak

T = TypeVar("T")

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ENOUGH, TALK = "an answer in my own words", "thank you!"
# How the bot comes to hear of something.
AT_ONCE, LATER, NEVER, FORM, FORM_TWICE = "at once", "later", "never", "form", "form twice"
READY, RESUMED, LOST = "ready", "resumed", "lost"
AFTER, BEFORE, EDITED = "after the look", "before the look", "before the look, and edited after it"
VOID, VALID, DELETED, LOCKED = "void", "valid", "thread deleted", "thread locked"

# Shortly before clocks change in Europe or America, before a year ends, and before Apia left a day out.
STARTS = [
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 5, 20, tzinfo=UTC),
    datetime(2026, 3, 26, 20, tzinfo=UTC),
    datetime(2026, 10, 22, 12, tzinfo=UTC),
    datetime(2026, 12, 26, tzinfo=UTC),
    datetime(2011, 12, 26, tzinfo=UTC),
]
TIMES = [time(9), time(0), time(2, 30), time(23, 59)]
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Kiritimati",
    "Pacific/Niue",
    "Pacific/Apia",
    "Australia/Lord_Howe",
]
WEEKDAYS = [*[frozenset(range(7))] * 4, frozenset(range(5)), frozenset({5, 6}), frozenset({2})]
# What a member does when a day has a question: answer in its thread, by form, not at all, or every other day.
HABITS = ["t", "-", "t-", "-f"]
TROUBLES: dict[Wish, list[Trouble]] = {
    # Twice as often, since it takes more to find a message that was sent.
    Wish.QUESTION: [*Trouble, Trouble.UNHEARD],
    Wish.RECAP: list(Trouble),
    Wish.THREAD: [trouble for trouble in Trouble if trouble is not Trouble.REMOVED],
    Wish.FIND: [Trouble.REFUSED, Trouble.FAILED],
    Wish.READ: [Trouble.REFUSED, Trouble.FAILED, Trouble.DEATH_AFTER],
    Wish.COURTESY: [Trouble.REFUSED, Trouble.DEATH_AFTER],
}

# One more often than the others, so that several things happen to the same.
a_member = some.sampled_from(["ada", "ada", "ada", "bob", "bob", "cyd"])
a_text = some.sampled_from([ENOUGH, ENOUGH, TALK])
a_way = some.sampled_from([AT_ONCE, AT_ONCE, LATER, NEVER, FORM, FORM_TWICE])
# How far back among the newest.
a_place = some.sampled_from([0, 0, 0, 0, 1, 2])
a_moment = some.sampled_from([0 * SECOND, 0 * SECOND, SECOND, MINUTE])
a_while = some.sampled_from(
    [
        *(SECOND, 16 * SECOND, 2 * MINUTE, 16 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 11 * HOUR),
        *(13 * HOUR, DAY, 25 * HOUR, 3 * DAY, 15 * DAY, 100 * DAY),
    ]
)
habits = some.tuples(*[some.sampled_from(HABITS)] * len(MEMBERS))
a_schedule = some.builds(Schedule, some.sampled_from(TIMES), some.sampled_from(ZONES), some.sampled_from(WEEKDAYS))

Change = Callable[[Practice, Community], Awaitable[object]]


class Streaks(RuleBasedStateMachine):
    """One community, to which everything happens that can."""

    both: Both

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory(dir=MEMORY)
        self.unexpected = _Unexpected()
        self.under_way: list[Delivery] = []
        self.asked_for: set[int] = set()
        self.meant: dict[str, dict[int, str]] = {member: {} for member in MEMBERS}
        self.streaks_before: dict[str, Counts] = dict.fromkeys(MEMBERS, (0, 0, 0))
        self.settled_before: set[int] = set()

    def teardown(self) -> None:
        try:
            if hasattr(self, "both"):
                self.run(self.both.store.close())
        finally:
            self.unexpected.stop()
            self.runner.close()
            self.folder.cleanup()

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.get_loop().run_until_complete(doing)

    def is_connected(self) -> bool:
        return self.both.platform.is_ready()

    @initialize(start=some.sampled_from(STARTS), days=some.sampled_from([0, 6, 6, 6, 20]), schedule=a_schedule)
    def begin(self, start: datetime, days: int, schedule: Schedule) -> None:
        self.both = Both(Path(self.folder.name, "practice.db"), past(start, days))
        self.run(self.both.start())
        self.move_schedule(schedule)

    # Time.

    @rule(by=a_while)
    def wait(self, by: timedelta) -> None:
        self.both.now += by
        self.run(self.both.tick())

    @rule(days=some.sampled_from([1, 1, 2, 3, 5]), habits=habits, hurried=some.sets(a_member), curious=a_member)
    def practise(self, days: int, habits: tuple[str, ...], hurried: set[str], curious: str) -> None:
        """Let days with a question pass, which members answer as is their habit, or at the very last."""
        if not self.is_connected():
            self.connect(READY)
        self.run(self.both.practise(days, habits, ENOUGH, hurried))
        self.check_report(curious)

    @rule(habits=habits, hurried=some.sets(a_member), curious=a_member)
    def meet_the_next_question(self, habits: tuple[str, ...], hurried: set[str], curious: str) -> None:
        self.practise(1, habits, hurried, curious)

    # Connections, processes, and what goes wrong.

    @rule(how=some.sampled_from([READY, RESUMED, LOST]))
    def connect(self, how: str) -> None:
        """Connect anew, or have a connection resumed which was perhaps never seen to be lost; or lose it."""
        self.both.platform.is_away = how == LOST
        if how != LOST:
            self.run(self.both.catch_up(whole=how == READY))

    @rule(by=a_moment | a_while, writers=some.sets(a_member), ends=some.sampled_from([False, False, False, True]))
    def be_away(self, by: timedelta, writers: set[str], *, ends: bool) -> None:
        """Be away for a while, by a lost connection or an ended process, while members go on writing."""

        async def be_away() -> None:
            self.both.platform.is_away = True
            self.both.now += by / 2
            for member in sorted(writers):
                self.write(0, member, ENOUGH)
            self.both.now += by / 2
            if ends:
                await self.both.restart()
            await self.both.tick()
            self.both.platform.is_away = False
            await self.both.catch_up(whole=True)

        self.run(be_away())

    @rule(
        troubles=some.fixed_dictionaries(
            {wish: some.sampled_from([*[None] * len(troubles), *troubles]) for wish, troubles in TROUBLES.items()}
        )
    )
    def go_wrong_next_time(self, troubles: dict[Wish, Trouble | None]) -> None:
        self.both.platform.troubles.update(troubles)

    # What members do.

    @rule(member=a_member, text=a_text, place=a_place, way=a_way, by=a_moment)
    def answer(self, member: str, text: str, place: int, way: str, by: timedelta) -> None:
        """Write in a thread, or fill in the form, once or twice."""
        self.both.now += by
        if way in {FORM, FORM_TWICE}:
            if self.both.platform.questions and self.is_connected():
                round_id = _back(self.both.platform.questions, place)
                self.run(self.both.submit(round_id, member, text, times=1 if way == FORM else 2))
        elif delivery := self.write(place, member, text):
            self.deliver(delivery, way)

    @rule(text=some.sampled_from([TALK, ENOUGH, None]), place=a_place, way=a_way, by=a_moment)
    @precondition(lambda self: self.both.platform.written())
    def change(self, text: str | None, place: int, way: str, by: timedelta) -> None:
        """Edit a reply, or delete it."""
        self.both.now += by
        thread_id, reply = _back(self.both.platform.written(), place)
        if text is not None:
            self.deliver(self.edited(thread_id, reply, text), way)
            return
        del self.both.platform.threads[thread_id].messages[int(reply.id)]
        if way == AT_ONCE and self.is_connected():
            self.run(self.both.hear_of_deletion(reply.id))

    @rule(place=a_place, again=some.booleans())
    @precondition(lambda self: self.under_way and self.is_connected())
    def hear_late(self, place: int, *, again: bool) -> None:
        """Hear now of what was written a while ago; perhaps not for the last time."""
        delivery = _back(self.under_way, place)
        if not again:
            self.under_way.remove(delivery)
        self.run(self.both.hear(delivery))

    @rule(member=a_member, place=a_place, by=a_moment, words=some.sampled_from([AFTER, BEFORE, EDITED]))
    @precondition(lambda self: self.both.platform.questions and self.is_connected())
    def look(self, member: str, place: int, by: timedelta, words: str) -> None:
        """Look at the model answer first, and answer all the same; or second, though the reply was not heard of yet."""
        round_id = _back(self.both.platform.questions, place)
        this, key = self.both.plain.rounds[round_id], self.both.platform.questions[round_id].key
        unheard = None
        if words in {BEFORE, EDITED} and this.thread is not None:
            unheard = self.both.write(this.thread, member, ENOUGH)
        self.both.now += by
        found = self.run(answers.look(self.both.practice, CLUB, key, member, anyway=True))

        assert (found.access.value if found else None) == self.both.plain.look(this, member, self.both.now)
        if words == AFTER:
            self.run(self.both.submit(round_id, member, ENOUGH))
        if unheard is not None:
            self.under_way.append(unheard)
            if words == EDITED:
                self.under_way.append(self.edited(*unheard, ENOUGH))

    @rule(member=a_member, days=some.sampled_from([0, 1, 2, 5, 13, 30, 59, 60, -1]))
    @precondition(is_connected)
    def go_away(self, member: str, days: int) -> None:
        # Left out: to go away between an answer and the opening of its round.
        if self.both.plain.waits(member):
            return
        today = self.both.today
        result = self.run(streaks.go_away(self.both.practice, CLUB, member, today + days * DAY))

        leave = self.both.plain.go_away(member, today + days * DAY, today)
        granted = (result.absence.from_day, result.absence.until_day) if result.absence else None
        assert granted == ((leave.first, leave.last) if leave else None)
        if leave:
            assert result.left == self.both.plain.days_left(member, leave.last.year)

    @rule(member=a_member, answers_first=some.booleans())
    @precondition(is_connected)
    def come_back(self, member: str, *, answers_first: bool) -> None:
        if answers_first and self.both.platform.questions:
            self.run(self.both.submit(_back(self.both.platform.questions, 0), member, ENOUGH))
        was_away = self.run(streaks.come_back(self.both.practice, CLUB, member))

        assert was_away == self.both.plain.come_back(member, self.both.today)
        self.check_report(member)

    @rule(member=a_member)
    @precondition(is_connected)
    def delete_their_data(self, member: str) -> None:
        """Begin anew; what they did means what it meant, though nobody knows whose it was."""
        nobody = self.run(self.both.delete(member))
        self.meant[nobody], self.meant[member] = self.meant[member], {}
        self.streaks_before = self.streaks_before | {nobody: self.streaks_before[member], member: (0, 0, 0)}
        self.check_report(member)

    # What admins do.

    @rule(place=a_place, how=some.sampled_from([VOID, VOID, VALID, DELETED, LOCKED]), heard=some.booleans())
    def set_aside(self, place: int, how: str, *, heard: bool) -> None:
        """Say that a round counts against nobody, or take that back; or delete its thread, or lock it."""
        if how in {DELETED, LOCKED} and self.both.platform.threads:
            self.lose_thread(_back(self.both.platform.threads, place), how, heard=heard)
        elif how in {VOID, VALID} and self.is_connected():
            self.declare(place, void=how == VOID)

    @rule(what=some.sampled_from([None, None, None, setup.skip, setup.pause, setup.resume]), by=a_moment)
    @precondition(is_connected)
    def step_in(self, what: Change | None, by: timedelta) -> None:
        """Post a question at once, or skip, pause, resume."""

        async def change(what: Change) -> None:
            await what(self.both.practice, await self.both.community())

        self.both.now += by
        known = set(self.both.plain.rounds)
        self.run(self.both.post_now() if what is None else change(what))
        self.asked_for |= self.both.plain.rounds.keys() - known

    @rule(schedule=a_schedule)
    @precondition(is_connected)
    def move_schedule(self, schedule: Schedule) -> None:
        self.both.zone = schedule.zone
        self.run(setup.set_up(self.both.practice, CLUB, "7", schedule))

    # What is true, whatever happened.

    @invariant()
    def streaks_are_what_the_plain_rules_say(self) -> None:
        told = self.run(self.both.told())

        assert told.kept == told.rebuilt
        for member in self.both.members:
            history = self.both.plain.history(member)
            assert told.histories[member] == history
            assert told.kept.streaks[member] == streak(history)
        self.check_what_is_settled(told)
        self.check_falls(told)
        self.both.plain.news.clear()

    @invariant()
    def a_local_day_has_one_scheduled_round_and_only_the_newest_is_open(self) -> None:
        rounds = [this for _, this in sorted(self.both.plain.rounds.items())]
        days = [this.day for this in rounds if this.id not in self.asked_for]

        assert days == sorted(set(days))
        assert [this.is_open for this in rounds if this.opened_at][:-1].count(True) == 0

    @invariant()
    def nothing_is_posted_twice_and_nothing_is_unexpected(self) -> None:
        assert self.both.platform.posted_twice == []
        assert self.unexpected.told == []

    def check_what_is_settled(self, told: Told) -> None:
        """Hold each closed round to what it meant when it closed, unless what somebody said gave it another meaning."""
        rounds = self.both.plain.rounds
        closed = {this.number for this in rounds.values() if this.closed_at}
        news = {(rounds[round_id].number, who) for round_id, who in self.both.plain.news}
        for member in self.both.members:
            means = {number: meaning for number, _, meaning in told.histories[member] if number in closed}
            for number, meaning in self.meant[member].items():
                assert means[number] == meaning or news & {(number, member), (number, EVERYONE)}
            self.meant[member] = means

    def check_falls(self, told: Told) -> None:
        """Hold that a streak falls with a round that closed or was given up, or for what somebody said: never else."""
        settled = {this.id for this in self.both.plain.rounds.values() if this.is_settled}
        for member in self.both.members:
            if told.kept.streaks[member][0] < self.streaks_before[member][0]:
                concerned = any(who in {member, EVERYONE} for _, who in self.both.plain.news)
                assert concerned or settled > self.settled_before
        self.streaks_before, self.settled_before = told.kept.streaks, settled

    def check_report(self, member: str) -> None:
        """Hold that a member is told of each round what it meant."""
        report = self.run(streaks.streak_report(self.both.practice, CLUB, member))

        told = [(each.number, each.outcome.value, counts(each.after)) for each in report.rounds]
        assert told == explained(self.both.plain.history(member))[-streaks.SHOWN_ROUNDS :]

    def declare(self, place: int, *, void: bool) -> None:
        rounds = self.both.plain.rounds.values()
        opened = sorted((this.number, this.id) for this in rounds if this.number and this.opened_at)
        number, round_id = _back(opened, place) if opened else (1, None)
        declared = self.run(closing.void(self.both.practice, CLUB, number if place else None, voided=void))

        assert (declared.id if declared else None) == round_id
        if round_id is not None:
            self.both.plain.declare(round_id, void=void)

    def lose_thread(self, thread_id: str, how: str, *, heard: bool) -> None:
        thread = self.both.platform.threads[thread_id]
        thread.is_deleted, thread.is_locked = thread.is_deleted or how == DELETED, thread.is_locked or how == LOCKED
        if heard and self.is_connected():
            self.run(closing.lose_thread(self.both.practice, thread_id))
            this = self.both.round_in(thread_id)
            if this is not None and this.is_open:
                self.both.plain.shut_out(this.id)

    def write(self, place: int, member: str, text: str) -> Delivery | None:
        """Write in one of the newest threads."""
        threads = self.both.platform.threads
        return self.both.write(_back(threads, place), member, text) if threads else None

    def edited(self, thread_id: str, reply: Reply, text: str) -> Delivery:
        """Edit a reply."""
        edited = Reply(reply.id, reply.member_id, text, reply.created_at, self.both.now)
        self.both.platform.threads[thread_id].messages[int(reply.id)] = edited
        return Delivery(thread_id, edited)

    def deliver(self, delivery: Delivery, heard: str) -> None:
        if heard == LATER:
            self.under_way.append(delivery)
        elif heard == AT_ONCE and self.is_connected():
            self.run(self.both.hear(delivery))


class _Unexpected(logging.Handler):
    """Keeps what the bot itself calls an error; what it warns of happens here all the time."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []
        self._logger = logging.getLogger("bot")
        self._level = self._logger.level
        self._logger.addHandler(self)
        self._logger.setLevel(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.getMessage()} {record.exc_info}")

    def stop(self) -> None:
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)


def _back(things: Any, place: int) -> Any:  # why: Any, since it takes lists and the keys of dictionaries alike
    """Return one of the newest of some things."""
    return list(things)[-1 - place % len(things)]
