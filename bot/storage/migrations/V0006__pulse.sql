-- When the store last took a write, for whoever watches over the bot.
CREATE TABLE pulse (
  id            INTEGER PRIMARY KEY CHECK (id = 1),
  at            INTEGER NOT NULL
);
