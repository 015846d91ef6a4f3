-- What members remember, and the sittings in which they practise.
-- Facts: review (what was judged, when, how), sitting and sitting_question. A projection of the reviews: card.

CREATE TABLE review (
  id            TEXT PRIMARY KEY,           -- what was reviewed, once: judged again, the newer rating replaces the older
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  question_id   INTEGER NOT NULL,
  rating        INTEGER NOT NULL,           -- 1 Again, 2 Hard, 3 Good, 4 Easy
  day           TEXT NOT NULL,              -- the community's local day
  at            INTEGER NOT NULL,
  judged        INTEGER NOT NULL            -- by the member; 0: Good was assumed of an answer to a round
);
CREATE INDEX review_of_card ON review (community_id, member_id, question_id, at);
CREATE INDEX review_of_member ON review (community_id, member_id, day);

CREATE TABLE card (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  question_id   INTEGER NOT NULL,
  stability     TEXT NOT NULL,              -- days, as a decimal that keeps every bit
  difficulty    TEXT NOT NULL,
  reviewed      TEXT NOT NULL,              -- the local day of the latest review
  PRIMARY KEY (community_id, member_id, question_id)
);

CREATE TABLE sitting (
  id            TEXT PRIMARY KEY,
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  only_due      INTEGER NOT NULL,           -- a review, not a quiz: nothing new is drawn
  mode          TEXT NOT NULL,              -- choice or open
  topic         TEXT,
  level         TEXT,
  started_at    INTEGER NOT NULL
);

CREATE TABLE sitting_question (
  sitting_id    TEXT NOT NULL REFERENCES sitting (id),
  place         INTEGER NOT NULL,           -- 0, 1, 2 ... in the order in which they were drawn
  question_id   INTEGER NOT NULL,
  choice_order  INTEGER NOT NULL,           -- how the four choices are shown
  chosen        INTEGER,                    -- which of the four shown was chosen
  text          TEXT,                       -- what was written, in an open question
  rating        INTEGER,                    -- null until it was judged
  PRIMARY KEY (sitting_id, place)
);
