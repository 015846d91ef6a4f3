"""Everything that members ever read about one question: for its author, and for tests of the platforms' limits."""

from collections.abc import Iterator
from dataclasses import replace

from bot.conversation import quiz, reveal, rounds
from bot.conversation.say import Say
from bot.domain.coverage import Coverage
from bot.domain.questions import Bank, Question
from bot.domain.quiz import LETTERS
from bot.domain.review import LONGEST_DAYS, Rating
from bot.domain.rounds import Round
from bot.domain.sitting import Mode
from bot.practice.answers import Access, Compared, Look
from bot.practice.feedback import Feedback
from bot.practice.publisher import Opening, Recap
from bot.practice.sitting import Turn, Verdict


def preview(question: Question, bank: Bank, *, this: Round, turn: Turn, answered: int) -> Iterator[tuple[str, Say]]:
    """Return what is said about a question in a round and a quiz, each with the name of the occasion.

    `this` and `turn` stand for any round and any turn of a sitting; both are made to ask `question`.
    """
    this, turn = replace(this, question_id=question.id), replace(turn, question=question)
    yield "The day's question", rounds.question_post(Opening(this, question), bank)
    for which in range(len(question.hints)):
        yield f"Hint {which + 1}", rounds.hint(this, question, which)
    yield "Model answer, before one's own", reveal.not_yet(this)
    for access in (Access.COMMITTED, Access.ANYWAY, Access.CLOSED):
        for name, feedback in _feedback(question):
            yield f"Model answer, {access}, {name}", reveal.model_answer(Look(this, access), Compared(feedback, None))
    yield "Full answer", reveal.full_answer(question)
    yield "Mistakes and sources", reveal.sources(question)
    yield "Recap", rounds.recap(Recap(this, question, answered))
    yield "Quiz", quiz.question(turn, bank)
    for chosen, letter in enumerate(LETTERS):
        taken = replace(turn, asked=replace(turn.asked, chosen=chosen))
        yield f"Quiz, {letter} chosen", quiz.verdict(Verdict(taken, days=LONGEST_DAYS))
    yield "Quiz, in one's own words", quiz.question(replace(turn, sitting=replace(turn.sitting, mode=Mode.OPEN)), bank)
    for name, feedback in _feedback(question):
        yield f"Quiz, {name}", quiz.compared(turn, feedback)


def _feedback(question: Question) -> Iterator[tuple[str, Feedback]]:
    days = dict.fromkeys(Rating, LONGEST_DAYS)
    half = len(question.key_points) // 2
    yield "nothing written", Feedback(question, None, (), days)
    spotted = Coverage(question.key_points[:half], question.key_points[half:], 0.5)
    yield "half of it spotted", Feedback(question, spotted, question.misconceptions, days)
