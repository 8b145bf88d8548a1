import { expect, test } from "bun:test";
import { applySettings } from "../../src/accounts/settings.ts";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../src/demo/trade.ts";
import { reconcileAll } from "../../src/stock/reconcile.ts";
import { beforeNextCommit } from "../support/intrude.ts";
import { type Service, withService } from "../support/service.ts";
import {
  type Act,
  approve,
  bareRegistered,
  cancel,
  cause,
  complete,
  discard,
  registered,
  restore,
  screw,
  up,
  withBase,
} from "./support/intruders.ts";

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

test("a completion that has lost leaves the verdict as it was, also where it never comes to its second try", () =>
  withService(async (service) => {
    const { ports, rows } = service;
    for (const step of bareRegistered) await step(service);
    const { writer } = ports;
    const commit = writer.commit.bind(writer);
    const discarded = async () => {
      await discard(service);
      writer.commit = () => Promise.reject(new Error("the process has died"));
    };
    beforeNextCommit(ports, discarded, 1);
    expect(await complete(service)).toMatchObject({ status: 500 });
    writer.commit = commit;
    expect(
      await rows("select status, has_protocol, holds ->> '$[0].code' as hold from notes"),
    ).toEqual([{ status: "DESCARTADA", has_protocol: 0, hold: "no_protocol" }]);
    expect(await told(service)).not.toContain("nfe.judged");
  }));
