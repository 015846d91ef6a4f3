"""What a member sees who has not committed: never the model answer of the open round, whatever anybody does."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

import discord
import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.conversation.buttons import Press, pressed
from bot.domain.choice import next_question
from bot.domain.questions import Question
from bot.domain.sitting import Mode
from study import DAY, HOUR, Study, labels, shown

Step: TypeAlias = Callable[[], Awaitable[InteractionResult | None]]

# Shorter lines, such as a formula, may rightly stand in a question or a hint too.
LONG_ENOUGH = 50


def secrets(question: Question) -> set[str]:
    """Return what gives a model answer away: each line of it, and why the right choice is right."""
    texts = (question.short_answer, question.full_answer, question.multiple_choice.correct.why)
    lines = {line.strip() for text in texts for line in text.splitlines()}
    return {*texts, *(line for line in lines if len(line) >= LONG_ENOUGH)}


@dataclass
class Watcher:
    """A member who never commits, and everything that was ever shown to them."""

    study: Study
    member: MemberActor
    seen: set[str] = field(default_factory=set)

    def visible(self) -> list[discord.Message]:
        places = [self.study.channel, *self.study.channel.threads]
        return [message for place in places for message in place.history(viewer=self.member)]

    def look(self, result: InteractionResult | None = None) -> set[str]:
        """Return what is new in front of them: raw messages, with ids and all, and a form that opened."""
        payloads = {json.dumps([part.to_dict() for part in each.components]) + each.content for each in self.visible()}
        if result is not None and result.modal is not None:
            payloads.add(json.dumps(result.modal))
        new = payloads - self.seen
        self.seen |= payloads
        return new


@dataclass
class Playground:
    """Three members at random: one only watches, the others answer, look anyway and talk."""

    study: Study
    random: Random
    watcher: Watcher
    others: list[MemberActor]
    quizzes: list[InteractionResult] = field(default_factory=list)
    asked: list[InteractionResult] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def todays(self) -> Question:
        title = shown(self.study.posts[-1]).split("## ")[1].split("\n")[0]
        return next(question for question in self.study.app.practice.bank if question.title == title)

    async def play(self, steps: int) -> None:
        likely: dict[Step, int] = {
            self.watch_a_button: 8,
            self.follow_a_button: 5,
            self.watch_a_command: 6,
            self.take_a_quiz: 5,
            self.press_a_quiz: 6,
            self.open_the_form: 2,
            self.others_answer: 4,
            self.others_reveal: 5,
            self.next_day: 3,
        }
        for _ in range(steps):
            (step,) = self.random.choices(list(likely), weights=list(likely.values()))
            self.told.append(step.__name__)
            result = await step()
            new = self.watcher.look(result)
            hidden = secrets(self.todays())
            leaked = {secret for secret in hidden for payload in new if json.dumps(secret)[1:-1] in payload}
            assert leaked == set(), self.told

    async def watch_a_button(self) -> InteractionResult:
        """Press a button of a question, of today's more often than of an older one."""
        post = self.random.choice([self.study.posts[-1], self.random.choice(self.study.posts)])
        label = self.random.choice(["Hint", "Model answer", "My streak"])
        return self.remember(await self.watcher.member.click(post, label=label))

    async def follow_a_button(self) -> InteractionResult | None:
        """Press on in a private answer, but never to commit."""
        fitting = [
            (result, label)
            for result in self.asked
            if result.response is not None
            for label in labels(result)
            if label not in {"Show me anyway", "Write my answer", "Answer"}
        ]
        if not fitting:
            return None
        result, label = self.random.choice(fitting)
        assert result.response is not None
        return self.remember(await self.watcher.member.click(result.response, label=label))

    async def watch_a_command(self) -> InteractionResult:
        command = self.random.choice(["help", "leaderboard", "streak", "reveal"])
        place = self.random.choice([self.study.channel, *self.study.channel.threads])
        return self.remember(await self.watcher.member.slash(place, command))

    async def take_a_quiz(self) -> InteractionResult:
        mode = self.random.choice(list(Mode))
        self.quizzes.append(await self.watcher.member.slash(self.study.channel, "quiz", mode=mode.value))
        return self.quizzes[-1]

    async def press_a_quiz(self) -> InteractionResult | None:
        """Answer a quiz, or ask for the next question; it may have been drawn days ago."""
        if not self.quizzes:
            return None
        quiz = self.random.choice(self.quizzes)
        assert quiz.response is not None
        pressable = [label for label in labels(quiz) if label not in {"Show me anyway", "Write my answer"}]
        return (
            await self.watcher.member.click(quiz.response, label=self.random.choice(pressable)) if pressable else None
        )

    async def open_the_form(self) -> InteractionResult:
        return await self.watcher.member.click(self.study.posts[-1], label="Answer")

    async def others_answer(self) -> None:
        member = self.random.choice(self.others)
        await member.send(self.study.thread, f"what {member.name} would say on day {len(self.study.posts)}")

    async def others_reveal(self) -> None:
        """Let another member press on until they have read all there is."""
        member = self.random.choice(self.others)
        result = await member.click(self.study.posts[-1], label="Model answer")
        assert result.response is not None
        if "Show me anyway" in labels(result):
            await member.click(result.response, label="Show me anyway")
        for label in ("Full answer", "Mistakes and sources"):
            await member.click(result.response, label=label)

    async def next_day(self) -> None:
        await self.study.advance(DAY)

    def remember(self, result: InteractionResult) -> InteractionResult:
        self.asked.append(result)
        return result


