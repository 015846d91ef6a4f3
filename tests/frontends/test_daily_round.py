"""The daily round as members see it: the real client in a simulated Discord."""

from datetime import UTC, datetime, timedelta

from study import DAY, HOUR, Study, labels, marks, shown


async def test_setup_says_where_and_when_the_first_question_comes(study: Study) -> None:
    result = await study.set_up(at="09:00", zone="Europe/Berlin", days="Mon-Fri")

    assert result.ephemeral
    assert f"<#{study.channel.id}> Monday to Friday at **09:00** (Europe/Berlin)" in shown(result)
    first = int(datetime(2026, 1, 1, 8, tzinfo=UTC).timestamp())
    assert f"<t:{first}:F>" in shown(result)


async def test_a_question_is_posted_when_it_is_due_and_not_before(study: Study) -> None:
    await study.set_up(at="09:00")

    await study.advance(8 * HOUR)
    before = len(study.posts)
    await study.advance(HOUR)

    assert before == 0
    assert [labels(post) for post in study.posts] == [["Answer", "Hint", "Model answer", "My streak"]]
    assert [str(thread.name).split(" · ")[0] for thread in study.channel.threads] == ["1"]


async def test_however_often_the_clock_rings_a_day_has_one_question(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)

    for _ in range(5):
        await study.app.tick()

    assert len(study.posts) == 1
    assert len(study.channel.threads) == 1


async def test_a_reply_in_the_thread_is_marked_and_counted(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    await alice.send(study.thread, "the chain rule, backwards")

    assert marks(study.thread, "the chain rule, backwards") == ["✅"]
    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_a_second_reply_to_the_same_round_moves_no_streak(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    await alice.send(study.thread, "one thought of mine")

    await alice.send(study.thread, "another thought of mine")

    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_talk_outside_the_thread_is_nobodys_answer(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    await alice.send(study.channel, "good morning, dear colleagues")

    assert marks(study.channel, "good morning, dear colleagues") == []
    assert "0 rounds in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_what_another_bot_writes_is_nobodys_answer(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    other = study.guild.add_member(study.env.create_user("other", bot=True))

    await other.send(study.thread, "beep, said the other machine")

    assert marks(study.thread, "beep, said the other machine") == []


async def test_a_deleted_answer_is_taken_back_while_the_round_is_open(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    message = await alice.send(study.thread, "I take this back")

    await alice.delete(message)

    assert "0 rounds in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_the_model_answer_asks_for_a_commitment_first(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    result = await alice.click(study.posts[0], label="Model answer")

    assert result.ephemeral
    assert "Your own answer first" in shown(result)
    assert labels(result) == ["Write my answer", "Show me anyway"]


async def test_who_has_answered_sees_the_model_answer(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    await alice.send(study.thread, "in my very own words")

    result = await alice.click(study.posts[0], label="Model answer")

    assert "You have answered. Compare." in shown(result)
    assert "**Not spotted** (check whether you covered it)" in shown(result)


async def test_who_looks_first_keeps_their_text_but_not_the_round(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    asked = await alice.click(study.posts[0], label="Model answer")
    assert asked.response is not None
    await alice.click(asked.response, label="Show me anyway")

    await alice.send(study.thread, "now I know how to say it")

    assert "A strong answer says" in shown(asked)
    assert marks(study.thread, "now I know how to say it") == ["📝"]
    assert "0 rounds in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_the_full_answer_and_the_sources_are_a_press_away(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    await alice.send(study.thread, "in my very own words")
    short = await alice.click(study.posts[0], label="Model answer")
    assert short.response is not None

    full = await alice.click(short.response, label="Full answer")
    sources = await alice.click(short.response, label="Mistakes and sources")

    question = study.app.practice.bank.by_slug(_slug(study))
    assert question.full_answer in shown(full)
    assert question.references[0].title in shown(sources)


async def test_the_form_keeps_an_answer_private_and_counts_it(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice, bob = study.member("alice"), study.member("bob")
    form = await alice.click(study.posts[0], label="Answer")

    result = await alice.submit_modal(form, {"text": "only for the bot's eyes"})

    assert "Your streak: **1 round**" in shown(result)
    assert "only for the bot's eyes" not in "".join(m.content for m in study.thread.history(viewer=bob))


async def test_hints_lead_from_one_to_the_next(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    hints = study.app.practice.bank.by_slug(_slug(study)).hints

    first = await alice.click(study.posts[0], label="Hint")
    assert first.response is not None
    second = await alice.click(first.response, label="Another hint")

    assert hints[0] in shown(first)
    assert hints[1] in shown(second)


async def test_a_round_closes_with_its_model_answer_when_the_next_opens(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    yesterday = study.thread
    await alice.send(yesterday, "just in time for the close")

    await study.advance(DAY)

    recap = shown(yesterday.last_message)
    assert "Round 1 is closed · 1 member answered" in recap
    assert len(study.posts) == 2
    assert len(study.channel.threads) == 2


async def test_a_reply_to_a_closed_round_comes_too_late(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    yesterday = study.thread
    await study.advance(DAY)
    await study.advance(timedelta(minutes=1))

    await alice.send(yesterday, "too late for anything to count")

    assert "0 rounds in a row" in shown(await alice.slash(study.channel, "streak"))
    assert marks(yesterday, "too late for anything to count") == ["📝"]


async def test_reveal_in_a_closed_thread_needs_no_commitment(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    yesterday = study.thread
    await study.advance(DAY)

    closed = await alice.slash(yesterday, "reveal")
    current = await alice.slash(study.channel, "reveal")

    assert "This round is closed." in shown(closed)
    assert "Your own answer first" in shown(current)


def _slug(study: Study) -> str:
    title = shown(study.posts[-1]).split("## ")[1].split("\n")[0]
    return next(question.slug for question in study.app.practice.bank if question.title == title)
