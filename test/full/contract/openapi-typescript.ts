// Against a server: what a program has from the types of openapi-typescript. test/full/contract.test.ts generates, checks and runs it.
import createClient from "openapi-fetch";
import type { components, paths } from "./dist/openapi-typescript.ts";

declare const process: { env: Record<string, string | undefined> };
const { SGE_URL = "", SGE_TOKEN = "" } = process.env;
const sge = createClient<paths>({
  baseUrl: SGE_URL,
  headers: { authorization: `Bearer ${SGE_TOKEN}` },
});

type Event = components["schemas"]["Event"];

/** The last balance of each product that an event has moved. */
function balancesOf(event: Event): [string, number][] {
  switch (event.type) {
    case "movement.created":
    case "nfe.processed": {
      const { movements } = event.payload;
      return movements.map(({ product_code, balance }) => [product_code, balance]);
    }
    case "nfe.held_long": {
      const days: number = event.payload.days;
      // @ts-expect-error an event has the members of its type alone
      void event.payload.movements;
      return days > 0 ? [] : [];
    }
    default:
      return [];
  }
}

/** A decimal goes as a text, so that no program's number rounds it. */
const made = await sge.POST("/api/movements", {
  params: { header: { "idempotency-key": "openapi-typescript-1" } },
  body: { product_code: "P1", type: "SAIDA", quantity: "0.0003" },
});
if (made.error !== undefined) throw new Error(made.error.code);
const refused = await sge.POST("/api/movements", {
  body: { product_code: "P1", type: "SAIDA", quantity: "999999" },
});
if (refused.error === undefined) throw new Error("an exit of goods that are not there");
const code: "stock.insufficient" | null =
  refused.error.code === "stock.insufficient" ? refused.error.code : null;
// @ts-expect-error a code that the service does not have
if (refused.error.code === "stock.unheard_of") throw new Error("unheard of");

const feed = await sge.GET("/api/events", { params: { query: { limit: 500 } } });
const balances = (feed.data?.data ?? []).flatMap(balancesOf);
console.log(JSON.stringify([code, refused.error.balance, balances.at(-1)]));
