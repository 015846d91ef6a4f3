"""How days pass in the simulated study group: questions come, members answer, rounds close."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import discord
from simcord.builders import ChannelHandle

from bot.conversation.buttons import Press, pressed
from bot.domain.clock import aware
from bot.domain.rounds import Round, State
from bot.domain.schedule import Schedule, due_instant, latest_due
from bot.domain.streaks import Streak
from bot.frontends.demo.community import AMARA, ROUNDS_BEFORE_TODAY, Person, voters, written
from bot.frontends.demo.quiet import unheard
from bot.frontends.demo.world import EPOCH, World
from bot.practice import sitting, streaks
from bot.practice.setup import Overview

ZONE = "Europe/Berlin"
_SCHEDULE = Schedule(time(9), ZONE)
_DAY = timedelta(days=1)
# The visitor comes in when the early members have answered and the late ones have not.
_MORNING = timedelta(minutes=40)
_HELPFUL = "👍"
_QUIZ_ROUNDS = frozenset({ROUNDS_BEFORE_TODAY - 3, ROUNDS_BEFORE_TODAY + 1})


@dataclass(frozen=True, slots=True)
class Morning:
    """A day shortly after its question.

    `round` is open and `answered` names who answered it already; `closed` is the round that it closed, answered by
    `closed_answers` members; `streak` is the visitor's.
    """

    round: Round
    title: str
    answered: tuple[str, ...]
    closed: Round | None
    closed_answers: int
    streak: Streak


class Days:
    """The community's days, lived one after the other."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._has_answered: set[tuple[int, Person]] = set()

    async def begin(self, now: datetime) -> Morning | None:
        """Live until this morning: through the days before in a new community, else from where the last run ended.

        `now` (UTC) names the day. None when the daily question of a kept database is paused.
        """
        today = max(_SCHEDULE.local(aware(now)).date(), EPOCH.date() + (ROUNDS_BEFORE_TODAY + 2) * _DAY)
        known = await self._world.overview()
        if known is not None:
            return await self._resume(known, today)
        first = today - ROUNDS_BEFORE_TODAY * _DAY
        await self._world.advance_to(_due(first) - timedelta(hours=1))
        await self._world.members[AMARA].slash(
            self._world.channel,
            "setup",
            channel=self._world.channel,
            time=f"{_SCHEDULE.at:%H:%M}",
            timezone=ZONE,
            days="every day",
        )
        await self._world.members[AMARA].slash(self._world.channel, "daily digest", post=True)
        morning = await self.next_day()
        while morning is not None and morning.round.day < today:
            morning = await self.next_day()
        return morning

    async def next_day(self) -> Morning | None:
        """Live on to the morning of the next question; None when none comes, as while it is paused."""
        community = await self._world.overview()
        due = community.community.next_due if community else None
        if due is None:
            return None
        await self._answer(until=due.at)
        await self._vote()
        evening = await self._world.overview()
        await self._world.advance_to(due.at)
        return await self._morning(evening)

    async def _resume(self, known: Overview, today: date) -> Morning | None:
        """Go on with a kept database: its days stay lived, but this Discord has never seen their messages.

        It is as after any downtime: the next question comes, the round that was open closes, no streak is lost. The
        clock starts later than anything the database holds, since the ids of messages follow from it.
        """
        morning = _due(today) + _MORNING
        due = known.community.next_due
        if due is None:
            await self._world.advance_to(max(morning, known.latest.due_at + _DAY) if known.latest else morning)
            return None
        newest = latest_due(known.community.schedule, morning)
        await self._world.advance_to(max(due.at, newest.at) if newest else due.at)
        with unheard("bot.practice"):
            return await self._morning(known)

    async def _morning(self, evening: Overview | None) -> Morning | None:
        """Let what is due happen and the early members answer."""
        world, practice = self._world, self._world.app.practice
        before = evening.latest if evening else None
        await world.app.tick()
        await world.env.settle()
        self._tidy()
        today = await world.overview()
        this = today.latest if today else None
        if this is None or (before is not None and this.id == before.id):
            return None
        await self._answer(until=this.due_at + _MORNING)
        await world.advance_to(this.due_at + _MORNING)
        if this.number in _QUIZ_ROUNDS:
            for person in world.members:
                await self._take_quiz(person)
        report = await streaks.streak_report(practice, world.community_id, str(world.visitor.id))
        return Morning(
            round=this,
            title=practice.bank.question(this.question_id).title,
            answered=tuple(person.name for person in world.members if (this.id, person) in self._has_answered),
            closed=before if before is not None and before.state is State.OPEN else None,
            closed_answers=evening.answered if evening else 0,
            streak=report.streak,
        )

    async def _open_thread(self) -> ChannelHandle | None:
        """Find the thread of the open round; None if there is none in this Discord."""
        overview = await self._world.overview()
        this = overview.latest if overview else None
        if this is None or this.state is not State.OPEN:
            return None
        return next((thread for thread in self._world.threads if str(thread.id) == this.thread_id), None)

    async def _answer(self, *, until: datetime) -> None:
        """Let everyone answer the open round whose time for it comes until then."""
        world = self._world
        overview = await world.overview()
        this = overview.latest if overview else None
        thread = await self._open_thread()
        if this is None or this.number is None or thread is None:
            return
        question = world.app.practice.bank.question(this.question_id)
        for person, member in world.members.items():
            at = this.due_at + person.answers_after
            if at < until and person.answers(this.number) and (this.id, person) not in self._has_answered:
                await world.advance_to(at)
                await member.send(thread, written(person, question))
                self._has_answered.add((this.id, person))

    async def _vote(self) -> None:
        """Let members say which answers of the open round they found helpful, the visitor's among them."""
        thread = await self._open_thread()
        if thread is None:
            return
        people = {member.id: person for person, member in self._world.members.items()}
        for message in thread.history():
            for fellow in () if message.author.bot else voters(people.get(message.author.id)):
                # Within the world's own books, as below.
                self._world.env.backend.add_reaction(thread.id, message.id, _HELPFUL, self._world.members[fellow].id)

    async def _take_quiz(self, person: Person) -> None:
        """Let a member answer as many quiz questions as they would, right ones first."""
        member = self._world.members[person]
        right, wrong = person.quiz
        result = await member.slash(self._world.channel, "quiz")
        for turn in range(right + wrong):
            if result.response is None:
                return
            chosen = await self._choice(result.response.components, is_right=turn < right)
            if chosen is not None:
                result = await member.click(result.response, custom_id=chosen)
            if result.response is not None and turn + 1 < right + wrong:
                result = await member.click(result.response, label="Next question")

    async def _choice(self, components: Sequence[Mapping[str, object]], *, is_right: bool) -> str | None:
        """Return the button of a right or a wrong choice."""
        practice = self._world.app.practice
        for identity in _button_ids(components):
            known = pressed(identity)
            if known is not None and known[0] is Press.CHOOSE:
                sitting_id, place, which = (word or "" for word in known[1])
                if await sitting.is_right(practice, sitting_id, int(place), int(which)) is is_right:
                    return identity
        return None

    def _tidy(self) -> None:
        """Remove the note that a thread was started: Discord writes it only below old messages, simcord always."""
        channel = self._world.channel
        for message in channel.history():
            if message.type is discord.MessageType.thread_created:
                # Within the world's own books: as a member's act it would cost 50 ms, more than the whole day.
                self._world.env.backend.delete_message(channel.id, message.id)


def _due(day: date) -> datetime:
    due = due_instant(_SCHEDULE, day)
    if due is None:
        raise ValueError(f"{ZONE} has no {day}")
    return due


def _button_ids(components: Sequence[Mapping[str, object]]) -> Iterator[str]:
    for component in components:
        if isinstance(identity := component.get("custom_id"), str):
            yield identity
        if isinstance(parts := component.get("components"), list):
            yield from _button_ids(parts)
