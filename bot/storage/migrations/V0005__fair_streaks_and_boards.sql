-- Rounds that count against nobody, absences, boards read by index, digests, roles, and reminders before a round closes.
-- Facts: round.voided, round.unwritable, absence, hidden_member. Projections of them: standing, tally and their board_count.

ALTER TABLE community ADD COLUMN week_starts INTEGER NOT NULL DEFAULT 0;   -- 0 is Monday
ALTER TABLE community ADD COLUMN digest_at INTEGER;                    -- null while no weekly digest is wanted
CREATE INDEX community_digest ON community (digest_at) WHERE digest_at IS NOT NULL;

-- When members were told that it would close: at the next question, as the schedule was when it opened.
ALTER TABLE round ADD COLUMN closes_at INTEGER;
-- A round that any of these is true of counts for those who answered it and against nobody.
ALTER TABLE round ADD COLUMN voided INTEGER NOT NULL DEFAULT 0;      -- an admin said so
ALTER TABLE round ADD COLUMN unwritable INTEGER NOT NULL DEFAULT 0;  -- its thread could not be written to
ALTER TABLE round ADD COLUMN cut_short INTEGER NOT NULL DEFAULT 0;   -- it closed before members were told that it would
UPDATE round SET unwritable = 1 WHERE thread_id IS NULL AND state IN ('threaded', 'open');

-- Everyone's answers are gone through at once when a round is made void: from the index alone.
DROP INDEX answer_of_member;
CREATE INDEX answer_of_member ON answer (community_id, member_id, round_id, counts, removed_at);

CREATE TABLE absence (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  from_round    INTEGER NOT NULL,           -- rounds from this number on count neither way
  until_round   INTEGER,                    -- up to this one, once its member has come back; null before
  from_day      TEXT NOT NULL,
  until_day     TEXT NOT NULL,              -- up to the rounds of this local day, while they are away
  declared_day  TEXT NOT NULL,              -- the local day on which it was asked for: earlier ones use up no allowance
  PRIMARY KEY (community_id, member_id, from_round, from_day)
);

-- Who is shown on no board: 'left' the community, or by their own 'choice'.
CREATE TABLE hidden_member (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  reason        TEXT NOT NULL,
  PRIMARY KEY (community_id, member_id, reason)
);

ALTER TABLE standing ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tally ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
DROP INDEX standing_current;
DROP INDEX standing_longest;
DROP INDEX tally_answers;
DROP INDEX tally_quiz;
CREATE INDEX standing_current ON standing (community_id, current DESC, member_id) WHERE current > 0 AND hidden = 0;
CREATE INDEX standing_longest ON standing (community_id, longest DESC, member_id) WHERE longest > 0 AND hidden = 0;
-- Who is on a streak, hidden or not: those whom the close of a round, or a role, concerns.
CREATE INDEX standing_running ON standing (community_id, current, member_id) WHERE current > 0;
-- A week is named by its first day, whichever weekday that is: 2026-W48 becomes 2026-11-23.
UPDATE tally SET period = date(
  substr(period, 1, 4) || '-01-04', 'weekday 0', '-6 days', '+' || ((substr(period, 7) - 1) * 7) || ' days'
) WHERE period LIKE '____-W__';
CREATE INDEX tally_answers ON tally (community_id, period, answers DESC, member_id) WHERE answers > 0 AND hidden = 0;
CREATE INDEX tally_quiz ON tally (community_id, period, quiz DESC, member_id) WHERE quiz > 0 AND hidden = 0;

-- How many members have which value on a board: what a rank is read from, however many there are.
CREATE TABLE board_count (
  community_id  TEXT NOT NULL,
  board         TEXT NOT NULL,              -- current, longest, or answers or quiz with their period, as in quiz:2026-11
  value         INTEGER NOT NULL,
  members       INTEGER NOT NULL,
  PRIMARY KEY (community_id, board, value)
);
INSERT INTO board_count SELECT community_id, 'current', current, count(*) FROM standing
  WHERE current > 0 GROUP BY community_id, current;
INSERT INTO board_count SELECT community_id, 'longest', longest, count(*) FROM standing
  WHERE longest > 0 GROUP BY community_id, longest;
INSERT INTO board_count SELECT community_id, 'answers:' || period, answers, count(*) FROM tally
  WHERE answers > 0 GROUP BY community_id, period, answers;
INSERT INTO board_count SELECT community_id, 'quiz:' || period, quiz, count(*) FROM tally
  WHERE quiz > 0 GROUP BY community_id, period, quiz;

CREATE TABLE digest (
  community_id  TEXT NOT NULL REFERENCES community (id),
  week          TEXT NOT NULL,              -- the first local day of the week that it tells of
  channel_id    TEXT NOT NULL,
  claimed_at    INTEGER NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  retry_at      INTEGER NOT NULL,
  message_id    TEXT,                       -- null until it was posted, '' if it never will be
  PRIMARY KEY (community_id, week)
);
CREATE INDEX digest_unposted ON digest (retry_at) WHERE message_id IS NULL;

-- A role for everyone whose streak is at least so long.
CREATE TABLE milestone_role (
  community_id  TEXT NOT NULL,
  rounds        INTEGER NOT NULL,
  role_id       TEXT NOT NULL,
  retry_at      INTEGER NOT NULL,           -- after a refusal, not before this moment
  refused       TEXT,                       -- what an admin must change first
  PRIMARY KEY (community_id, rounds)
);
-- Who holds which for their streak; what they had before it was to be given is not taken back.
CREATE TABLE held_role (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  role_id       TEXT NOT NULL,
  given         INTEGER NOT NULL,           -- 0: they had it already
  sure          INTEGER NOT NULL,           -- 0: it was asked for, and no answer came
  PRIMARY KEY (community_id, role_id, member_id)
);

-- Members who want to be told before a round closes that they have not answered it.
CREATE TABLE closing_reminder (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  at            TEXT,                       -- local time of day, HH:MM; null: three hours before the close
  next_at       INTEGER,                    -- null while no round is about to close, or once they could not be written to
  told_round    INTEGER,                    -- the round of which they were told last
  shut          INTEGER NOT NULL DEFAULT 0, -- they could not be written to, and have not been told so yet
  PRIMARY KEY (community_id, member_id)
);
CREATE INDEX closing_reminder_due ON closing_reminder (next_at) WHERE next_at IS NOT NULL;
