"""Quiz, streak and boards as members see them."""

from bot.domain.quiz import LETTERS
from study import DAY, HOUR, Study, labels, shown


async def test_the_quiz_says_why_the_chosen_and_the_right_choice_are_what_they_are(study: Study) -> None:
    alice = study.member("alice")
    asked = await alice.slash(study.channel, "quiz")
    assert asked.response is not None
    question = next(
        question for question in study.app.practice.bank if question.multiple_choice.question in shown(asked)
    ).multiple_choice
    wrong = question.distractors[0]
    letter = next(letter for letter in LETTERS if f"**{letter}**  {wrong.text}" in shown(asked))

    await alice.click(asked.response, label=letter)

    assert asked.ephemeral
    assert "Not quite" in shown(asked)
    assert wrong.why in shown(asked)
    assert question.correct.why in shown(asked)
    assert labels(asked) == ["Next question", "Full answer", "Finish", "Report a mistake"]


async def test_a_right_choice_counts_once_however_often_it_is_pressed(study: Study) -> None:
    await study.set_up()
    alice = study.member("alice")
    asked = await alice.slash(study.channel, "quiz")
    assert asked.response is not None
    question = next(
        question for question in study.app.practice.bank if question.multiple_choice.question in shown(asked)
    ).multiple_choice
    letter = next(letter for letter in LETTERS if f"**{letter}**  {question.correct.text}" in shown(asked))

    await alice.click(asked.response, label=letter)

    board = await alice.slash(study.channel, "leaderboard", by="quiz", period="all")
    assert f"🥇 <@{alice.id}> · **1**" in shown(board)


async def test_the_quiz_goes_on_in_the_same_message_with_another_question(study: Study) -> None:
    alice = study.member("alice")
    asked = await alice.slash(study.channel, "quiz", topic="gradients-init-norm", level="medium")
    assert asked.response is not None
    first = shown(asked)
    await alice.click(asked.response, label="A")

    await alice.click(asked.response, label="Next question")

    assert labels(asked) == [*"ABCD", "Finish"]
    assert shown(asked) != first
    assert "initialisation & normalisation · 🟡 Medium" in shown(asked)


async def test_an_answer_in_a_form_replaces_the_question_it_was_written_to(study: Study) -> None:
    alice = study.member("alice")
    asked = await alice.slash(study.channel, "quiz", mode="open")
    assert asked.response is not None
    form = await alice.click(asked.response, label="Write my answer")

    await alice.submit_modal(form, {"text": "It depends on the curvature."})

    assert "How well did you know it?" in shown(asked)
    assert [label.split(" · ")[0] for label in labels(asked)][:4] == ["Again", "Hard", "Good", "Easy"]


async def test_the_quiz_never_draws_the_question_of_the_open_round(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    bank = study.app.practice.bank
    todays = next(question for question in bank if question.title in shown(study.posts[0]))

    asked = [await alice.slash(study.channel, "quiz", topic=todays.topic) for _ in range(40)]

    assert all(todays.multiple_choice.question not in shown(each) for each in asked)


async def test_a_streak_shows_its_rounds_and_another_members_too(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice, bob = study.member("alice"), study.member("bob")
    await alice.send(study.thread, "what I say to the first")
    await study.advance(DAY)
    await study.advance(DAY)
    await alice.send(study.thread, "what I say to the third")

    own = await alice.slash(study.channel, "streak")
    seen = await bob.slash(study.channel, "streak", member=alice)

    assert "🟩⬜🟩" in shown(own)
    assert "Your streak" in shown(own)
    assert f"<@{alice.id}>'s streak" in shown(seen)


async def test_ties_share_a_rank_and_the_reader_always_sees_their_own(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice, bob, carol = (study.member(name) for name in ("alice", "bob", "carol"))
    await alice.send(study.thread, "what I say to the first")
    await bob.send(study.thread, "what I say to the first")
    await study.advance(DAY)
    await alice.send(study.thread, "what I say to the second")
    await carol.send(study.thread, "what I say to the second")

    board = shown(await carol.slash(study.channel, "leaderboard"))

    assert f"🥇 <@{alice.id}> · **2**" in board
    assert f"🥈 <@{bob.id}> · **1**" in board
    assert f"🥈 <@{carol.id}> · **1**" in board
    assert "Your place: **2** of 3" in board


async def test_a_board_turns_its_pages_and_its_period_in_place(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    members = [study.member(f"member{number}") for number in range(12)]
    for member in members:
        await member.send(study.thread, f"the answer of {member.name}")
    board = await members[0].slash(study.channel, "leaderboard")
    assert board.response is not None

    await members[0].click(board.response, label="▶")
    second = shown(board)
    await members[0].click(board.response, label="All time")

    assert second.count("**1**\n") + second.count("· **1**") >= 2
    assert "<@" in second
    assert "Rounds answered · all time" in shown(board)


async def test_help_fits_on_one_screen_and_names_every_command(study: Study) -> None:
    alice = study.member("alice")

    result = shown(await alice.slash(study.channel, "help"))

    commands = {command.name for command in study.app.discord().tree.get_commands()}
    assert all(f"/{name}" in result for name in commands - {"help"})
