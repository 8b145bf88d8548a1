export type ReportFailure =
  /** The period has more notes than one report looks through. */
  { code: "report.too_many_notes"; limit: number };
