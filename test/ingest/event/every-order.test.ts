import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import {
  cancellationEvent,
  correctionLetter,
  syntheticEvent,
} from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { testInFull } from "../../support/full.ts";
import { orders, stateOf } from "../../support/notes/every-order.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";

type Documents = Readonly<Record<string, string>>;

/** A note of its own for each order, and all that is said about it, by name. */
function documentsOf(seed: number): { key: string; documents: Documents } {
  const { accessKey: key, xml } = syntheticNote({ seed, emit: supplier, items: [screw] });
  const by = { author: COMPANY.cnpj };
  return {
    key,
    documents: {
      note: xml,
      cancellation: cancellationEvent(key),
      second: cancellationEvent(key, { sequence: 2, at: "2026-11-12T15:00:00-03:00" }),
      letter: correctionLetter(key),
      unknown: syntheticEvent(key, { type: "210220", ...by }),
      confirmed: syntheticEvent(key, { type: "210200", at: "2026-11-13T14:00:00-03:00", ...by }),
      notDone: syntheticEvent(key, { type: "210240", at: "2026-11-14T14:00:00-03:00", ...by }),
    },
  };
}

/** Sends the documents in each of these orders, and gives the order and the state where it is not that of the first. */
async function ends(names: readonly string[], query: string, chosen: (n: number) => boolean) {
  const found: { order: string[]; state: unknown }[] = [];
  let first: Awaited<ReturnType<typeof stateOf>> | undefined;
  await withApp(async (service) => {
    for (const [n, order] of orders(names).entries()) {
      if (!chosen(n)) continue;
      const { key, documents } = documentsOf(1000 + n);
      for (const name of order)
        expect((await service.upload(documents[name] ?? "", query)).status).toBe(200);
      const state = await stateOf(service, key);
      first ??= state;
      if (JSON.stringify(state) !== JSON.stringify(first)) found.push({ order, state });
    }
    expect(
      await service.rows("select 1 from balances where quantity_e4 <> 0 or value_e2 <> 0"),
    ).toEqual([]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  });
  return { first, found };
}

const SETS: readonly (readonly string[])[] = [
  ["note", "cancellation", "unknown", "confirmed"],
  ["note", "cancellation", "second", "letter"],
  ["note", "cancellation", "confirmed", "notDone"],
];

for (const query of ["", "?approve=true"])
  for (const names of SETS)
    test(`every order of ${names.join(", ")} ends in the same state${query && ", approved at once"}`, async () => {
      const { first, found } = await ends(names, query, () => true);
      expect(first?.status).toBe("CANCELADA");
      expect(first?.holds.map(({ code }: { code: string }) => code)).toContain("cancelled");
      expect(first?.moved).toEqual([]);
      expect(found).toEqual([]);
    });

testInFull(
  "every order of the note and all its events ends in the same state",
  async () => {
    const names = ["note", "cancellation", "second", "letter", "unknown", "confirmed"];
    for (const query of ["", "?approve=true"])
      expect((await ends(names, query, () => true)).found).toEqual([]);
  },
  300_000,
);

test("a note, its cancellations and its statements sent at once end as they do one by one", () =>
  withApp(async (service) => {
    const names = ["note", "cancellation", "second", "unknown", "confirmed"];
    /** As a client does: what was overtaken too often (503) is sent again. */
    const send = async (xml: string): Promise<number> => {
      const { status } = await service.upload(xml, "?approve=true");
      return status === 503 ? send(xml) : status;
    };
    const one = documentsOf(4999);
    for (const name of names) await send(one.documents[name] ?? "");
    const wanted = await stateOf(service, one.key);
    const sets = Array.from({ length: 12 }, (_, n) => documentsOf(5000 + n));
    const sent = sets.flatMap(({ documents }, n) =>
      names.map((_, i) => documents[names[(i + n) % names.length] ?? ""] ?? ""),
    );
    expect(new Set(await Promise.all(sent.map(send)))).toEqual(new Set([200]));
    for (const { key } of sets) expect(await stateOf(service, key)).toEqual(wanted);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));
