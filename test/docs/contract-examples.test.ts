import { expect, test } from "bun:test";
import { withApp } from "../support/app.ts";
import { mismatch, type Schema } from "../support/http/json-schema.ts";

interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, Content>> }>
  >;
}

/** The service of the tests has no mailbox and no mail, and a session is a browser's: such routes have no answer to show. */
const MOST_UNANSWERED = 25;

test("each example of the contract has the shape of its schema, and every JSON body has one", () =>
  withApp(async ({ send }) => {
    const { paths, components } = (await send("GET", "/openapi.json")).body;
    const operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, one]) => [`${method.toUpperCase()} ${path}`, one] as const,
      ),
    );
    const without: string[] = [];
    for (const [route, { requestBody, responses }] of operations) {
      const [, success] =
        Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
      for (const [what, content] of [
        ["request", requestBody?.content],
        ["answer", success?.content],
      ] as const) {
        const json = content?.["application/json"];
        if (json === undefined) continue;
        if (json.example === undefined) without.push(`${what} of ${route}`);
        else
          expect([route, what, mismatch(json.schema, json.example, components.schemas)]).toEqual([
            route,
            what,
            null,
          ]);
      }
    }
    // `bun test/docs/contract-examples.ts` makes them again.
    expect(without.filter((one) => one.startsWith("request"))).toEqual([]);
    expect(without.length).toBeLessThanOrEqual(MOST_UNANSWERED);
  }));

test("the examples of the contract show no secret", async () => {
  const text = await Bun.file("src/http/contract/examples.json").text();
  expect(text.match(/sge_[a-z0-9]{4}|whsec_[A-Za-z0-9+]{4}|eyJ[\w-]+\.[\w-]+/g)).toBeNull();
});
