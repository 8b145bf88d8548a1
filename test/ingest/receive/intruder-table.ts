import { expect, test } from "bun:test";
import { changeTaxProfile } from "../../../src/accounts/settings/change-tax-profile.ts";
import { applySettings } from "../../../src/accounts/settings/settings.ts";
import { TAX_PRESETS } from "../../../src/accounts/settings/tax-presets.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Answer, type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";
import { supplier } from "../../support/notes/purchase.ts";

/** What the tests of intruders do to one note, and what may come between. */

export const screw = { cProd: "001", xProd: "PARAFUSO", uCom: "CX", qCom: "10", vUnCom: "2.00" };
const parts = { seed: 1, emit: supplier, items: [screw] };
export const whole = syntheticNote(parts);
export const bare = syntheticNote({ ...parts, root: "NFe" });
const denied = syntheticNote({ ...parts, protocol: { cStat: "110" } });
export const path = `/api/nfes/${whole.accessKey}`;
export const cause = {
  actor: { company: 1, userId: 11, role: "ADMIN" },
  requestId: "t",
  peer: null,
} as const;
const override = { json: { override: ["no_protocol"] } };

export type Act = (service: TestApp) => Promise<Answer | unknown>;

export const approve: Act = ({ send }) => send("POST", `${path}/process`);
export const approveBare: Act = ({ send }) => send("POST", `${path}/process`, override);
export const discard: Act = ({ send }) =>
  send("POST", `${path}/discard`, { json: { reason: "outra" } });
export const restore: Act = ({ send }) => send("POST", `${path}/restore`);
export const cancel: Act = ({ upload }) => upload(cancellationEvent(whole.accessKey));
const LOST = [{ nItem: 1, quantity: "2.0000", unit: "CX" }];
export const lose: Act = ({ upload }) => upload(lossEvent(whole.accessKey, LOST));
export const undoLoss: Act = ({ upload }) =>
  upload(undoEvent(whole.accessKey, "112130", lossEvent(whole.accessKey, LOST)));
export const withdrawLoss: Act = async ({ send, rows }) => {
  const [event] = await rows("select registration from nfe_events where type = '112130'");
  return send("POST", `${path}/events/${event?.registration}/withdraw`, {
    json: { reason: "falso" },
  });
};
export const reverseNote: Act = ({ send }) =>
  send("POST", `${path}/reverse`, { json: { reason: "engano" } });
export const approveLost: Act = ({ send }) =>
  send("POST", `${path}/process`, { json: { override: ["goods_lost"] } });
/** The company lets a manager approve a note in spite of a loss. */
export const lossOverridable: Act = ({ ports }) =>
  applySettings(ports, { overridableHolds: ["no_protocol", "goods_lost"] }, cause);
export const complete: Act = ({ upload }) => upload(whole.xml);
export const completeDenied: Act = ({ upload }) => upload(denied.xml);
/** Only the settings: as if the process had stopped before it judged the waiting notes again. */
export const homologation: Act = ({ ports }) =>
  applySettings(ports, { environment: "homologation" }, cause);
export const noOverrides: Act = ({ ports }) =>
  applySettings(ports, { overridableHolds: [] }, cause);
export const taxProfile: Act = ({ ports }) =>
  changeTaxProfile(ports, TAX_PRESETS.real_trade, 0, cause);
export const boxOfTwelve: Act = ({ send }) =>
  send("PUT", "/api/supplier-items", {
    json: {
      supplier_cnpj: supplier?.cnpj,
      code: "001",
      unit: "CX",
      product_code: "BASE",
      factor: 12,
    },
  });

/** A product BASE with 5 in stock, from another note of the supplier. */
export const withBase: Act = ({ upload }) =>
  upload(
    syntheticNote({
      seed: 99,
      emit: supplier,
      items: [{ ...screw, cProd: "BASE", uCom: "UN", qCom: "5" }],
    }).xml,
    "?approve=true",
  );

/** What is left when all is over. */
export interface State {
  readonly status: string | null;
  readonly holds: readonly string[];
  /** Sum of the note's movements, 1/10⁴, and in how many postings. */
  readonly moved: number;
  readonly postings: number;
  /** The recipient's statements about the note: type, sequence, state. */
  readonly statements: readonly string[];
  /** Calls to the distribution, and notes that wait to be asked for there. */
  readonly calls: number;
  readonly asks: number;
}

async function stateOf({ rows }: TestApp): Promise<State> {
  const [note] = await rows("select status, holds from notes where access_key = ?1", [
    whole.accessKey,
  ]);
  const [ledger] = await rows(
    "select coalesce(sum(quantity_e4), 0) as moved, count(distinct posting) as postings from movements where reference = ?1",
    [whole.accessKey],
  );
  const statements = await rows(
    "select concat_ws(' ', type, sequence, state) as one from sefaz_statements where access_key = ?1 order by id",
    [whole.accessKey],
  );
  const [fetched] = await rows(
    "select (select count(*) from sefaz_calls) as calls, (select count(*) from sefaz_asks where state = 'waiting') as asks",
  );
  return {
    status: note === undefined ? null : String(note.status),
    holds:
      note === undefined
        ? []
        : JSON.parse(String(note.holds)).map(({ code }: { code: string }) => code),
    moved: Number(ledger?.moved),
    postings: Number(ledger?.postings),
    statements: statements.map(({ one }) => String(one)),
    calls: Number(fetched?.calls),
    asks: Number(fetched?.asks),
  };
}

export type Row = readonly [
  flow: string,
  intruder: string,
  before: readonly Act[],
  act: Act,
  intrude: Act,
  answer: Record<string, unknown>,
  left: Partial<State>,
  /** Batches of the flow that come before the one that is meant: a completion first tries to register its note. */
  skip?: number,
];

export const NOTHING = { moved: 0, postings: 0 };
export const ONCE = { moved: 100_000, postings: 1 };
export const problem = (status: number, code: string, more: object = {}) => ({
  status,
  body: { code, ...more },
});
export const held = (code: string) => problem(409, "nfe.held", { holds: [{ code }] });
export const up =
  (xml: string, query = ""): Act =>
  ({ upload }) =>
    upload(xml, query);
export const registered = [up(whole.xml)];
export const bareRegistered = [up(bare.xml)];

/** One test for each row: the intruder writes between what the flow has read and its batch. */
export function testInterleavings(rows: readonly Row[]): void {
  for (const [flow, intruder, before, act, intrude, answer, left, skip = 0] of rows)
    test(`${flow} meets ${intruder}: the answer and what is left agree`, () =>
      withApp(async (service) => {
        await applySettings(service.ports, { overridableHolds: ["no_protocol"] }, cause);
        for (const step of before) await step(service);
        let came = false;
        const interfere = async () => {
          came = true;
          await intrude(service);
        };
        beforeNextCommit(service.ports, interfere, skip);
        const given = await act(service);
        expect(came).toBe(true);
        expect(given).toMatchObject(answer);
        expect(await stateOf(service)).toMatchObject(left);
        expect(await reconcileAll(service.ports, 1)).toEqual([]);
      }));
}
