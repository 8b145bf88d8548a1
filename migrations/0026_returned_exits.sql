-- Goods that come back by a return, and the exits by which they had left: only returns whose original is known have rows.
CREATE TABLE returned_exits (
  company INTEGER NOT NULL,
  -- The ids of the exit, and of the entry that brings it back in whole or in part.
  exit INTEGER NOT NULL,
  movement INTEGER NOT NULL,
  PRIMARY KEY (company, exit, movement)
) STRICT, WITHOUT ROWID;
