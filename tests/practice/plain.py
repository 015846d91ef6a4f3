"""What a streak is, told once more in the plainest words: everything is kept, and every count starts from nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
EVERYONE = ""

# How many rounds in a row, the most there ever were, and the freezes held.
Counts = tuple[int, int, int]


class PlainRound(NamedTuple):
    """What is known of a round: its local day, and when it opened and closed, if it did.

    One that was given up has no number. `thread` is None until the bot knows of one. `promised` is when members were
    told that it would close.
    """

    id: int
    number: int | None
    day: date
    take: int
    thread: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    promised: datetime | None = None

    @property
    def was_cut_short(self) -> bool:
        """Whether it closed more than a minute before members were told that it would."""
        if self.closed_at is None or self.promised is None:
            return False
        return self.promised - self.closed_at > timedelta(minutes=1)

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None

    @property
    def is_settled(self) -> bool:
        return self.closed_at is not None or self.number is None


@dataclass
class Said:
    """An answer as it was last heard of; one that was taken back is remembered, so that it is not heard anew."""

    round_id: int
    member: str
    is_reply: bool
    counts: bool
    edited_at: datetime | None
    taken_back: bool = False


@dataclass(eq=False)
class Leave:
    """A member is away from a round on, until those of a day, or until they are back: then `until` is the last round.

    `asked` is the day on which they said so, and `first` the one from which they were told that they are away.
    """

    since: int
    first: date
    last: date
    asked: date
    until: int | None = None

    def takes_in(self, this: PlainRound) -> bool:
        if this.number is None or this.number < self.since:
            return False
        return this.day <= self.last if self.until is None else this.number <= self.until


@dataclass
class Plain:
    """One community's rounds, and what its members and admins did.

    `news` names, as (round, member), what something said or decided since it was last emptied gave another meaning.
    """

    rounds: dict[int, PlainRound] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    looked: dict[tuple[int, str], datetime] = field(default_factory=dict)
    leaves: dict[str, list[Leave]] = field(default_factory=dict)
    void: set[int] = field(default_factory=set)
    shut: set[int] = field(default_factory=set)
    news: set[tuple[int, str]] = field(default_factory=set)

    def hear(
        self,
        answer_id: str,
        round_id: int,
        member: str,
        text: str | None,
        *,
        written_at: datetime,
        edited_at: datetime | None = None,
        is_reply: bool = True,
        is_settled: bool | None = None,
    ) -> None:
        """Hear of an answer, new or changed. `is_settled` tells of a moment in the past; by default it is now."""
        this, said = self.rounds[round_id], self.said.get(answer_id)
        is_enough = sum(map(str.isalnum, text or "")) >= 15
        in_time = self._is_in_time(this, member, edited_at or written_at)
        if said is None and is_enough:
            self.said[answer_id] = Said(round_id, member, is_reply, in_time, edited_at)
            if in_time:
                self.news.add((round_id, member))
        if said is None or said.taken_back or said.member != member:
            return
        if this.is_settled if is_settled is None else is_settled:
            return
        if edited_at is not None and (said.edited_at is None or said.edited_at <= edited_at):
            before = (said.edited_at, said.counts)
            said.edited_at = edited_at
            said.counts = is_enough and (said.counts or in_time)
            if (said.edited_at, said.counts) != before:
                self.news.add((round_id, member))

    def take_back(self, answer_id: str) -> None:
        """Take an answer back; what a settled round meant, it means for good."""
        said = self.said.get(answer_id)
        if said is not None and not self.rounds[said.round_id].is_settled:
            said.taken_back = True
            self.news.add((said.round_id, said.member))

    def disown(self, member: str, nobody: str) -> None:
        """Let a member begin anew, as if they had done nothing; what they did stays, as somebody else's."""
        for said in self.said.values():
            said.member = nobody if said.member == member else said.member
        self.looked = {(this, nobody if who == member else who): at for (this, who), at in self.looked.items()}
        self.news = {(this, nobody if who == member else who) for this, who in self.news}
        self.leaves[nobody] = self.leaves.pop(member, [])

    def replies_to(self, round_id: int) -> list[str]:
        return [answer_id for answer_id, said in self.said.items() if said.round_id == round_id and said.is_reply]

    def look(self, this: PlainRound, member: str, now: datetime) -> str | None:
        """Look at the model answer before answering, and say why they may; None where there is nothing to see."""
        if this.number is None:
            return None
        if this.closed_at is not None:
            return "closed"
        if (this.id, member) in self._answered():
            return "committed"
        self.looked.setdefault((this.id, member), now)
        return "anyway"

    def go_away(self, member: str, until: date, today: date) -> Leave | None:
        """Let rounds until a local day count neither way; None where that is not possible."""
        settled, now_open, present = self._last_closed(), self._open(), self._present_leave(member, today)
        if present is not None:
            last = until if settled is None else max(until, *(this.day for this in self._closed()))
            wanted = Leave(present.since, present.first, last, present.asked)
        elif now_open is None or now_open.number is None:
            wanted = Leave((settled or 0) + 1, today, until, today)
        elif (now_open.id, member) in self._answered():
            wanted = Leave(now_open.number + 1, max(today, now_open.day + DAY), until, today)
        else:
            wanted = Leave(now_open.number, min(today, now_open.day), until, today)
        others = [leave for leave in self.leaves.get(member, []) if leave is not present]
        if until < today or until < wanted.first:
            return None
        if any(_days_used([*others, wanted], year) > 60 for year in range(today.year, until.year + 1)):
            return None
        self.leaves[member] = [*others, wanted]
        return wanted

    def waits(self, member: str) -> bool:
        """Whether a round that a member has answered is still to be opened."""
        answered = {round_id for round_id, who in self._answered() if who == member}
        return any(
            this.id in answered and not this.is_settled and this.opened_at is None for this in self.rounds.values()
        )

    def come_back(self, member: str, today: date) -> bool:
        """Count again from the open round on; what has closed stays as it was."""
        now_open, present = self._open(), self._present_leave(member, today)
        if present is None:
            return False
        present.until = now_open.number - 1 if now_open and now_open.number else (self._last_closed() or 0)
        present.last = min(present.last, today - DAY)
        if present.until < present.since:
            self.leaves[member].remove(present)
        return True

    def days_left(self, member: str, year: int) -> int:
        return 60 - _days_used(self.leaves.get(member, []), year)

    def declare(self, round_id: int, *, void: bool) -> None:
        """Let an admin say that a round counts against nobody, or that it does."""
        (self.void.add if void else self.void.discard)(round_id)
        self.news.add((round_id, EVERYONE))

    def shut_out(self, round_id: int) -> None:
        """Note that a round's thread could not be written in, or read to its end."""
        self.shut.add(round_id)
        self.news.add((round_id, EVERYONE))

    def history(self, member: str) -> list[tuple[int, date, str]]:
        """Return what each round means for a member: those that were opened, and any answered before."""
        answered = {round_id for round_id, who in self._answered() if who == member}
        return sorted(
            (this.number, this.day, self._meaning(this, member, answered))
            for this in self.rounds.values()
            if this.number is not None and (this.opened_at is not None or this.id in answered)
        )

    def _meaning(self, this: PlainRound, member: str, answered: set[int]) -> str:
        if any(leave.takes_in(this) for leave in self.leaves.get(member, [])):
            return "away"
        if this.id in answered:
            return "answered"
        had_no_thread = this.opened_at is not None and this.thread is None
        if this.id in self.void or this.id in self.shut or this.was_cut_short or had_no_thread:
            return "excused"
        return "unanswered" if this.closed_at is not None else "open"

    def _answered(self) -> set[tuple[int, str]]:
        return {(said.round_id, said.member) for said in self.said.values() if said.counts and not said.taken_back}

    def _is_in_time(self, this: PlainRound, member: str, moment: datetime) -> bool:
        """Whether what was written at a moment counts: before the close, and before its writer had looked."""
        looked_at = self.looked.get((this.id, member))
        return (
            this.number is not None
            and (this.closed_at is None or moment <= this.closed_at)
            and (looked_at is None or moment < looked_at)
        )

    def _open(self) -> PlainRound | None:
        return next((this for this in self.rounds.values() if this.is_open), None)

    def _closed(self) -> list[PlainRound]:
        return [this for this in self.rounds.values() if this.closed_at is not None]

    def _last_closed(self) -> int | None:
        return max((this.number or 0 for this in self._closed()), default=None)

    def _present_leave(self, member: str, today: date) -> Leave | None:
        """Return the leave that a member is on or has announced."""
        latest = max(self.leaves.get(member, []), key=lambda leave: (leave.since, leave.first), default=None)
        if latest is None or latest.until is not None:
            return None
        opened = [this for this in self.rounds.values() if this.number and (this.is_open or this.closed_at is not None)]
        if any(this.number >= latest.since and this.day > latest.last for this in opened if this.number):
            return None
        now_open = self._open()
        return latest if latest.last >= today or (now_open is not None and latest.takes_in(now_open)) else None


