"""Reminders before a round closes: who wants one, when the next is due, and how it is found."""

from datetime import UTC, datetime, time, timedelta

from bot.storage import closing_reminders
from bot.storage.closing_reminders import ClosingReminder
from bot.storage.sqlite import SQLite
from storage.plan import plan, walks_a_table

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EIGHT = time(20)


async def keep(store: SQLite, *reminders: ClosingReminder) -> None:
    for reminder in reminders:
        await store.write(closing_reminders.save_reminder(reminder))


async def due(store: SQLite, now: datetime = NOW, limit: int = 10) -> list[str]:
    return [reminder.member_id for reminder in await store.read(closing_reminders.due_reminders(now, limit))]


async def next_at(store: SQLite, member_id: str, community_id: str = "club") -> datetime | None:
    reminder = await store.read(closing_reminders.reminder_of(community_id, member_id))
    assert reminder is not None
    return reminder.next_at


async def test_a_reminder_is_read_as_it_was_saved_and_a_later_one_takes_its_place(store: SQLite) -> None:
    first = ClosingReminder("club", "a", None, NOW, told_round=3)
    second = ClosingReminder("club", "a", EIGHT, None, told_round=4, shut=True)

    await keep(store, first)
    before = await store.read(closing_reminders.reminder_of("club", "a"))
    await keep(store, second)

    assert before == first
    assert await store.read(closing_reminders.reminder_of("club", "a")) == second
    assert await store.read(closing_reminders.reminder_of("lab", "a")) is None


async def test_those_whose_time_has_come_are_read_longest_waiting_first(store: SQLite) -> None:
    await keep(
        store,
        ClosingReminder("club", "late", None, NOW),
        ClosingReminder("lab", "later", None, NOW + MINUTE),
        ClosingReminder("lab", "early", None, NOW - MINUTE),
        ClosingReminder("club", "first", None, NOW - 2 * MINUTE),
        ClosingReminder("club", "planned for nothing", None, None),
    )

    assert await due(store) == ["first", "early", "late"]
    assert await due(store, limit=2) == ["first", "early"]


async def test_a_moment_is_planned_for_those_of_a_community_who_want_that_time_and_can_be_reached(
    store: SQLite,
) -> None:
    await keep(
        store,
        ClosingReminder("club", "before", None),
        ClosingReminder("club", "at eight", EIGHT),
        ClosingReminder("club", "at eight too", EIGHT),
        ClosingReminder("club", "shut", EIGHT, shut=True),
        ClosingReminder("lab", "elsewhere", EIGHT),
    )

    await store.write(closing_reminders.plan("club", EIGHT, NOW, NOW - MINUTE))
    await store.write(closing_reminders.plan("club", None, NOW + MINUTE, NOW - MINUTE))

    assert set(await store.read(closing_reminders.wanted_times("club"))) == {None, EIGHT}
    assert await due(store) == ["at eight", "at eight too"]
    assert await next_at(store, "before") == NOW + MINUTE
    assert await next_at(store, "shut") is None
    assert await next_at(store, "elsewhere", "lab") is None


async def test_a_new_plan_moves_those_whose_time_is_to_come_and_not_those_who_wait_for_their_turn(
    store: SQLite,
) -> None:
    await keep(
        store,
        ClosingReminder("club", "waits", None, NOW),
        ClosingReminder("club", "to come", None, NOW + MINUTE),
        ClosingReminder("club", "unplanned", None),
    )

    await store.write(closing_reminders.plan("club", None, NOW + 9 * MINUTE, NOW))
    moved = [await next_at(store, name) for name in ("waits", "to come", "unplanned")]
    await store.write(closing_reminders.plan("club", None, None, NOW))

    assert moved == [NOW, NOW + 9 * MINUTE, NOW + 9 * MINUTE]
    assert [await next_at(store, name) for name in ("waits", "to come", "unplanned")] == [NOW, None, None]


async def test_who_could_not_be_written_to_is_not_due_again_and_who_wants_none_is_not_asked_back(
    store: SQLite,
) -> None:
    await keep(store, ClosingReminder("club", "a", EIGHT, NOW, told_round=3))

    for name in ("a", "wants none"):
        await store.write(closing_reminders.shut("club", name))

    assert await due(store) == []
    assert await store.read(closing_reminders.reminder_of("club", "a")) == ClosingReminder(
        "club", "a", EIGHT, None, told_round=3, shut=True
    )
    assert await store.read(closing_reminders.reminder_of("club", "wants none")) is None


async def test_who_wants_none_any_more_is_forgotten(store: SQLite) -> None:
    await keep(store, ClosingReminder("club", "a", None, NOW), ClosingReminder("lab", "a", None, NOW))

    removed = [await store.write(closing_reminders.remove_reminder("club", "a")) for _ in range(2)]

    assert removed == [True, False]
    assert [each.community_id for each in await store.read(closing_reminders.due_reminders(NOW, 10))] == ["lab"]


async def test_a_tick_and_a_command_find_reminders_by_index(store: SQLite) -> None:
    await keep(store, *(ClosingReminder("club", f"m{number}", None, NOW) for number in range(50)))

    lines = plan(store.path, closing_reminders.due_reminders(NOW, 5))
    lines += plan(store.path, closing_reminders.reminder_of("club", "m7"))
    lines += plan(store.path, closing_reminders.plan("club", None, NOW, NOW))

    assert len(lines) == 3
    assert walks_a_table(lines) == []
    assert all(line.startswith("SEARCH closing_reminder USING INDEX") for line in lines)
