"""What makes the list of cited works untrustworthy: ids that mislead, addresses that lead nowhere, works told twice."""

import re
from collections.abc import Collection, Iterator, Sequence

from bot.domain.questions import Reference
from bot.library.faults import Flaw

_ID = re.compile(r"[a-z]+([0-9]{4})[a-z0-9]+")
_ARXIV = re.compile(r"[0-9]{2}(?:0[1-9]|1[0-2])\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}")
_DOI = re.compile(r"10\.[0-9]{4,9}/\S+")
_URL = re.compile(r"https?://[^\s<>()]+")


def work_flaws(works: Sequence[Reference], cited: Collection[str]) -> Iterator[Flaw]:
    """Find everything wrong with the list of works; `cited` holds the ids that questions name."""
    found: dict[str, str] = {}
    for number, work in enumerate(works):
        place = ("references", number)
        named = _ID.fullmatch(work.id)
        if named is None or int(named.group(1)) != work.year:
            sentence = (
                f"`{work.id}` should be surname, year and a word of the title, as in vaswani{work.year}attention."
            )
            yield Flaw((*place, "id"), "reference-id", sentence)
        yield from _addresses(number, work)
        for address in _where(work):
            other = found.setdefault(address, work.id)
            if other != work.id:
                sentence = f"`{other}` is the same work ({address}): keep one of the two, and cite that one."
                yield Flaw((*place, "id"), "same-work", sentence)
        if work.id not in cited:
            sentence = f"No question cites `{work.id}`: remove it, or cite it where it belongs."
            yield Flaw((*place, "id"), "uncited", sentence)


def _where(work: Reference) -> list[str]:
    """Return the addresses that tell a work from others, as people compare them."""
    arxiv = re.sub(r"v[0-9]+$", "", work.arxiv) if work.arxiv else None
    return [address.casefold().rstrip("/") for address in (arxiv, work.doi, work.url) if address]


def _addresses(number: int, work: Reference) -> Iterator[Flaw]:
    place = ("references", number)
    if work.arxiv is not None and not _ARXIV.fullmatch(work.arxiv):
        sentence = f"`{work.arxiv}` is no arXiv id: write it like 1502.03167, in quotes, without `arXiv:`."
        yield Flaw((*place, "arxiv"), "arxiv-id", sentence)
    if work.doi is not None and not _DOI.fullmatch(work.doi):
        sentence = f"`{work.doi}` is no DOI: write it like 10.1162/neco.1997.9.8.1735, without an address."
        yield Flaw((*place, "doi"), "doi", sentence)
    if work.url is not None and not _URL.fullmatch(work.url):
        sentence = f"`{work.url}` cannot be linked: start with https:// and escape spaces and brackets."
        yield Flaw((*place, "url"), "url", sentence)
    if work.arxiv is work.doi is work.url is None:
        sentence = f"“{work.title}” cannot be looked up: add its `arxiv`, `doi` or `url`."
        yield Flaw((*place, "id"), "no-link", sentence)
