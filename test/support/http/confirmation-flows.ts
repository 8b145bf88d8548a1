import type { TestApp } from "../app.ts";
import { assistantOf } from "./assistant.ts";
import type { Flow } from "./write-flows.ts";

const ask = async (service: TestApp) => {
  const { call } = await assistantOf(service);
  const order = { product_code: "P1", type: "ENTRADA", quantity: 1 };
  const { refused } = await call("record_movement", order);
  return { status: refused ? 400 : 200 };
};
const pathOf = async ({ rows }: TestApp) => {
  const [row] = await rows("select id from confirmations");
  return `/api/confirmations/${row?.id}`;
};

/** The writes of confirmations; one that is confirmed changes what its write changes. */
export const CONFIRMATION_FLOWS: readonly Flow[] = [
  { says: "an assistant asks for a movement", write: ask, changes: [] },
  {
    says: "a person refuses what an assistant asks for",
    first: ask,
    write: async (service) => service.send("DELETE", await pathOf(service)),
    status: 204,
    changes: [],
  },
];
