-- The movements of a note's posting are written by one statement and have consecutive ids (src/stock/found-movements.ts). The first
-- of them stands in the indexes of time and of documents and says how many follow it; a following one says, as a number below 0,
-- how far it is behind the first. Every other movement has 0, and so have all that are here now.
ALTER TABLE movements ADD COLUMN followers INTEGER NOT NULL DEFAULT 0;
--> statement-breakpoint
DROP INDEX movements_once;
--> statement-breakpoint
CREATE UNIQUE INDEX movements_once ON movements (company, origin, origin_ref) WHERE followers >= 0;
--> statement-breakpoint
DROP INDEX movements_by_time;
--> statement-breakpoint
CREATE INDEX movements_by_time ON movements (company, created_at, id, followers) WHERE followers >= 0 AND quantity_e4 <> 0;
--> statement-breakpoint
-- What is in no index is found by its first: that one must be there, of the same posting, and reach as far. A company that is moved
-- here is copied in another order; it lives elsewhere until all of it is here.
CREATE TRIGGER movements_follow_their_first AFTER INSERT ON movements
WHEN new.followers < 0 AND NOT EXISTS (
  SELECT 1 FROM movements f WHERE f.id = new.id + new.followers AND f.followers + new.followers >= 0
    AND f.company = new.company AND f.origin = new.origin AND f.posting = new.posting AND f.created_at = new.created_at
    AND f.quantity_e4 <> 0 AND new.quantity_e4 <> 0
) AND (SELECT home FROM companies WHERE id = new.company) IS NULL
BEGIN SELECT RAISE(ABORT, 'a movement is behind no first of its posting'); END;
--> statement-breakpoint
-- A posting has one first: the items of a document are posted once.
CREATE TRIGGER movements_have_one_first AFTER INSERT ON movements
WHEN new.followers > 0 AND EXISTS (
  SELECT 1 FROM movements f INDEXED BY movements_once WHERE f.company = new.company AND f.origin = new.origin
    AND f.origin_ref >= substr(new.origin_ref, 1, instr(new.origin_ref, '#'))
    AND f.origin_ref < substr(new.origin_ref, 1, instr(new.origin_ref, '#') - 1) || '$'
    AND f.followers >= 0 AND f.posting = new.posting AND f.quantity_e4 <> 0 AND f.id <> new.id
) AND (SELECT home FROM companies WHERE id = new.company) IS NULL
BEGIN SELECT RAISE(ABORT, 'movements of a posting are written once'); END;
