import { expect, test } from "bun:test";
import fc from "fast-check";
import { verifyNotes } from "../../../src/ingest/note/verify-notes.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent, syntheticEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";

const NOTES = [1, 2, 3].map((seed) =>
  syntheticNote({
    seed: 700 + seed,
    ...(seed === 3 ? { emit: COMPANY, dest: supplier } : { emit: supplier }),
    items: [{ ...screw, vUnCom: `${seed}.00` }],
  }),
);
const lossOf = (accessKey: string) =>
  lossEvent(accessKey, [{ nItem: 1, quantity: "4", unit: screw.uCom }]);
const REASON = { json: { reason: "engano" } };

type Act = (service: TestApp, note: (typeof NOTES)[number]) => Promise<unknown>;
const post =
  (action: string, options = {}): Act =>
  ({ send }, { accessKey }) =>
    send("POST", `/api/nfes/${accessKey}/${action}`, options);

const ACTS: Readonly<Record<string, Act>> = {
  send: ({ upload }, { xml }) => upload(xml),
  sendApproved: ({ upload }, { xml }) => upload(xml, "?approve=true"),
  approve: post("process"),
  reverse: post("reverse", REASON),
  discard: post("discard", REASON),
  restore: post("restore"),
  cancel: ({ upload }, { accessKey }) => upload(cancellationEvent(accessKey)),
  cancelAgain: ({ upload }, { accessKey }) => upload(cancellationEvent(accessKey, { sequence: 2 })),
  lose: ({ upload }, { accessKey }) => upload(lossOf(accessKey)),
  undoLoss: ({ upload }, { accessKey }) =>
    upload(undoEvent(accessKey, "112130", lossOf(accessKey))),
  approveLost: post("process", { json: { override: ["goods_lost"] } }),
  allowLost: ({ send }) =>
    send("PATCH", "/api/company", { json: { overridable_holds: ["goods_lost"] } }),
  refuse: ({ upload }, { accessKey }) =>
    upload(syntheticEvent(accessKey, { type: "210220", author: COMPANY.cnpj })),
  exit: ({ send }) =>
    send("POST", "/api/movements", {
      json: { product_code: screw.cProd, type: "SAIDA", quantity: 3 },
    }),
  forbidNegative: ({ send }) => send("PATCH", "/api/company", { json: { allow_negative: false } }),
  withdraw: async (service, { accessKey }) => {
    const [event] = await service.rows(
      "select registration from nfe_events where access_key = ?1 and withdrawn_at is null order by type, sequence",
      [accessKey],
    );
    const path = `events/${event?.registration ?? "none"}/withdraw`;
    return post(path, REASON)(service, { accessKey, xml: "" });
  },
};

/** One to three acts that are sent at once. */
const step = fc.array(
  fc.tuple(fc.constantFrom(...Object.keys(ACTS)), fc.constantFrom(...NOTES.keys())),
  { minLength: 1, maxLength: 3 },
);

/** What contradicts itself: status, hold, events and movements of each note. */
async function contradictions({ rows }: TestApp): Promise<unknown[]> {
  return rows(
    `select * from (
      select status,
        exists (select 1 from json_each(n.holds) where value ->> 'code' = 'cancelled') as held,
        exists (select 1 from nfe_events e where e.access_key = n.access_key and e.type = '110111' and e.withdrawn_at is null) as cancelled,
        (select coalesce(sum(abs(s.q)), 0) from (select sum(quantity_e4) as q from movements m
          where m.origin_ref like n.access_key || '#%' group by product) s) as moved,
        direction = 'entry' and exists (select 1 from nfe_events e where e.access_key = n.access_key and e.type = '112130'
          and e.withdrawn_at is null) and not exists (select 1 from nfe_events e where e.access_key = n.access_key
          and e.type = '110001' and e.withdrawn_at is null) as lost
      from notes n)
    where held <> cancelled or (cancelled and status not in ('CANCELADA', 'DESCARTADA'))
      or (status = 'CANCELADA' and not cancelled) or moved <> iif(status = 'PROCESSADA', 100000 - 40000 * lost, 0)`,
  );
}

test(
  "status, hold, events and movements agree after any history of approvals, reversals, losses and cancellations",
  () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), (steps) =>
        withApp(async (service) => {
          for (const acts of steps)
            await Promise.all(
              acts.map(([name, n]) =>
                ACTS[name]?.(service, NOTES[n] ?? NOTES[0] ?? { accessKey: "", xml: "" }),
              ),
            );
          expect(await contradictions(service)).toEqual([]);
          expect((await verifyNotes(service.ports, 1, 0)).flaws).toEqual([]);
          expect(await reconcileAll(service.ports, 1)).toEqual([]);
        }),
      ),
      { seed: 20261128, numRuns: FULL ? 2_000 : 8 },
    ),
  FULL ? 600_000 : 60_000,
);
