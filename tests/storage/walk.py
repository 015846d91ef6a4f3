"""A random walk through everything that can happen to two communities, compared with the model at every step."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest

from bot.domain.absences import Standpoint, begun, ended, is_present
from bot.domain.answers import Answer, Source
from bot.domain.communities import Community
from bot.domain.rounds import Round, State
from bot.domain.schedule import Schedule
from bot.storage import absences, answers, cards, communities, hidden, quizzes, rounds, standings
from bot.storage.hidden import Reason
from bot.storage.sqlite import SQLite
from bot.storage.statement import Transaction
from storage.model import ModelCommunity, ModelRound, Projections

START = datetime(2026, 12, 28, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MEMBERS = ("ada", "bob", "cyd")


class _Undo(Exception):  # noqa: N818  # why: it carries a result out of a transaction that must leave no trace
    def __init__(self, compared: tuple[Projections, Projections]) -> None:
        self.compared = compared


@dataclass
class Walk:
    """Two communities with the same members go through anything, in the real store and in a plain model."""

    store: SQLite
    random: Random
    now: datetime = START
    told: list[str] = field(default_factory=list)
    models: dict[str, ModelCommunity] = field(
        default_factory=lambda: {"club": ModelCommunity(), "lab": ModelCommunity()}
    )
    # A draw is known by its own id, wherever it comes from.
    draws: set[str] = field(default_factory=set)

    async def go(self, steps: int) -> None:
        for name in self.models:
            await self.store.write(communities.save_community(Community(name, "1", Schedule(time(9), "UTC")), self.now))
        likely = {
            self.claim: 6,
            self.move_on: 18,
            self.repeat_a_step: 3,
            self.abandon: 2,
            self.overtake: 2,
            self.practise_for_days: 4,
            self.answer: 22,
            self.deliver_again: 10,
            self.remove: 8,
            self.reveal: 6,
            self.take_a_quiz: 6,
            self.go_away: 5,
            self.come_back: 3,
            self.void: 4,
            self.lose_a_thread: 2,
            self.hide: 2,
            self.show: 3,
            self.start_weeks_on: 1,
        }
        for _ in range(steps):
            self.now += timedelta(seconds=self.random.choice((0, 1, 60, 900)))
            name = self.random.choice(list(self.models))
            (step,) = self.random.choices(list(likely), weights=list(likely.values()))
            self.told.append(f"{self.now:%d %H:%M:%S} {step.__name__} in {name}")
            await step(name)
            await self.compare()

    def a_round(self, name: str) -> ModelRound | None:
        """Pick a round of a community, the newest ones more often."""
        back = self.random.choice((1, 1, 1, 2, 2, 3, 4))
        known = self.models[name].rounds
        return known[-back] if back <= len(known) else None

    def next_day(self, name: str) -> date:
        return max((this.day for this in self.models[name].rounds), default=START.date()) + DAY

    def an_answer(self, name: str) -> str:
        return self.random.choice([*self.models[name].answers, "never seen"])

    async def claim(self, name: str) -> None:
        day = self.next_day(name) + self.random.randint(-1, 1) * DAY
        await self.claim_on(name, day, await self.store.read(rounds.next_take(name, day)))

    async def claim_on(self, name: str, day: date, take: int) -> ModelRound:
        asked = [this.number for this in self.models[name].rounds if this.number is not None]

        def transaction() -> Transaction[Round]:
            return rounds.claim_round(
                community_id=name,
                channel_id="1",
                day=day,
                take=take,
                due_at=self.now,
                now=self.now,
                # The questions are numbered like the rounds, so that the history can be told from the model.
                choose=lambda history: 1 + max((*asked, 0)) if sorted(history) == sorted(asked) else -1,
            )

        this = await self.store.write(transaction())
        assert await self.store.write(transaction()) == this, self.told
        mine = self.models[name].claim(this.id, day, take)
        assert (this.number, this.question_id, this.state) == (mine.number, mine.number, State.CLAIMED), self.told
        return mine

    async def move_on(self, name: str) -> None:
        if this := self.a_round(name):
            steps = {State.CLAIMED: self.publish, State.PUBLISHED: self.open_thread, State.THREADED: self.open}
            if this.state in steps:
                await steps[this.state](name, this)

    async def repeat_a_step(self, name: str) -> None:
        """Try a step whatever the round's state is: one that was taken changes nothing."""
        if this := self.a_round(name):
            await self.random.choice((self.publish, self.open_thread, self.open))(name, this)

    async def publish(self, _name: str, this: ModelRound) -> None:
        await self.store.write(rounds.published(this.id, f"m{this.id}"))
        this.state = State.PUBLISHED if this.state is State.CLAIMED else this.state

    async def open_thread(self, _name: str, this: ModelRound) -> None:
        await self.store.write(rounds.threaded(this.id, f"t{this.id}"))
        this.state = State.THREADED if this.state is State.PUBLISHED else this.state

    async def open(self, name: str, this: ModelRound) -> None:
        closes_at = self.random.choice((None, self.now + timedelta(minutes=20), self.now + DAY))
        closing_now = await self.store.write(rounds.opened(this.id, self.now, closes_at))
        assert [each.id for each in closing_now] == self.models[name].open(this, self.now, closes_at), self.told
        for each in closing_now:
            await self.store.write(rounds.recapped(each.id, f"r{each.id}"))

    async def overtake(self, name: str) -> None:
        """Let a round wait unopened while the next day's is opened and the one after it is claimed."""
        late = await self.claim_on(name, self.next_day(name), 0)
        await self.publish(name, late)
        soon = await self.claim_on(name, self.next_day(name), 0)
        for step in (self.publish, self.open_thread, self.open):
            await self.answer(name)
            await step(name, soon)
        await self.open_thread(name, late)
        await self.answer(name)
        if self.random.random() < 0.5:
            await self.open(name, late)

    async def abandon(self, name: str) -> None:
        if this := self.a_round(name):
            await self.store.write(rounds.abandoned(this.id))
            self.models[name].abandon(this)

    async def practise_for_days(self, name: str) -> None:
        """Let some ordinary days pass, long enough for a freeze to be earned and spent."""
        diligence = {member: self.random.choice((0.2, 0.9, 1.0)) for member in MEMBERS}
        for _ in range(self.random.choice((1, 3, 8))):
            self.now += DAY
            this = await self.claim_on(name, self.next_day(name), 0)
            await self.publish(name, this)
            await self.open_thread(name, this)
            await self.open(name, this)
            for member, share in diligence.items():
                if self.random.random() < share:
                    await self.record(name, this, f"{name}{len(self.told)}{member}{this.id}", member, self.now)

    async def answer(self, name: str) -> None:
        """Deliver an answer, at once or a while after it was written."""
        if this := self.a_round(name):
            written = self.now - timedelta(seconds=self.random.choice((0, 0, 0, 30, 900, 90_000)))
            # Overtaking answers more than once in one step, and every message has an id of its own.
            answer_id = f"{name}{len(self.told)}.{len(self.models[name].answers)}"
            await self.record(name, this, answer_id, self.random.choice(MEMBERS), written)

    async def deliver_again(self, name: str) -> None:
        """Deliver an answer that is known, edited since or not."""
        answer_id = self.an_answer(name)
        if known := self.models[name].answers.get(answer_id):
            await self.record(name, known.round, answer_id, known.member_id, self.now)

    async def record(self, name: str, this: ModelRound, answer_id: str, member_id: str, written: datetime) -> None:
        model = self.models[name]
        is_new = answer_id not in model.answers
        had_one = model.has_answered(this, member_id)
        enough = self.random.random() < 0.8
        edits = (None, self.now, self.now, self.now - timedelta(minutes=15))
        edited_at = None if is_new and self.random.random() < 0.9 else self.random.choice(edits)
        text = f"as of {self.now}"

        recorded = await self.store.write(
            answers.record_answer(
                this.id,
                Answer(answer_id, member_id, self.random.choice(list(Source)), text, written, edited_at),
                enough=enough,
            )
        )

        if is_new and enough:
            model.hidden.discard((member_id, Reason.LEFT))
        mine = model.record(answer_id, this, member_id, text, created_at=written, edited_at=edited_at, enough=enough)
        counted = mine is not None and mine.counts
        assert (recorded.new, recorded.counts) == (is_new and enough, counted), self.told
        assert recorded.first == (recorded.new and counted and not had_one), self.told
        assert recorded.streak == model.streak(member_id), self.told

    async def remove(self, name: str) -> None:
        answer_id = self.an_answer(name)
        was_known = await self.store.write(answers.remove_answer(answer_id, self.now))
        assert was_known == self.models[name].remove(answer_id), self.told

    async def reveal(self, name: str) -> None:
        if this := self.a_round(name):
            member = self.random.choice(MEMBERS)
            await self.store.write(answers.reveal(this.id, member, self.now))
            self.models[name].reveals.setdefault((this.id, member), self.now)

    async def take_a_quiz(self, name: str) -> None:
        member, correct = self.random.choice(MEMBERS), self.random.random() < 0.5
        draw_id = f"{member}:{self.random.randint(1, 20)}"
        is_new = await self.store.write(
            quizzes.record_quiz_result(
                draw_id=draw_id,
                community_id=name,
                member_id=member,
                question_id=1,
                correct=correct,
                day=self.now.date(),
                now=self.now,
            )
        )
        assert is_new == (draw_id not in self.draws), self.told
        if is_new:
            self.draws.add(draw_id)
            self.models[name].quiz.append((member, self.now.date(), correct))

    async def go_away(self, name: str) -> None:
        """Be away from some day on: never one whose round has closed, as the domain decides."""
        member, model = self.random.choice(MEMBERS), self.models[name]
        at = await self.standpoint(name, member)
        if any(who == member and is_present(absence, at) for who, absence in model.away):
            return
        absence = begun(at, self.now.date() + self.random.choice((0, 1, 5, 12)) * DAY)
        await self.store.write(absences.save_absence(name, member, absence))
        await self.store.write(standings.recount(name, member))
        model.away.append((member, absence))

    async def come_back(self, name: str) -> None:
        away = self.models[name].away
        if not away:
            return
        member, absence = self.random.choice(away)
        at = await self.standpoint(name, member)
        if not is_present(absence, at):
            return
        away.remove((member, absence))
        left = ended(absence, at)
        if left is None:
            await self.store.write(absences.remove_absence(name, member, absence))
        else:
            await self.store.write(absences.save_absence(name, member, left))
            away.append((member, left))
        await self.store.write(standings.recount(name, member))

    async def standpoint(self, name: str, member: str) -> Standpoint:
        return await self.store.read(absences.standpoint(name, member, self.now.date()))

    async def void(self, name: str) -> None:
        if (this := self.a_round(name)) and this.state in {State.OPEN, State.CLOSED}:
            this.voided = self.random.random() < 0.7
            await self.store.write(rounds.void(this.id, voided=this.voided))

    async def lose_a_thread(self, name: str) -> None:
        if (this := self.a_round(name)) and this.state in {State.OPEN, State.CLOSED}:
            this.unwritable = True
            await self.store.write(rounds.unwritable(this.id))

    async def hide(self, name: str) -> None:
        member, reason = self.random.choice(MEMBERS), self.random.choice(list(Reason))
        await self.store.write(hidden.hide(name, member, reason))
        self.models[name].hidden.add((member, reason))

    async def show(self, name: str) -> None:
        member, reason = self.random.choice(MEMBERS), self.random.choice(list(Reason))
        await self.store.write(hidden.show(name, member, reason))
        self.models[name].hidden.discard((member, reason))

    async def start_weeks_on(self, name: str) -> None:
        weekday = self.random.randrange(7)
        community = await self.store.read(communities.community(name))
        assert community is not None
        await self.store.write(communities.save_community(replace(community, week_starts=weekday), self.now))
        await self.store.write(standings.rebuild_tallies(name))
        self.models[name].week_starts = weekday

    async def compare(self) -> None:
        """Hold both communities' standings, rounds and answers against a rebuild and against the model."""
        for name, model in self.models.items():
            kept, rebuilt = await self.rebuilt(name)
            assert kept == rebuilt, self.told
            met = {(member, number) for member, number, *_ in await self.store.read(cards.all_cards(name))}
            assert met == model.met(), self.told
            assert kept == model.projections(), self.told
            for member in MEMBERS:
                assert await self.store.read(standings.member_history(name, member)) == model.history(member), self.told
            for mine in model.rounds[-4:]:
                this = await self.store.read(rounds.round_by_id(mine.id))
                assert this is not None
                assert (this.state, this.number, this.closed_at) == (mine.state, mine.number, mine.closed_at), self.told
                texts = [(each.id, each.text) for each in await self.store.read(answers.answers_in_round(mine.id))]
                assert sorted(texts) == model.texts(mine), self.told

    async def rebuilt(self, name: str) -> tuple[Projections, Projections]:
        """Return the standings as they are kept and as a rebuild would make them, and undo the rebuild."""

        def transaction() -> Transaction[None]:
            kept, known = (yield from standings.projections(name)), (yield from cards.all_cards(name))
            yield from standings.rebuild(name)
            yield from cards.rebuild_cards(name)
            rebuilt, learnt = (yield from standings.projections(name)), (yield from cards.all_cards(name))
            assert known == learnt, self.told
            raise _Undo((kept, rebuilt))

        with pytest.raises(_Undo) as undone:
            await self.store.write(transaction())
        return undone.value.compared
