-- The version of the rules (RULES_VERSION in the code) that a note's verdict was made with. 0: before versions were kept; a
-- note that waits is judged again. Notes in stock stay as they are.
ALTER TABLE notes ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 0;
