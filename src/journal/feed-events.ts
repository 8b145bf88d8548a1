/**
 * Every event of the feed: its type and its payload. A new type is added here and to ALL below; the OpenAPI contract lists
 * FEED_EVENT_TYPES. Names are those of the wire. A payload has ids and keys, never quantities or names of people.
 */
export type NewFeedEvent =
  /** A note was registered; `holds`: the codes of its holds. */
  | {
      readonly type: "nfe.registered";
      readonly payload: OfNote & {
        readonly number: string;
        readonly supplier: string;
        readonly holds: readonly string[];
      };
    }
  /** A PENDENTE note has a new verdict: settings, rules, mappings or events changed, or its protocol was received. */
  | {
      readonly type: "nfe.judged";
      readonly payload: OfNote & { readonly holds: readonly string[] };
    }
  /** A note was posted to stock; number and supplier are there when it was posted with its registration. */
  | {
      readonly type: "nfe.processed";
      readonly payload: OfNote & { readonly number?: string; readonly supplier?: string };
    }
  /** A note without protocol received it; a note was discarded; a discarded note was restored. */
  | {
      readonly type: "nfe.completed" | "nfe.discarded" | "nfe.restored";
      readonly payload: { readonly access_key: string };
    }
  /** An NF-e event was registered; `event`: its tpEvento; `held`: a user must check the note. `nfe.cancelled`: it is void. */
  | {
      readonly type: "nfe.event" | "nfe.cancelled";
      readonly payload: {
        readonly access_key: string;
        readonly event: string;
        readonly effect: string;
      };
    }
  /** A user withdrew a registered NF-e event. */
  | {
      readonly type: "nfe.event_withdrawn";
      readonly payload: {
        readonly access_key: string;
        readonly event: string;
        readonly event_id: string;
      };
    }
  /** Events of a note in stock have taken goods out (`made` movements), or no longer do (`taken_back`). */
  | {
      readonly type: "nfe.event_exits";
      readonly payload: {
        readonly access_key: string;
        readonly made: number;
        readonly taken_back: number;
      };
    }
  /** A cancellation or an event took a product below zero; `movements`: the newest later exits that miss its goods. */
  | {
      readonly type: "nfe.goods_missing";
      readonly payload: {
        readonly access_key: string;
        readonly product_code: string;
        readonly movements: readonly number[];
      };
    }
  /** A note was cancelled whose goods have come back, or were sent back, by these notes in stock (the newest). */
  | {
      readonly type: "nfe.has_returns";
      readonly payload: { readonly access_key: string; readonly returns: readonly string[] };
    }
  /** The movements of a note in stock were taken back. */
  | { readonly type: "nfe.reversed"; readonly payload: OfNote }
  /** A cost that came later was added to the goods of a note in stock, or taken back by a user. */
  | {
      readonly type: "nfe.cost_added" | "nfe.cost_reversed";
      readonly payload: { readonly access_key: string; readonly cost_id: string };
    }
  /** A movement by hand was taken back. */
  | {
      readonly type: "movement.reversed";
      readonly payload: { readonly product_code: string; readonly undoes: number };
    }
  /** A movement was made by hand. */
  | {
      readonly type: "movement.created";
      readonly payload: { readonly product_code: string; readonly type: "ENTRADA" | "SAIDA" };
    }
  /** A stock-taking was opened, closed into movements, or cancelled. */
  | {
      readonly type: "count.opened" | "count.closed" | "count.cancelled";
      readonly payload: { readonly count_id: string };
    }
  /** An exit took a product below its minimum stock. */
  | { readonly type: "stock.low"; readonly payload: { readonly product_code: string } }
  /** A lot has come within so many days of its expiry. */
  | {
      readonly type: "stock.expiring";
      readonly payload: {
        readonly product_code: string;
        readonly lot: string;
        readonly expires_on: string;
        readonly days: 30 | 7 | 0;
      };
    }
  /** The file of an export can be downloaded. */
  | {
      readonly type: "export.ready";
      readonly payload: {
        readonly export_id: string;
        readonly rows: number;
        readonly bytes: number;
      };
    }
  /** A job has ended; `code` when the job as a whole has failed. */
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
  "nfe.event_exits": true,
  "nfe.goods_missing": true,
  "nfe.has_returns": true,
  "nfe.reversed": true,
  "nfe.cost_added": true,
  "nfe.cost_reversed": true,
  "movement.created": true,
  "movement.reversed": true,
  "count.opened": true,
  "count.closed": true,
  "count.cancelled": true,
  "stock.low": true,
  "stock.expiring": true,
  "export.ready": true,
  "job.done": true,
  "job.failed": true,
};

/** The types, for the contract; ALL does not compile when one is missing. */
export const FEED_EVENT_TYPES: readonly string[] = Object.keys(ALL);
