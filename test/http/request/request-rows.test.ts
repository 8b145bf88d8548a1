import { expect, test } from "bun:test";
import { withApp } from "../../support/app.ts";
import { VALID_REQUESTS } from "../../support/http/valid-requests.ts";

/** Routes that cannot be asked beside the others: their answer does not end, or ends what the others are asked with. */
const ALONE = [
  "GET /api/notifications/stream",
  "GET /metrics",
  "POST /api/logout",
  "POST /api/profile/cpu",
  "POST /api/profile/heap",
];
/** A request that waits for an event would wait for ever: the clock of a test stands still. */
const LEFT_OUT = ["GET /api/events: wait"];

test("every route of the contract has a row of valid requests with each parameter of its query", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    const without: string[] = [];
    const missing: string[] = [];
    for (const [path, methods] of Object.entries<Record<string, Operation>>(body.paths))
      for (const [method, { parameters = [] }] of Object.entries(methods)) {
        const route = `${method.toUpperCase()} ${path}`;
        const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
        const rows = VALID_REQUESTS.filter(
          (one) => one.method === method.toUpperCase() && pattern.test(one.path),
        );
        if (rows.length === 0) without.push(route);
        const known = rows.flatMap(({ query }) => query);
        for (const { name, in: place } of rows.length === 0 ? [] : parameters)
          if (place === "query" && !known.includes(name)) missing.push(`${route}: ${name}`);
      }
    expect(without.sort()).toEqual(ALONE);
    expect(missing).toEqual(LEFT_OUT);
  }));

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
}
