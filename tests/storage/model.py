"""The facts of communities in plain dictionaries, and the standings that follow: slow, and easy to believe."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain.absences import Absence
from bot.domain.rounds import Excuse, State
from bot.domain.standings import Period, period_key
from bot.domain.streaks import Attendance, Streak, streak
from bot.storage.standings import Attended

Projections = tuple[list[tuple[object, ...]], list[tuple[object, ...]], list[tuple[object, ...]]]
UNSEEN = (State.CLAIMED, State.PUBLISHED, State.THREADED)


@dataclass
class ModelRound:
    """A round; its place in the community's list is its number's order."""

    id: int
    day: date
    take: int
    number: int | None
    question_id: int
    state: State = State.CLAIMED
    closed_at: datetime | None = None
    voided: bool = False
    unwritable: bool = False
    closes_at: datetime | None = None

    @property
    def excuse(self) -> Excuse | None:
        early = self.closed_at and self.closes_at and self.closes_at - self.closed_at > timedelta(minutes=1)
        if self.voided or self.unwritable:
            return Excuse.VOID if self.voided else Excuse.UNWRITABLE
        return Excuse.CUT_SHORT if early else None

    @property
    def is_settled(self) -> bool:
        return self.state in {State.CLOSED, State.ABANDONED}


@dataclass
class ModelAnswer:
    round: ModelRound
    member_id: str
    counts: bool
    text: str | None
    edited_at: datetime | None = None
    removed: bool = False


@dataclass
class ModelCommunity:
    """One community's rounds and what its members did."""

    rounds: list[ModelRound] = field(default_factory=list)
    answers: dict[str, ModelAnswer] = field(default_factory=dict)
    reveals: dict[tuple[int, str], datetime] = field(default_factory=dict)
    quiz: list[tuple[str, date, bool]] = field(default_factory=list)
    away: list[tuple[str, Absence]] = field(default_factory=list)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    week_starts: int = 0

    def claim(self, round_id: int, day: date, take: int) -> ModelRound:
        number = max((this.number or 0 for this in self.rounds), default=0) + 1
        self.rounds.append(ModelRound(round_id, day, take, number, number))
        return self.rounds[-1]

    def open(self, this: ModelRound, now: datetime, closes_at: datetime | None = None) -> list[int]:
        """Open a round that has a thread; return the ids of those that this closed."""
        if this.state is not State.THREADED:
            return []
        assert this.number is not None
        if any((other.number or 0) > this.number and other.state not in UNSEEN for other in self.rounds):
            this.state, this.number = State.ABANDONED, None
            return []
        closing = [other for other in self.rounds if other.state is State.OPEN]
        for other in closing:
            other.state, other.closed_at = State.CLOSED, now
        this.state, this.closes_at = State.OPEN, closes_at
        return [other.id for other in closing]

    def abandon(self, this: ModelRound) -> None:
        if this.state is State.CLAIMED:
            this.state, this.number = State.ABANDONED, None

    def record(
        self,
        answer_id: str,
        this: ModelRound,
        member_id: str,
        text: str,
        *,
        created_at: datetime,
        edited_at: datetime | None,
        enough: bool,
    ) -> ModelAnswer | None:
        known = self.answers.get(answer_id)
        is_open = known is not None and not known.removed and not this.is_settled
        written_at = edited_at or created_at
        revealed_at = self.reveals.get((this.id, member_id))
        would_count = (
            this.state is not State.ABANDONED
            and (this.closed_at is None or written_at <= this.closed_at)
            and (revealed_at is None or written_at < revealed_at)
        )
        if known is None and enough:
            self.answers[answer_id] = ModelAnswer(this, member_id, would_count, text, edited_at)
        elif known and edited_at and is_open and (known.edited_at is None or known.edited_at <= edited_at):
            known.text, known.edited_at = text, edited_at
            known.counts = enough and (known.counts or would_count)
        return self.answers.get(answer_id)

    def remove(self, answer_id: str) -> bool:
        answer = self.answers.get(answer_id)
        if answer is None or answer.removed:
            return False
        answer.text = None
        answer.removed = not answer.round.is_settled
        return True

    def texts(self, this: ModelRound) -> list[tuple[str, str | None]]:
        """Return the answers to a round that still stand, by id."""
        return sorted(
            (answer_id, answer.text)
            for answer_id, answer in self.answers.items()
            if answer.round is this and not answer.removed
        )

    def has_answered(self, this: ModelRound, member_id: str) -> bool:
        return any(
            answer.round is this and answer.member_id == member_id and answer.counts and not answer.removed
            for answer in self.answers.values()
        )

    def met(self) -> set[tuple[str, int]]:
        """Return who has answered which question in a round that counts; questions are numbered like rounds."""
        return {
            (answer.member_id, answer.round.question_id)
            for answer in self.answers.values()
            if answer.counts and not answer.removed and answer.round.state is not State.ABANDONED
        }

    def is_away(self, member_id: str, this: ModelRound) -> bool:
        """Whether a round is one from the first that was missed on, up to the last day or the last before a return."""
        assert this.number is not None
        return any(
            member == member_id
            and each.from_round <= this.number
            and (this.day <= each.until_day if each.until_round is None else this.number <= each.until_round)
            for member, each in self.away
        )

    def is_hidden(self, member_id: str) -> bool:
        return any(member == member_id for member, _ in self.hidden)

    def history(self, member_id: str) -> list[Attended]:
        """Return how a member stands to each round that was opened, or that they answered before it was."""
        return [
            Attended(this.number, this.day, self.attendance(this, member_id), this.excuse)
            for this in self.rounds
            if this.number is not None and (this.state not in UNSEEN or self.has_answered(this, member_id))
        ]

    def attendance(self, this: ModelRound, member_id: str) -> Attendance:
        if self.is_away(member_id, this):
            return Attendance.AWAY
        if self.has_answered(this, member_id):
            return Attendance.ANSWERED
        if this.excuse:
            return Attendance.EXCUSED
        return Attendance.UNANSWERED if this.state is State.CLOSED else Attendance.OPEN

    def streak(self, member_id: str) -> Streak:
        return streak(each.attendance for each in self.history(member_id))

    def period_keys(self, day: date) -> list[str]:
        return [period_key(period, day, self.week_starts) for period in Period]

    def projections(self) -> Projections:
        """Return standings, tallies and the counts of every board as the store lists them."""
        members = {answer.member_id for answer in self.answers.values()}
        streaks = {member: self.streak(member) for member in sorted(members)}
        answered: Counter[tuple[str, str]] = Counter()
        for member in members:
            for this in self.rounds:
                if this.number is not None and self.has_answered(this, member):
                    answered.update((period, member) for period in self.period_keys(this.day))
        right = Counter(
            (period, member) for member, day, correct in self.quiz if correct for period in self.period_keys(day)
        )
        counts: Counter[tuple[str, int]] = Counter()
        for member, each in streaks.items():
            if not self.is_hidden(member):
                counts.update({("current", each.current): 1, ("longest", each.longest): 1})
        for key in answered.keys() | right.keys():
            if not self.is_hidden(key[1]):
                counts.update([(f"answers:{key[0]}", answered[key]), (f"quiz:{key[0]}", right[key])])
        return (
            [
                (member, each.current, each.longest, each.freezes, int(self.is_hidden(member)))
                for member, each in streaks.items()
                if each.longest or each.freezes
            ],
            [
                (*key, answered[key], right[key], int(self.is_hidden(key[1])))
                for key in sorted(answered.keys() | right.keys())
            ],
            sorted((board, value, members) for (board, value), members in counts.items() if value > 0),
        )
