import { expect, test } from "bun:test";
import { preparedDatabase, type TestApp, testApp, withApp } from "../../support/app.ts";
import { ACCOUNT_FLOWS } from "../../support/http/account-flows.ts";
import { CATALOG_FLOWS } from "../../support/http/catalog-flows.ts";
import { CONFIRMATION_FLOWS } from "../../support/http/confirmation-flows.ts";
import { COUNT_FLOWS } from "../../support/http/count-flows.ts";
import { LATE_COST_FLOWS } from "../../support/http/late-cost-flows.ts";
import { LOSS_FLOWS } from "../../support/http/loss-flows.ts";
import { SUPPLIER_FLOWS } from "../../support/http/supplier-flows.ts";
import { TAX_OFFICE_FLOWS } from "../../support/http/tax-office-flows.ts";
import {
  FLOWS,
  HELD_AT_FIRST,
  NAMES,
  POSTED,
  READS,
  type Read,
  WAITING,
} from "../../support/http/write-flows.ts";

interface Seen {
  etag: string;
  how: string;
  text: string;
}

/** The reads, as the service answers them now. */
async function seen(
  send: TestApp["send"],
  names: readonly Read[] = NAMES,
): Promise<Map<Read, Seen>> {
  const all = new Map<Read, Seen>();
  for (const name of names) {
    const { status, headers, text } = await send("GET", READS[name], { as: "VISUALIZADOR" });
    expect([name, status]).toEqual([name, 200]);
    all.set(name, { etag: headers.get("etag") ?? "", how: headers.get("x-cache") ?? "", text });
  }
  return all;
}

/** The same, computed each time. */
async function computed(
  { ports, send }: TestApp,
  names: readonly Read[],
): Promise<Map<Read, Seen>> {
  const { CACHE_ENTRIES } = ports.config;
  ports.config.CACHE_ENTRIES = 0;
  try {
    return await seen(send, names);
  } finally {
    ports.config.CACHE_ENTRIES = CACHE_ENTRIES;
  }
}

/** What is missing, and the notes held for long, are counted over all notes: asked again with their list, and mostly as they were. */
const withReport = (names: readonly Read[]): readonly Read[] =>
  names.includes("waiting") ? [...names, "missing", "stats"] : names;

/** The report of movements is made of what their list shows, a line of the stock of what its product does. */
const MADE_OF: Partial<Record<Read, Read>> = { report: "movements", "stock of P1": "product" };
const inOrder = (names: readonly Read[]) =>
  NAMES.filter((name) => names.includes(name) || names.includes(MADE_OF[name] ?? name));

let prepared: Promise<Uint8Array> | undefined;
const threeNotes = () => {
  prepared ??= preparedDatabase(async ({ upload }) => {
    await upload(POSTED.xml, "?approve=true");
    await upload(WAITING.xml);
    await upload(HELD_AT_FIRST.xml);
  });
  return prepared;
};

for (const { says, write, first, status = 200, changes, asks = [] } of [
  ...FLOWS,
  ...ACCOUNT_FLOWS,
  ...CONFIRMATION_FLOWS,
  ...SUPPLIER_FLOWS,
  ...COUNT_FLOWS,
  ...LATE_COST_FLOWS,
  ...LOSS_FLOWS,
  ...CATALOG_FLOWS,
  ...TAX_OFFICE_FLOWS,
])
  test(`${says}: ${changes.length === 0 ? "no cached read changes" : "only the reads that show it change"}`, async () => {
    const service = await testApp({}, await threeNotes());
    try {
      await first?.(service);
      const before = await seen(service.send);
      service.ports.clock.advance(60_000);
      expect((await write(service)).status).toBe(status);
      const after = await seen(service.send);
      // What was not remembered was computed just now.
      const remembered = NAMES.filter((name) => after.get(name)?.how !== "MISS");
      const right = await computed(service, remembered);
      for (const name of remembered)
        expect([name, after.get(name)?.text]).toEqual([name, right.get(name)?.text]);
      const changed = NAMES.filter((name) => after.get(name)?.etag !== before.get(name)?.etag);
      expect(changed).toEqual(inOrder(changes));
      const asked = NAMES.filter((name) => after.get(name)?.how === "MISS");
      expect(asked).toEqual(inOrder(withReport([...changes, ...asks])));
    } finally {
      await service.close();
    }
  });

test("these flows are compared with every cached read", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json");
    const cached = Object.keys(body.paths)
      .filter((path) => body.paths[path].get?.responses[304])
      // A file is not remembered: it never changes.
      .filter((path) => path !== "/api/exports/{id}/file")
      // A paper is kept under what it is made of, not under tags (test/http/routes/note-paper.test.ts).
      .filter((path) => !/\/danfe(?:\.pdf)?$/.test(path));
    const pattern = (path: string) =>
      path
        .replace(/\?.*/, "")
        .replace(/[0-9]{44}$/, "{access_key}")
        .replace(/\/P1$/, "/{code}");
    expect(cached.sort()).toEqual([...new Set(Object.values(READS).map(pattern))].sort());
  }));
