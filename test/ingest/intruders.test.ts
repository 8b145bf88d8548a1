import { expect, test } from "bun:test";
import { applySettings } from "../../src/accounts/settings.ts";
import { cancellationEvent } from "../../src/demo/events.ts";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS } from "../../src/demo/trade.ts";
import { reconcileAll } from "../../src/stock/reconcile.ts";
import { beforeNextCommit } from "../support/intrude.ts";
import { type Answer, type Service, withService } from "../support/service.ts";

/**
 * Each write flow against each write that may come between what the flow has read and its batch, one deterministic run for
 * each pair. A guard that is dropped from a statement makes at least one of them fail.
 */

const [supplier] = SUPPLIERS;
const screw = { cProd: "001", xProd: "PARAFUSO", uCom: "CX", qCom: "10", vUnCom: "2.00" };
const parts = { seed: 1, emit: supplier, items: [screw] };
const whole = syntheticNote(parts);
const bare = syntheticNote({ ...parts, root: "NFe" });
const denied = syntheticNote({ ...parts, protocol: { cStat: "110" } });
const path = `/api/nfes/${whole.accessKey}`;
const cause = {
  actor: { company: 1, userId: 11, role: "ADMIN" },
  requestId: "t",
  peer: null,
} as const;
const override = { json: { override: ["no_protocol"] } };

type Act = (service: Service) => Promise<Answer | unknown>;

const approve: Act = ({ send }) => send("POST", `${path}/process`);
const approveBare: Act = ({ send }) => send("POST", `${path}/process`, override);
const discard: Act = ({ send }) => send("POST", `${path}/discard`, { json: { reason: "outra" } });
const restore: Act = ({ send }) => send("POST", `${path}/restore`);
const cancel: Act = ({ upload }) => upload(cancellationEvent(whole.accessKey));
const complete: Act = ({ upload }) => upload(whole.xml);
const completeDenied: Act = ({ upload }) => upload(denied.xml);
/** Only the settings: as if whoever changed them had died before the notes that wait were judged again. */
const homologation: Act = ({ ports }) =>
  applySettings(ports, { environment: "homologation" }, cause);
const noOverrides: Act = ({ ports }) => applySettings(ports, { overridableHolds: [] }, cause);
const boxOfTwelve: Act = ({ send }) =>
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
const withBase: Act = ({ upload }) =>
  upload(
    syntheticNote({
      seed: 99,
      emit: supplier,
      items: [{ ...screw, cProd: "BASE", uCom: "UN", qCom: "5" }],
    }).xml,
    "?approve=true",
  );

/** What is left when all is over. */
interface State {
  readonly status: string | null;
  readonly holds: readonly string[];
  /** Sum of the note's movements, 1/10⁴, and in how many postings. */
  readonly moved: number;
  readonly postings: number;
}

async function stateOf({ rows }: Service): Promise<State> {
  const [note] = await rows("select status, holds from notes where access_key = ?1", [
    whole.accessKey,
  ]);
  const [ledger] = await rows(
    "select coalesce(sum(quantity_e4), 0) as moved, count(distinct posting) as postings from movements where reference = ?1",
    [whole.accessKey],
  );
  return {
    status: note === undefined ? null : String(note.status),
    holds:
      note === undefined
        ? []
        : JSON.parse(String(note.holds)).map(({ code }: { code: string }) => code),
    moved: Number(ledger?.moved),
    postings: Number(ledger?.postings),
  };
}

