"""Who is asking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asker:
    """The member who pressed, wrote or commanded, and their community.

    `may_manage` is the platform's word on whether they run the community.
    """

    community_id: str
    member_id: str
    may_manage: bool = False
