"""Everything that members ever read about one question: for its author, and for tests of the platforms' limits."""

from collections.abc import Iterator
from dataclasses import replace

from bot.conversation import quiz, reveal, rounds
from bot.conversation.say import Say
from bot.domain.questions import Bank, Level, Question
from bot.domain.quiz import LETTERS
from bot.domain.rounds import Round
from bot.practice.answers import Access, Look
from bot.practice.publisher import Opening, Recap
from bot.practice.quiz import Draw


def preview(question: Question, bank: Bank, *, this: Round, drawn: Draw, answered: int) -> Iterator[tuple[str, Say]]:
    """Return what is said about a question in a round and a quiz, each with the name of the occasion.

    `this` and `drawn` stand for any round and any draw; both are made to ask `question`.
    """
    this, drawn = replace(this, question_id=question.id), replace(drawn, question=question)
    topic = max((topic.slug for topic in bank.topics), key=len)
    yield "The day's question", rounds.question_post(Opening(this, question), bank)
    for which in range(len(question.hints)):
        yield f"Hint {which + 1}", rounds.hint(this, question, which)
    yield "Model answer, before one's own", reveal.not_yet(this)
    for access in (Access.COMMITTED, Access.ANYWAY, Access.CLOSED):
        yield f"Model answer, {access}", reveal.model_answer(Look(this, access), question)
    yield "Full answer", reveal.full_answer(question)
    yield "Mistakes and sources", reveal.sources(question)
    yield "Recap", rounds.recap(Recap(this, question, answered))
    yield "Quiz", quiz.question(drawn, bank, topic, Level.MEDIUM)
    for place, letter in enumerate(LETTERS):
        yield f"Quiz, {letter} chosen", quiz.verdict(drawn, place, topic, Level.MEDIUM)
