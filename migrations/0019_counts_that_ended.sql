-- Whether a count has ended after the date of a note.
CREATE INDEX stock_counts_ended ON stock_counts (company, ended_at) WHERE ended_at IS NOT NULL;
