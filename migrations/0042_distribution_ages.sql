-- What ended long ago is found without reading what is still kept.
CREATE INDEX sefaz_calls_by_age ON sefaz_calls (company, at);
--> statement-breakpoint
CREATE INDEX sefaz_asks_by_age ON sefaz_asks (company, ended_at) WHERE ended_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX sefaz_parked_by_age ON sefaz_parked (company, taken_at) WHERE taken_at IS NOT NULL;
