-- Members who want to be told when cards are due, at a time of day of their own.

CREATE TABLE reminder (
  community_id  TEXT NOT NULL,
  member_id     TEXT NOT NULL,
  at            TEXT NOT NULL,              -- local time of day, HH:MM
  zone          TEXT NOT NULL,              -- IANA name
  next_at       INTEGER,                    -- null once the member could not be written to
  PRIMARY KEY (community_id, member_id)
);
CREATE INDEX reminder_due ON reminder (next_at) WHERE next_at IS NOT NULL;
