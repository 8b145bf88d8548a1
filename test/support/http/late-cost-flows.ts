import type { TestApp } from "../app.ts";
import { type Flow, POSTED, type Read } from "./write-flows.ts";

const path = `/api/nfes/${POSTED.accessKey}/costs`;
const add = ({ send }: TestApp) => send("POST", path, { json: { amount: 7, reason: "frete" } });

/** The lists leave out what has no goods, and are computed again: they share their tag with the value of the stock. */
const SAME: Read[] = [
  ...(["movements", "movements of P1", "movements of P2", "evolution"] as const),
  ...(["notes", "notes of P1", "notes since", "waiting", "unposted", "held"] as const),
];

/** The writes of costs that come after their note. */
export const LATE_COST_FLOWS: readonly Flow[] = [
  {
    says: "a cost comes later to a note in stock",
    write: add,
    changes: ["made of", "product", "stats", "stock", "stock at", "posted"],
    asks: ["counts", "products", ...SAME],
  },
  {
    says: "a cost that came later is taken back",
    first: add,
    async write({ send, rows }) {
      const [cost] = await rows("select posting from late_costs");
      return send("POST", `${path}/${cost?.posting}/reverse`, { json: { reason: "engano" } });
    },
    changes: ["made of", "product", "stats", "stock", "stock at", "posted"],
    asks: ["counts", "products", ...SAME],
  },
];
