import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { drive } from "../../support/http/drive-world.ts";
import { utf8 } from "../../support/http/valid-requests.ts";

const RUNS = FULL ? 20_000 : 300;
const notes = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => syntheticNote({ seed: from + n, items: 2 }).xml);

test(
  `${RUNS} requests of the schemas, as each role of two companies, get answers of the contract and own rows alone`,
  () =>
    withApp(
      async (service) => {
        const zip = await zipOf([{ name: "a.xml", bytes: utf8(notes(50, 1)[0] ?? "") }]);
        const documents = { first: notes(10, 6), second: notes(90, 1), zip };
        const { accepted, operations, statuses } = await drive(
          async (as, method, path, { headers, body }) =>
            service.raw(method, path, {
              as,
              headers: { ...headers },
              ...(body === undefined ? {} : { body }),
            }),
          documents,
          RUNS,
          20_261_133,
        );
        const share = accepted.size / operations.length;
        // The others need what another request has made in the right state.
        expect(share).toBeGreaterThan(FULL ? 0.75 : 0.25);
        for (const status of [200, 201, 204, 400, 403, 404, 409, 422])
          expect([...statuses]).toContain(status);
      },
      { outgoing: { post: async () => ({ fault: "unreachable" }) } },
    ),
  FULL ? 1_200_000 : 120_000,
);
