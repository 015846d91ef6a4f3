"""What an operator counts: rounds opened and missed, how late they were, answers taken."""

from dataclasses import dataclass, field

# Seconds; the first is what members would call on time.
LATENESS_BUCKETS = (10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 43200.0)


@dataclass(slots=True)
class Figures:
    """Counts since the start of the process; `lateness` counts the rounds opened within each bucket, and all."""

    rounds_opened: int = 0
    rounds_missed: int = 0
    answers: int = 0
    lateness: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LATENESS_BUCKETS, 0))
    lateness_seconds: float = 0.0

    def opened(self, late_seconds: float) -> None:
        """Count a round that was opened so late after it was due."""
        self.rounds_opened += 1
        self.lateness_seconds += max(0.0, late_seconds)
        for bucket in LATENESS_BUCKETS:
            self.lateness[bucket] += late_seconds <= bucket
