"""A new question's file: complete in form, so that an author only replaces words and `bank check` says what is left."""

import re
from pathlib import Path

from bot.domain.questions import Kind, Level
from bot.library.shelf import Shelf

# With a letter somewhere, or YAML would take it for a number.
_SLUG = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
_TEMPLATE = """\
id: {id}
slug: {slug}
topic: {topic}
level: {level}
kind: {kind}
title: "{title}"
prompt: >-
  Replace this by one situation or question with its parts, without naming what a good answer says.
hints:
  - "A first hint leads, and gives nothing away."
short_answer: |-
  What one would say in forty seconds: the first mechanism {slug}, the second consequence {slug},
  the third limit {slug}.
full_answer: |-
  **Mechanism.** What a strong candidate says in three to five minutes begins with the first mechanism {slug}.

  **Consequence.** It goes on with the second consequence {slug}, and numbers where numbers matter.

  **Limit.** It ends with the third limit {slug}: where it fails, and what one does then.
key_points: # 3 to 6, each with 5 phrases or more that only somebody who makes this very point would write
  - label: "The first thing a strong answer says"
    phrases: [first mechanism, "=an acronym", first paraphrase, another first wording, first in other words]
  - label: "The second thing a strong answer says"
    phrases: [second consequence, second acronym, second paraphrase, another second wording, second in other words]
  - label: "The third thing a strong answer says"
    phrases: [third limit, third acronym, third paraphrase, another third wording, third in other words]
misconceptions:
  - when: ["=a wrong claim as written"]
    say: "One gentle sentence that puts it right."
common_mistakes:
  - "What many candidates say instead."
follow_ups:
  - "What would an interviewer ask next?"
multiple_choice:
  question: "Which one of four is right, and in no reading another?"
  correct: {{text: "The right option, no longer than the others", why: "Why it is right."}}
  distractors:
    - {{text: "A real misunderstanding of the same length", why: "Why it is wrong."}}
    - {{text: "Another real misunderstanding, as long", why: "Why it is wrong, in one sentence."}}
    - {{text: "The third misunderstanding, as plausible", why: "Why it is wrong, told kindly."}}
checks: # Python-like expressions that recompute every number in the text
  - "2 * 3 == 6"
references: [{reference}] # ids in references.yaml
"""


def scaffold(shelf: Shelf, topic: str, slug: str, *, title: str | None, level: Level, kind: Kind) -> tuple[Path, str]:
    """Return where a new question belongs, and a text for it that lacks nothing but an author and a second reader.

    Raises:
        ValueError: the topic is unknown, or the slug is taken or not made of a-z, 0-9 and single hyphens.
    """
    topics = [each.slug for each in shelf.topics]
    if topic not in topics:
        raise ValueError(f"There is no topic {topic!r}; choose one of {', '.join(topics)}.")
    if not _SLUG.fullmatch(slug):
        raise ValueError(f"{slug!r} is no slug: use a-z, 0-9 and single hyphens, as in batch-normalization.")
    if any(slug in (draft.slug, draft.file.stem) for draft in shelf.drafts):
        raise ValueError(f"There is already a question {slug!r}; choose another slug, or mend that one.")
    given = [draft.page.value.get("id") for draft in shelf.drafts if isinstance(draft.page.value, dict)]
    ids = [number for number in given if isinstance(number, int)]
    words = slug.replace("-", " ")
    text = _TEMPLATE.format(
        id=max(ids, default=0) + 1,
        slug=slug,
        topic=topic,
        level=level,
        kind=kind,
        title=(title or words.capitalize()).replace("\\", "\\\\").replace('"', '\\"'),
        reference=shelf.works[0].id if shelf.works else "",
    )
    return shelf.root / "questions" / topic / f"{slug}.yaml", text
