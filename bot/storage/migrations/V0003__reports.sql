-- What members think is wrong with a question, for the community's admins and the operator.

CREATE TABLE report (
  id            TEXT PRIMARY KEY,           -- the platform's id of the form: a second delivery changes nothing
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  question_id   INTEGER NOT NULL,
  text          TEXT NOT NULL,
  at            INTEGER NOT NULL,
  settled_at    INTEGER                     -- an admin has seen to it
);
CREATE INDEX report_open ON report (community_id, at) WHERE settled_at IS NULL;
