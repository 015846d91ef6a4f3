"""Two months of a member's own practice: cards come back when the `fsrs` package says, whatever is restarted."""

from datetime import UTC, datetime, time, timedelta

import fsrs
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.domain.questions import Question
from bot.domain.review import LONGEST_DAYS
from bot.practice import boards
from bot.storage import cards
from study import DAY, HOUR, START, Study, labels, shown

# What a member may say of themselves, over and over.
JUDGED = ("Good", "Again", "Good", "Hard", "Easy", "Good", "Good")
RATINGS = {"Again": 1, "Hard": 2, "Good": 3, "Easy": 4}


class Theirs:
    """The cards as the package itself keeps them."""

    def __init__(self) -> None:
        self.cards: dict[int, fsrs.Card] = {}
        self._scheduler = fsrs.Scheduler(
            learning_steps=(), relearning_steps=(), enable_fuzzing=False, maximum_interval=LONGEST_DAYS
        )

    def review(self, question: Question, label: str, now: datetime) -> timedelta:
        """Review a card; return how long the package puts it off."""
        today = datetime.combine(now.date(), time(), UTC)
        card = self.cards.get(question.id, fsrs.Card(card_id=question.id))
        self.cards[question.id], _ = self._scheduler.review_card(card, fsrs.Rating(RATINGS[label]), today)
        return self.cards[question.id].due - today

    def due(self, now: datetime) -> set[int]:
        return {number for number, card in self.cards.items() if card.due.date() <= now.date()}


async def judge(result: InteractionResult, member: MemberActor, label: str) -> str:
    """Judge the question that is shown; return what the button promised."""
    assert result.response is not None
    await member.click(result.response, label="I have answered aloud")
    (button,) = (each for each in labels(result) if each.startswith(label))
    await member.click(result.response, label=button)
    return button.partition(" · ")[2]


def asked_in(result: InteractionResult, study: Study) -> Question | None:
    return next((each for each in study.app.practice.bank if f"## {each.title}\n" in shown(result)), None)


async def test_cards_come_back_at_the_packages_own_intervals_over_two_months_and_three_restarts(study: Study) -> None:
    alice, theirs = study.member("alice"), Theirs()
    judged = iter(JUDGED * 100)
    reviewed = 0
    await study.advance(HOUR)
    for day in range(60):
        now = study.env.now()
        waiting = theirs.due(now)
        result = await alice.slash(study.channel, "review")
        if waiting:
            assert f"{len(waiting)} card" in shown(result)
            assert result.response is not None
            await alice.click(result.response, label="Begin")
        while (question := asked_in(result, study)) is not None:
            label = next(judged)
            assert question.id in waiting
            waiting.remove(question.id)
            assert await judge(result, alice, label) == said(theirs.review(question, label, now))
            reviewed += 1
        assert waiting == set()
        if day % 4 == 0:
            result = await alice.slash(study.channel, "quiz", mode="open")
            question = asked_in(result, study)
            assert question is not None
            label = next(judged)
            assert await judge(result, alice, label) == said(theirs.review(question, label, now))
        if day in {13, 29, 44}:
            await study.restart()
        await study.advance(DAY)

    kept = await study.app.practice.store.read(cards.all_cards(str(study.guild.id)))
    await study.set_up()
    await boards.rebuild(study.app.practice)
    assert await study.app.practice.store.read(cards.all_cards(str(study.guild.id))) == kept
    assert len(kept) == len(theirs.cards) > 10
    assert reviewed > 30
    assert study.env.now() > START + 60 * DAY


def said(interval: timedelta) -> str:
    days = interval.days
    return f"{days} day" if days == 1 else f"{days} days" if days < 60 else f"{round(days / 30.4)} months"
