import { expect, test } from "bun:test";
import fc from "fast-check";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { type Answer, answerOf, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { requests, type SentRequest } from "../../support/http/invalid-requests.ts";
import { complaint } from "../../support/http/problem-of.ts";
import { STORED_NOTE } from "../../support/http/valid-requests.ts";

const RUNS = FULL ? 20_000 : 400;

test(
  `${RUNS} corrupted requests never give a 500, and every error is a problem document`,
  () =>
    withApp(async (service) => {
      const item = { product_code: "P1", type: "ENTRADA", quantity: 1 };
      await service.upload(STORED_NOTE.xml);
      const seen = new Map<number, number>();
      const ask = async ({ method, path, headers, body }: SentRequest): Promise<Answer> => {
        const given = new Headers({ authorization: `Bearer ${service.tokenOf("ADMIN")}` });
        for (const [name, value] of headers) given.set(name, value);
        const init = body === null ? {} : { body };
        return answerOf(await service.app.request(path, { method, headers: given, ...init }));
      };
      await fc.assert(
        fc.asyncProperty(requests, async (request) => {
          const answer = await ask(request);
          seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
          const wrong = request.method === "HEAD" ? null : complaint(answer);
          if (wrong !== null) throw new Error(`${request.method} ${request.path}: ${wrong}`);
        }),
        { seed: 20261125, numRuns: RUNS },
      );
      // The requests reach accepted answers and each kind of refusal.
      for (const status of [200, 400, 401, 404, 405, 415, 422])
        expect([...seen.keys()]).toContain(status);
      expect((await service.send("POST", "/api/movements", { json: item })).status).toBeOneOf([
        201, 404,
      ]);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
      expect(service.ports.logged.filter(({ event }) => event === "request.crashed")).toEqual([]);
    }),
  120_000,
);
