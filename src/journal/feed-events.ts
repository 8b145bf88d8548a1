/**
 * Every event of the feed: its type, and what its payload tells. A new one gets its line here and in FEED_EVENT_TYPES; the
 * contract of /api/events names them. Wire names; ids and keys, never quantities or names of people: who wants more reads it.
 */
export type NewFeedEvent =
  /** A note was registered; `holds`: codes of what it waits for. */
  | {
      readonly type: "nfe.registered";
      readonly payload: OfNote & {
        readonly number: string;
        readonly supplier: string;
        readonly holds: readonly string[];
      };
    }
  /** A note that waits has another verdict: other settings, rules, mappings, events, or its protocol came. */
  | {
      readonly type: "nfe.judged";
      readonly payload: OfNote & { readonly holds: readonly string[] };
    }
  /** A note was taken into stock; number and supplier where that was done with its registration. */
  | {
      readonly type: "nfe.processed";
      readonly payload: OfNote & { readonly number?: string; readonly supplier?: string };
    }
  /** A protocol came for a note that had none; it was put aside; it was taken back. */
  | {
      readonly type: "nfe.completed" | "nfe.discarded" | "nfe.restored";
      readonly payload: { readonly access_key: string };
    }
  /** A registered event of the tax office was kept; `event`: its tpEvento. `nfe.cancelled`: it takes the note back. */
  | {
      readonly type: "nfe.event" | "nfe.cancelled";
      readonly payload: { readonly access_key: string; readonly event: string };
    }
  /** A person withdrew an event that was kept. */
  | {
      readonly type: "nfe.event_withdrawn";
      readonly payload: {
        readonly access_key: string;
        readonly event: string;
        readonly event_id: string;
      };
    }
  /** A movement was made by hand. */
  | {
      readonly type: "movement.created";
      readonly payload: { readonly product_code: string; readonly type: "ENTRADA" | "SAIDA" };
    }
  /** An exit has left a product at or below its low mark. */
  | { readonly type: "stock.low"; readonly payload: { readonly product_code: string } }
  /** A file is ready to be fetched. */
  | {
      readonly type: "export.ready";
      readonly payload: {
        readonly export_id: string;
        readonly rows: number;
        readonly bytes: number;
      };
    }
  /** A job has ended; `code` where it has failed as a whole. */
  | {
      readonly type: "job.done" | "job.failed";
      readonly payload: { readonly job_id: string; readonly kind: string; readonly code?: string };
    };

interface OfNote {
  readonly access_key: string;
  readonly direction: "entry" | "exit" | "none";
}

export type FeedEventType = NewFeedEvent["type"];

const ALL: Readonly<Record<FeedEventType, true>> = {
  "nfe.registered": true,
  "nfe.judged": true,
  "nfe.processed": true,
  "nfe.completed": true,
  "nfe.discarded": true,
  "nfe.restored": true,
  "nfe.event": true,
  "nfe.cancelled": true,
  "nfe.event_withdrawn": true,
  "movement.created": true,
  "stock.low": true,
  "export.ready": true,
  "job.done": true,
  "job.failed": true,
};

/** The types, for the contract; the record above does not compile without one of them. */
export const FEED_EVENT_TYPES: readonly string[] = Object.keys(ALL);
