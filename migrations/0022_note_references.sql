-- The notes that refer to a document, by its key: of returns, complements and credit notes alone. Their items are in notes.referenced.
CREATE TABLE note_references (
  company INTEGER NOT NULL,
  access_key TEXT NOT NULL,
  note INTEGER NOT NULL,
  PRIMARY KEY (company, access_key, note)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO note_references (company, access_key, note)
SELECT DISTINCT n.company, r.value ->> 'key', n.id FROM notes n, json_each(n.referenced) r WHERE n.referenced IS NOT NULL;