def explained(history: Iterable[tuple[int, date, str]]) -> list[tuple[int, str, Counts]]:
    """Return what came of each round of a member's, and the counts after it."""
    in_a_row = longest = freezes = 0
    told: list[tuple[int, str, Counts]] = []
    for number, _, meaning in history:
        outcome = meaning
        if meaning == "answered":
            in_a_row += 1
            longest = max(longest, in_a_row)
            if in_a_row % 7 == 0 and freezes < 2:
                freezes += 1
        elif meaning == "unanswered" and freezes > 0:
            outcome = "saved"
            freezes -= 1
        elif meaning == "unanswered":
            outcome = "missed"
            in_a_row = 0
        told.append((number, outcome, (in_a_row, longest, freezes)))
    return told


def streak(history: Iterable[tuple[int, date, str]]) -> Counts:
    """Return the counts that a member's rounds add up to."""
    told = explained(history)
    return told[-1][2] if told else (0, 0, 0)


def _days_used(leaves: Iterable[Leave], year: int) -> int:
    """Return how many days of a year leaves take, none of them before it was asked for."""
    used: set[date] = set()
    for leave in leaves:
        day = max(leave.first, leave.asked)
        while day <= leave.last:
            used.add(day)
            day += DAY
    return sum(day.year == year for day in used)
