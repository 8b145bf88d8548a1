export type AlertFailure =
  /** The installation sends no mail: SMTP_URL is not set, or this runtime has no SMTP (Workers). */
  | { code: "alerts.no_sender" }
  /** The company names no recipient. */
  | { code: "alerts.no_recipients" };
