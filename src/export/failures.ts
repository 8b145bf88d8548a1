import type { JobState } from "../journal/jobs.ts";

export type ExportFailure =
  | { code: "export.interrupted"; rows: number }
  | { code: "export.not_found"; id: string }
  /** The export has no file, not yet or not any more. */
  | { code: "export.not_ready"; id: string; state: JobState }
  /** Beyond the end of the file. */
  | { code: "export.range"; bytes: number };
