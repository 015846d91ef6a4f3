-- Communities, rounds, and what members did in them.
-- Ids are the platform's own, as text. Moments are milliseconds since 1970-01-01 UTC, local days are ISO dates.
-- Facts: community, round, answer, reveal, quiz_result. Projections of them: standing, tally (see `practice-bot rebuild`).

CREATE TABLE community (
  id            TEXT PRIMARY KEY,
  channel_id    TEXT NOT NULL,
  at            TEXT NOT NULL,              -- local time of day, HH:MM
  zone          TEXT NOT NULL,              -- IANA name
  weekdays      TEXT NOT NULL,              -- digits 0 (Monday) to 6 (Sunday)
  paused        INTEGER NOT NULL DEFAULT 0,
  -- No scheduled round is wanted up to and including this local day: it had one, was skipped or was missed.
  settled_day   TEXT,
  next_due_at   INTEGER,                    -- null while paused or gone
  next_due_day  TEXT,
  blocked       TEXT,                       -- what an admin must repair before the bot can post
  left_at       INTEGER,
  created_at    INTEGER NOT NULL
);
CREATE INDEX community_due ON community (next_due_at) WHERE next_due_at IS NOT NULL;

CREATE TABLE round (
  id            INTEGER PRIMARY KEY,
  community_id  TEXT NOT NULL REFERENCES community (id),
  day           TEXT NOT NULL,
  take          INTEGER NOT NULL DEFAULT 0, -- 0: scheduled; 1, 2 ...: asked for by an admin on the same day
  number        INTEGER,                    -- null once abandoned
  question_id   INTEGER NOT NULL,
  state         TEXT NOT NULL,
  channel_id    TEXT NOT NULL,
  due_at        INTEGER NOT NULL,
  claimed_at    INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  retry_at      INTEGER NOT NULL,
  message_id    TEXT UNIQUE,
  thread_id     TEXT UNIQUE,
  opened_at     INTEGER,
  closed_at     INTEGER,
  recap_id      TEXT,                       -- the message that closed it; null until it was posted, '' if it never will be
  scanned_to    TEXT,                       -- contiguous watermark: every reply up to this message id was read
  UNIQUE (community_id, day, take),
  UNIQUE (community_id, number)
);
CREATE INDEX round_unfinished ON round (retry_at) WHERE state IN ('claimed', 'published', 'threaded');
CREATE INDEX round_open ON round (community_id) WHERE state = 'open';
CREATE INDEX round_unrecapped ON round (retry_at) WHERE state = 'closed' AND recap_id IS NULL;

CREATE TABLE answer (
  id            TEXT PRIMARY KEY,           -- the platform's message or interaction id: a second delivery changes nothing
  round_id      INTEGER NOT NULL REFERENCES round (id),
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  source        TEXT NOT NULL,              -- reply or form
  text          TEXT,                       -- null where the bot may not read it, or once it was removed
  counts        INTEGER NOT NULL,           -- written while the round was open and before the model answer was shown
  created_at    INTEGER NOT NULL,
  edited_at     INTEGER,
  removed_at    INTEGER
);
CREATE INDEX answer_of_member ON answer (community_id, member_id, round_id);
CREATE INDEX answer_in_round ON answer (round_id, member_id);

CREATE TABLE reveal (
  round_id      INTEGER NOT NULL REFERENCES round (id),
  member_id     TEXT NOT NULL,
  at            INTEGER NOT NULL,
  PRIMARY KEY (round_id, member_id)
);

CREATE TABLE quiz_result (
  id            TEXT PRIMARY KEY,           -- one draw by one member: a double click changes nothing
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  question_id   INTEGER NOT NULL,
  correct       INTEGER NOT NULL,
  day           TEXT NOT NULL,              -- the community's local day
  at            INTEGER NOT NULL
);
CREATE INDEX quiz_of_member ON quiz_result (community_id, member_id, at);

CREATE TABLE standing (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  current       INTEGER NOT NULL,
  longest       INTEGER NOT NULL,
  freezes       INTEGER NOT NULL,
  PRIMARY KEY (community_id, member_id)
);
CREATE INDEX standing_current ON standing (community_id, current DESC, member_id) WHERE current > 0;
CREATE INDEX standing_longest ON standing (community_id, longest DESC, member_id) WHERE longest > 0;

CREATE TABLE tally (
  community_id  TEXT NOT NULL,
  period        TEXT NOT NULL,              -- 2026-W48, 2026-11 or all
  member_id     TEXT NOT NULL,
  answers       INTEGER NOT NULL DEFAULT 0,
  quiz          INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (community_id, period, member_id)
);
CREATE INDEX tally_answers ON tally (community_id, period, answers DESC, member_id) WHERE answers > 0;
CREATE INDEX tally_quiz ON tally (community_id, period, quiz DESC, member_id) WHERE quiz > 0;