type Row = readonly [
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

const NOTHING = { moved: 0, postings: 0 };
const ONCE = { moved: 100_000, postings: 1 };
const problem = (status: number, code: string, more: object = {}) => ({
  status,
  body: { code, ...more },
});
const held = (code: string) => problem(409, "nfe.held", { holds: [{ code }] });
const up =
  (xml: string, query = ""): Act =>
  ({ upload }) =>
    upload(xml, query);
const registered = [up(whole.xml)];
const bareRegistered = [up(bare.xml)];

const APPROVALS: readonly Row[] = [
  [
    "approval",
    "a cancellation",
    registered,
    approve,
    cancel,
    held("cancelled"),
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "approval",
    "a change of settings",
    registered,
    approve,
    homologation,
    held("homologation"),
    { status: "PENDENTE", holds: ["homologation"], ...NOTHING },
  ],
  [
    "approval",
    "a discard",
    registered,
    approve,
    discard,
    problem(409, "nfe.final", { status: 409 }),
    { status: "DESCARTADA", ...NOTHING },
  ],
  [
    "approval",
    "another approval",
    registered,
    approve,
    approve,
    { status: 200, body: { already_processed: true } },
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "approval",
    "a supplier item's new factor",
    [withBase, ...registered],
    approve,
    boxOfTwelve,
    { status: 200 },
    { status: "PROCESSADA", moved: 1_200_000, postings: 1 },
  ],
  [
    "approval against a hold",
    "a protocol that denies the note",
    bareRegistered,
    approveBare,
    completeDenied,
    held("not_authorised"),
    { status: "PENDENTE", holds: ["not_authorised"], ...NOTHING },
  ],
  [
    "approval against a hold",
    "a protocol that completes the note",
    bareRegistered,
    approveBare,
    complete,
    { status: 200 },
    { status: "PROCESSADA", holds: [], ...ONCE },
  ],
  [
    "approval against a hold",
    "a setting that allows it no more",
    bareRegistered,
    approveBare,
    noOverrides,
    problem(409, "nfe.override_denied"),
    { status: "PENDENTE", ...NOTHING },
  ],
];

const corrected =
  (item: object): Act =>
  ({ send }) =>
    send("POST", `${path}/process`, { as: "GERENTE", json: { items: [{ n_item: 1, ...item }] } });

const CORRECTIONS: readonly Row[] = [
  [
    "corrected approval",
    "a cancellation",
    registered,
    corrected({ factor: 6 }),
    cancel,
    held("cancelled"),
    { status: "PENDENTE", ...NOTHING },
  ],
  [
    "corrected approval",
    "a change of settings",
    registered,
    corrected({ factor: 6 }),
    homologation,
    held("homologation"),
    { status: "PENDENTE", ...NOTHING },
  ],
  [
    "corrected approval",
    "a discard",
    registered,
    corrected({ factor: 6 }),
    discard,
    problem(409, "nfe.final"),
    { status: "DESCARTADA", ...NOTHING },
  ],
  [
    "corrected approval",
    "another approval",
    registered,
    corrected({ factor: 6 }),
    approve,
    { status: 200, body: { already_processed: true } },
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "approval that names the factor",
    "a supplier item's new factor",
    [withBase, ...registered],
    corrected({ factor: 6 }),
    boxOfTwelve,
    { status: 200 },
    { status: "PROCESSADA", moved: 600_000, postings: 1 },
  ],
  [
    "approval that names the product",
    "a supplier item's new factor",
    [withBase, ...registered],
    corrected({ product_code: "BASE" }),
    boxOfTwelve,
    { status: 200 },
    { status: "PROCESSADA", moved: 1_200_000, postings: 1 },
  ],
  [
    "approval with an effect",
    "a cancellation",
    registered,
    corrected({ effect: "none" }),
    cancel,
    held("cancelled"),
    { status: "PENDENTE", ...NOTHING },
  ],
];

const REGISTRATIONS: readonly Row[] = [
  [
    "registration",
    "a cancellation of its key",
    [],
    up(whole.xml),
    cancel,
    { status: 200, body: { holds: [{ code: "cancelled" }] } },
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "registration",
    "a change of settings",
    [],
    up(whole.xml),
    homologation,
    { status: 200, body: { holds: [{ code: "homologation" }] } },
    { status: "PENDENTE", ...NOTHING },
  ],
  [
    "registration",
    "the same note",
    [],
    up(whole.xml),
    up(whole.xml),
    problem(409, "nfe.duplicate", { differs: false }),
    { status: "PENDENTE", ...NOTHING },
  ],
  [
    "registration",
    "the same note without protocol",
    [],
    up(whole.xml),
    up(bare.xml),
    { status: 200, body: { completed: true, holds: [] } },
    { status: "PENDENTE", holds: [], ...NOTHING },
  ],
  [
    "registration with approval",
    "a cancellation of its key",
    [],
    up(whole.xml, "?approve=true"),
    cancel,
    { status: 200, body: { status: "PENDENTE" } },
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "registration with approval",
    "a change of settings",
    [],
    up(whole.xml, "?approve=true"),
    homologation,
    { status: 200, body: { status: "PENDENTE" } },
    { status: "PENDENTE", ...NOTHING },
  ],
  [
    "registration with approval",
    "the same note, approved",
    [],
    up(whole.xml, "?approve=true"),
    up(whole.xml, "?approve=true"),
    problem(409, "nfe.duplicate"),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "registration with approval",
    "a supplier item's factor",
    [withBase],
    up(whole.xml, "?approve=true"),
    boxOfTwelve,
    { status: 200, body: { status: "PROCESSADA" } },
    { status: "PROCESSADA", moved: 1_200_000, postings: 1 },
  ],
];

const COMPLETIONS: readonly Row[] = [
  [
    "completion",
    "a cancellation",
    bareRegistered,
    complete,
    cancel,
    { status: 200, body: { completed: true, holds: [{ code: "cancelled" }] } },
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
    1,
  ],
  [
    "completion",
    "a change of settings",
    bareRegistered,
    complete,
    homologation,
    { status: 200, body: { completed: true, holds: [{ code: "homologation" }] } },
    { status: "PENDENTE", holds: ["homologation"], ...NOTHING },
    1,
  ],
  [
    "completion",
    "a discard",
    bareRegistered,
    complete,
    discard,
    { status: 200, body: { completed: true, status: "DESCARTADA", holds: [] } },
    { status: "DESCARTADA", holds: [], ...NOTHING },
    1,
  ],
  [
    "completion",
    "an approval",
    bareRegistered,
    complete,
    approveBare,
    { status: 200, body: { completed: true, status: "PROCESSADA", holds: [] } },
    { status: "PROCESSADA", holds: [], ...ONCE },
    1,
  ],
  [
    "completion",
    "another completion",
    bareRegistered,
    complete,
    complete,
    problem(409, "nfe.duplicate", { differs: false }),
    { status: "PENDENTE", holds: [], ...NOTHING },
    1,
  ],
  [
    "completion by a denial",
    "an approval",
    bareRegistered,
    completeDenied,
    approveBare,
    { status: 200, body: { status: "PROCESSADA", holds: [{ code: "not_authorised" }] } },
    { status: "PROCESSADA", holds: ["not_authorised"], ...ONCE },
    1,
  ],
];

const ASIDE: readonly Row[] = [
  [
    "discard",
    "an approval",
    registered,
    discard,
    approve,
    problem(409, "nfe.final"),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "discard",
    "another discard",
    registered,
    discard,
    discard,
    { status: 200 },
    { status: "DESCARTADA", ...NOTHING },
  ],
  [
    "discard",
    "a cancellation",
    registered,
    discard,
    cancel,
    { status: 200 },
    { status: "DESCARTADA", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "discard",
    "a completion",
    bareRegistered,
    discard,
    complete,
    { status: 200 },
    { status: "DESCARTADA", holds: [], ...NOTHING },
  ],
  [
    "restoration",
    "another restoration and an approval",
    [...registered, discard],
    restore,
    async (s) => {
      await restore(s);
      await approve(s);
    },
    problem(409, "nfe.final"),
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "restoration",
    "a cancellation",
    [...registered, discard],
    restore,
    cancel,
    { status: 200 },
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "restoration",
    "a change of settings",
    [...registered, discard],
    restore,
    homologation,
    { status: 200 },
    { status: "PENDENTE", holds: ["homologation"], ...NOTHING },
  ],
  [
    "cancellation",
    "an approval",
    registered,
    cancel,
    approve,
    { status: 200, body: { event: { effect: "held" } } },
    { status: "PROCESSADA", holds: ["cancelled"], ...ONCE },
  ],
  [
    "cancellation",
    "its note",
    [],
    cancel,
    up(whole.xml),
    { status: 200, body: { event: { effect: "cancelled" } } },
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
  ],
  [
    "cancellation",
    "itself",
    registered,
    cancel,
    cancel,
    { status: 200, body: { event: { effect: "cancelled" } } },
    { status: "PENDENTE", holds: ["cancelled"], ...NOTHING },
  ],
];

const ROWS = [...APPROVALS, ...CORRECTIONS, ...REGISTRATIONS, ...COMPLETIONS, ...ASIDE];

for (const [flow, intruder, before, act, intrude, answer, left, skip = 0] of ROWS)
  test(`${flow} meets ${intruder}: the answer and what is left agree`, () =>
    withService(async (service) => {
      await applySettings(service.ports, { overridableHolds: ["no_protocol"] }, cause);
      for (const step of before) await step(service);
      let came = false;
      const meddle = async () => {
        came = true;
        await intrude(service);
      };
      beforeNextCommit(service.ports, meddle, skip);
      const given = await act(service);
      expect(came).toBe(true);
      expect(given).toMatchObject(answer);
      expect(await stateOf(service)).toMatchObject(left);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

/** Every event of the feed that a write of the note has made, by type. */
const told = async ({ rows }: Service) =>
  (await rows("select type from events order by id")).map(({ type }) => type);

const TWICE: readonly (readonly [string, readonly Act[], Act, string, number])[] = [
  ["discard", registered, discard, "nfe.discarded", 0],
  ["restoration", [...registered, discard], restore, "nfe.restored", 0],
  ["approval", registered, approve, "nfe.processed", 0],
  ["completion", bareRegistered, complete, "nfe.completed", 1],
  ["cancellation", registered, cancel, "nfe.cancelled", 0],
];
for (const [flow, before, act, type, skip] of TWICE)
  test(`the feed is told once of a ${flow} that comes twice at one moment`, () =>
    withService(async (service) => {
      for (const step of before) await step(service);
      beforeNextCommit(service.ports, () => Promise.resolve(act(service)), skip);
      await act(service);
      expect((await told(service)).filter((one) => one === type)).toEqual([type]);
    }));

const sale = syntheticNote({
  seed: 5,
  emit: COMPANY,
  dest: CUSTOMER,
  items: [{ ...screw, cProd: "BASE", uCom: "UN", qCom: "4" }],
});
const takeByHand: Act = ({ send }) =>
  send("POST", "/api/movements", { json: { product_code: "BASE", type: "SAIDA", quantity: 3 } });

test.each([
  [
    "approval of an exit",
    [up(sale.xml)],
    `process`,
    { status: 400, body: { code: "stock.insufficient" } },
  ],
  ["registration of an exit", [], "upload", { status: 200, body: { status: "PENDENTE" } }],
  ["exit by hand", [], "hand", { status: 400, body: { code: "stock.insufficient" } }],
] as const)("an %s whose goods are taken meanwhile takes nothing", (_, before, how, answer) =>
  withService(async (service) => {
    await withBase(service);
    await applySettings(service.ports, { allowNegative: false }, cause);
    for (const step of before) await step(service);
    beforeNextCommit(service.ports, () => Promise.resolve(takeByHand(service)));
    const given =
      how === "process"
        ? await service.send("POST", `/api/nfes/${sale.accessKey}/process`)
        : how === "upload"
          ? await service.upload(sale.xml, "?approve=true")
          : await takeByHand(service);
    expect(given).toMatchObject(answer);
    expect(await service.rows("select quantity_e4 from balances")).toEqual([
      { quantity_e4: 20_000 },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }),
);
