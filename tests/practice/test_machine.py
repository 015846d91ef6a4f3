import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from practice.machine import Streaks

# After its first ten examples Hypothesis mostly varies those that it had: a dozen each of many seeds go further.
EXAMPLES = 12
# Nothing is timed; and examples are long stories, of which some are drawn slowly or grow large.
LIMITS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=15,
    deadline=None,
    derandomize=True,
    # A story that fails is told as it was found; with Phase.shrink it is shortened, which takes minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def run(seeds: range) -> None:
    for number in seeds:
        machine = seed(number)(type(f"Streaks{number}", (Streaks,), {}))
        run_state_machine_as_test(machine, settings=LIMITS)


# In parts, which processes can share.
@pytest.mark.parametrize("first", range(0, 25, 5))
def test_whatever_happens_streaks_are_what_the_plain_rules_say(first: int) -> None:
    run(range(first, first + 5))


@pytest.mark.torture
@pytest.mark.parametrize("first", range(100, 940, 84))
def test_however_much_happens_streaks_are_what_the_plain_rules_say(first: int) -> None:
    run(range(first, first + 84))
