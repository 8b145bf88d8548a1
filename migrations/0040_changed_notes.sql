-- Who copies the notes asks for those that have changed: GET /api/nfes?updated_after=.
CREATE INDEX notes_by_change ON notes (company, updated_at);
