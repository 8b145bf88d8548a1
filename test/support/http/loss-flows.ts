import { lossEvent } from "../notes/loss-events.ts";
import { type Flow, POSTED, type Read } from "./write-flows.ts";

const loss = lossEvent(POSTED.accessKey, [{ nItem: 1, quantity: "2", unit: "UN" }]);
const CHANGED: Read[] = [
  ...([
    "products",
    "product",
    "stock",
    "stock at",
    "movements",
    "movements of P1",
    "stats",
    "evolution",
    "made of",
  ] as const),
  "posted",
];
const SAME: Read[] = [
  "counts",
  "notes",
  "notes of P1",
  "notes since",
  "waiting",
  "unposted",
  "held",
];

/** The writes of events that take goods of a note in stock out. */
export const LOSS_FLOWS: readonly Flow[] = [
  {
    says: "an event says that goods of a note in stock were lost",
    write: ({ upload }) => upload(loss),
    changes: CHANGED,
    asks: SAME,
  },
  {
    says: "the event of a loss is withdrawn",
    first: ({ upload }) => upload(loss),
    async write({ send, rows }) {
      const [event] = await rows("select registration from nfe_events");
      const path = `/api/nfes/${POSTED.accessKey}/events/${event?.registration}/withdraw`;
      return send("POST", path, { json: { reason: "falso" } });
    },
    changes: CHANGED,
    asks: SAME,
  },
];
