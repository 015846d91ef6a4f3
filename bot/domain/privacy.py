"""What stands in for a member who had their data deleted."""

from random import Random

# No platform's ids begin so.
GONE = "gone-"


def pseudonym(random: Random) -> str:
    """Draw the name under which what a member did is counted on, in place of who they are."""
    return f"{GONE}{random.getrandbits(64):016x}"
