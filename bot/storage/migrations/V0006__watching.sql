-- When the store last took a write, for whoever watches over the bot.
CREATE TABLE pulse (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  at            INTEGER NOT NULL
);

-- Who set the community up last: they are told when it needs their help.
ALTER TABLE community ADD COLUMN steward_id TEXT;
