"""What a restart must not change."""

from datetime import timedelta

from study import DAY, HOUR, Study, labels, marks, shown


async def test_every_button_of_an_old_message_works_after_a_restart(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    await study.restart()

    hint = await alice.click(study.posts[0], label="Hint")
    asked = await alice.click(study.posts[0], label="Model answer")
    streak = await alice.click(study.posts[0], label="My streak")
    assert "Hint 1" in shown(hint)
    assert "Your own answer first" in shown(asked)
    assert "0 rounds in a row" in shown(streak)


async def test_a_quiz_goes_on_after_a_restart(study: Study) -> None:
    alice = study.member("alice")
    asked = await alice.slash(study.channel, "quiz")
    assert asked.response is not None

    await study.restart()
    await alice.click(asked.response, label="B")

    assert labels(asked) == ["Next question", "Full answer", "Finish", "Report a mistake"]


async def test_a_form_that_was_open_across_a_restart_is_not_lost(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    form = await alice.click(study.posts[0], label="Answer")

    await study.restart()
    result = await alice.submit_modal(form, {"text": "typed before, sent after"})

    assert "Your streak: **1 round**" in shown(result)


async def test_answers_written_while_the_bot_was_down_are_counted_and_marked(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    study.env.backend.create_message(study.thread.id, alice.id, "nobody is listening")

    await study.restart()

    assert marks(study.thread, "nobody is listening") == ["✅"]
    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))


async def test_answers_after_a_restart_reach_the_open_round(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")

    await study.restart()
    await alice.send(study.thread, "after the restart")

    assert marks(study.thread, "after the restart") == ["✅"]


async def test_after_three_hours_down_todays_question_comes_late_and_once(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.process.stop()
    await study.env.advance_time((12 * HOUR).total_seconds())

    app = await study.process.start()
    await study.env.restart_bot(app.discord())
    await app.tick()

    assert len(study.posts) == 1


async def test_after_three_days_down_there_is_one_question_and_not_three(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.process.stop()
    await study.env.advance_time((3 * DAY + 10 * HOUR).total_seconds())

    app = await study.process.start()
    await study.env.restart_bot(app.discord())
    await app.tick()

    assert len(study.posts) == 1


async def test_what_is_later_than_half_a_day_waits_for_the_next_question(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.process.stop()
    await study.env.advance_time((9 * HOUR + 12 * HOUR + timedelta(minutes=1)).total_seconds())

    app = await study.process.start()
    await study.env.restart_bot(app.discord())
    await app.tick()
    missed = len(study.posts)
    await study.advance(12 * HOUR)

    assert missed == 0
    assert len(study.posts) == 1
    assert "Round 1 ·" in shown(study.posts[0])


async def test_a_form_is_kept_even_if_discord_no_longer_takes_the_acknowledgement(study: Study) -> None:
    await study.set_up(at="09:00")
    await study.advance(9 * HOUR)
    alice = study.member("alice")
    form = await alice.click(study.posts[0], label="Answer")
    study.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062, message="Unknown interaction")

    await alice.submit_modal(form, {"text": "sent over a very slow network"})

    assert "1 round in a row" in shown(await alice.slash(study.channel, "streak"))
