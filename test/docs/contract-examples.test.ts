import { expect, test } from "bun:test";
import { withApp } from "../support/app.ts";
import { mismatch, type Schema } from "../support/http/json-schema.ts";
import { examples, renewed } from "./contract-examples.ts";

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

/** Routes whose answer the service of the tests cannot give: none. */
const UNANSWERED: readonly string[] = [];

test("every JSON body and every JSON answer of the contract has an example of the shape of its schema", () =>
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
    expect(without).toEqual([...UNANSWERED]);
  }));

test("the examples of the contract are what the service answers now", async () => {
  const stored: unknown = await Bun.file("src/http/contract/examples.json").json();
  // `bun test/docs/contract-examples.ts` makes them again.
  expect(JSON.parse(renewed(await examples(), stored))).toEqual(stored);
}, 20_000);

test("the examples of the contract show no secret", async () => {
  const text = await Bun.file("src/http/contract/examples.json").text();
  expect(text.match(/sge_[a-z0-9]{4}|whsec_[A-Za-z0-9+]{4}|eyJ[\w-]+\.[\w-]+/g)).toBeNull();
});
