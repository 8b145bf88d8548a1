-- The NSUs of the documents that became lines of `job`, as a JSON array in the order of those lines; null in it: a docZip names none.
ALTER TABLE sefaz_calls ADD COLUMN nsus TEXT CHECK (json_valid(nsus));
--> statement-breakpoint
-- Of the jobs that are there, by the name that their lines are shown with.
UPDATE sefaz_calls SET nsus = (
  SELECT json_group_array(nsu) FROM (
    SELECT iif(instr(file, '#NSU ') > 0, cast(substr(file, instr(file, '#NSU ') + 5) AS INTEGER), NULL) AS nsu
    FROM job_items WHERE company = sefaz_calls.company AND job = sefaz_calls.job ORDER BY position))
WHERE job IS NOT NULL;
