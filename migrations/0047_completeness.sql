-- NSUs that the cursor of a CNPJ passed, and that no answer had a document for: first_nsu to last_nsu. Times are ms UTC.
CREATE TABLE sefaz_nsu_gaps (
  company INTEGER NOT NULL REFERENCES companies (id),
  cnpj TEXT NOT NULL,
  environment TEXT NOT NULL,
  first_nsu INTEGER NOT NULL,
  last_nsu INTEGER NOT NULL CHECK (last_nsu >= first_nsu),
  found_at INTEGER NOT NULL,
  PRIMARY KEY (company, cnpj, environment, first_nsu)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX sefaz_nsu_gaps_by_time ON sefaz_nsu_gaps (company, found_at);
--> statement-breakpoint
-- Parked documents by time, without reading their bytes.
CREATE INDEX sefaz_parked_open ON sefaz_parked (company, parked_at) WHERE taken_at IS NULL;
--> statement-breakpoint
CREATE INDEX announced_events_by_time ON announced_events (company, announced_at);
