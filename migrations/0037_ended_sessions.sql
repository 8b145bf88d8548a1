-- A browser that signs out ends its own session: the ids of those that ended while a token of theirs may still be there.
ALTER TABLE users ADD COLUMN ended_sessions text NOT NULL DEFAULT '{}';
