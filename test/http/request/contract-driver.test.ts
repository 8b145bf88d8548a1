import { expect, test } from "bun:test";
import fc from "fast-check";
import { ROLES } from "../../../src/accounts/roles.ts";
import { answerOf, type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { requests, type SentRequest } from "../../support/http/invalid-requests.ts";
import { mismatch, type Schema } from "../../support/http/json-schema.ts";
import { STORED_NOTE } from "../../support/http/valid-requests.ts";

const RUNS = FULL ? 20_000 : 300;

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

/** Says what of an answer is not in the contract; null: all of it is, or the contract has no such path. */
type Judge = (
  request: SentRequest,
  answer: { status: number; body: unknown; type: string },
) => string | null;

async function judgeOf({ send }: TestApp): Promise<Judge> {
  const { body: document } = await send("GET", "/openapi.json", { as: "anonymous" });
  const paths: Record<
    string,
    Record<string, { responses: Record<string, Response> }>
  > = document.paths;
  const operations = Object.entries(paths).map(([path, methods]) => ({
    // A path without parameters stands before one that would match it too.
    order: path.includes("{") ? 1 : 0,
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`),
    methods,
  }));
  operations.sort((a, b) => a.order - b.order);
  return ({ method, path }, { status, body, type }) => {
    const [plain = ""] = path.split("?");
    const operation = operations.find(({ pattern }) => pattern.test(plain))?.methods[
      method.toLowerCase()
    ];
    if (operation === undefined) return null;
    const found = operation.responses[status] ?? operation.responses.default;
    if (found === undefined) return `${status} is not in the contract`;
    const response: Response =
      found.$ref === undefined
        ? found
        : document.components.responses[found.$ref.replace("#/components/responses/", "")];
    const schema = response.content?.[type]?.schema;
    if (!type.includes("json")) return null;
    return schema === undefined
      ? `${status} as ${type} is not in the contract`
      : mismatch(schema, body, document.components.schemas);
  };
}

test(
  `${RUNS} requests, whole and broken, as each role and of two companies get answers that the contract describes`,
  () =>
    withApp(async (service) => {
      await service.upload(STORED_NOTE.xml, "?approve=true");
      const judge = await judgeOf(service);
      const callers = fc.constantFrom(...ROLES, "ADMIN" as const, "otherCompany" as const);
      const seen = new Set<number>();
      await fc.assert(
        fc.asyncProperty(requests, callers, async (request, caller) => {
          const { method, path, headers, body } = request;
          const given = new Headers({ authorization: `Bearer ${service.tokenOf(caller)}` });
          for (const [name, value] of headers) given.set(name, value);
          const init = body === null ? {} : { body };
          const answer = await answerOf(
            await service.app.request(path, { method, headers: given, ...init }),
          );
          seen.add(answer.status);
          const [type = ""] = (answer.headers.get("content-type") ?? "").split(";");
          const wrong =
            method === "HEAD"
              ? null
              : judge(request, { status: answer.status, body: answer.body, type });
          if (wrong !== null || answer.status === 500)
            throw new Error(`${method} ${path}: ${answer.status} ${wrong}`);
        }),
        { seed: 20261128, numRuns: RUNS },
      );
      for (const status of [200, 403, 404, 422]) expect([...seen]).toContain(status);
    }),
  FULL ? 900_000 : 120_000,
);
