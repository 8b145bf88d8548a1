import type { UrlFault } from "../lib/public-url.ts";

export type WebhookFailure =
  | { code: "webhook.not_found" }
  | { code: "webhook.too_many"; limit: number }
  /** The address may not be posted to. */
  | { code: "webhook.url"; why: UrlFault }
  /** A webhook that is not active sends nothing. */
  | { code: "webhook.inactive" }
  /** The event is not in the webhook's log, and no longer in the feed. */
  | { code: "webhook.event_not_found" }
  /** The service's secret has changed since, so that the webhook's cannot be opened: it must be rotated. */
  | { code: "webhook.secret_unreadable" };