async def playground(study: Study, seed: int) -> Playground:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    watcher = Watcher(study, study.member("watcher"))
    return Playground(study, Random(seed), watcher, [study.member("alice"), study.member("bob")])


@pytest.mark.parametrize("seed", range(4))
async def test_who_has_not_committed_is_never_shown_the_model_answer(study: Study, seed: int) -> None:
    await (await playground(study, seed)).play(50)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(4, 32))
async def test_who_has_not_committed_is_never_shown_the_model_answer_in_many_days(study: Study, seed: int) -> None:
    await (await playground(study, seed)).play(120)


async def test_the_watch_would_notice_a_model_answer(study: Study) -> None:
    play = await playground(study, 0)
    play.watcher.look()
    asked = await play.watcher.member.click(study.posts[-1], label="Model answer")
    assert asked.response is not None

    await play.watcher.member.click(asked.response, label="Show me anyway")

    (new,) = play.watcher.look(asked)
    assert any(json.dumps(secret)[1:-1] in new for secret in secrets(play.todays()))


async def test_a_quiz_kept_open_until_its_question_is_todays_gives_nothing_away(study: Study) -> None:
    play = await playground(study, 0)
    today = play.todays()
    tomorrow = next_question(study.app.practice.bank, [today.id], str(study.guild.id))
    quiz = await play.watcher.member.slash(study.channel, "quiz", topic=tomorrow.topic)
    while tomorrow.multiple_choice.question not in shown(quiz):
        quiz = await play.watcher.member.slash(study.channel, "quiz", topic=tomorrow.topic)
    assert quiz.response is not None

    await study.advance(DAY)
    await play.watcher.member.click(quiz.response, label="A")

    assert play.todays() == tomorrow
    assert "Your own answer first" in shown(quiz)
    assert not any(secret in shown(quiz) for secret in secrets(tomorrow))


async def test_the_ids_of_buttons_carry_no_words_of_an_answer(study: Study) -> None:
    await playground(study, 0)

    raw = json.dumps([part.to_dict() for part in study.posts[-1].components])

    ids = [word for word in raw.split('"') if word.startswith("pb:")]
    assert {known[0] for identity in ids if (known := pressed(identity))} == {
        Press.ANSWER,
        Press.HINT,
        Press.REVEAL,
        Press.STREAK,
    }
    assert all(word.isdecimal() for identity in ids for word in identity.split(":")[2:])
