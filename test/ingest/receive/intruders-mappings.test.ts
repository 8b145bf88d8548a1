import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { supplier } from "../../support/notes/purchase.ts";
import {
  type Act,
  approve,
  boxOfTwelve,
  ONCE,
  path,
  problem,
  type Row,
  registered,
  reverseNote,
  testInterleavings,
  withBase,
} from "./intruder-table.ts";

/** As intruders.test.ts: mappings, units, the tax profile, and late costs that are taken back. */

const HEAD = "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator";
const imported =
  (factor: string, unit = "CX"): Act =>
  ({ send }) =>
    send("POST", "/api/supplier-items/import", {
      body: `${HEAD}\n${supplier.cnpj};001;${unit};BASE;${factor}\n`,
      headers: { "content-type": "text/csv" },
    });
const unmap: Act = ({ send }) =>
  send("DELETE", `/api/supplier-items?supplier_cnpj=${supplier.cnpj}&code=001&unit=CX`);
const switchOff: Act = ({ ports }) =>
  ports.database.writing.execute("update products set active = 0 where code = 'BASE'");
const units =
  (spelling: string, unit: string): Act =>
  ({ send }) =>
    send("PUT", "/api/company/units", { json: { own: [{ spelling, unit }] } });
const profile: Act = ({ send }) =>
  send("PUT", "/api/company/tax-profile", { json: { version: 0, preset: "real_trade" } });

type MappingRow = readonly [
  flow: string,
  intruder: string,
  before: readonly Act[],
  act: Act,
  intrude: Act,
  answer: object,
  /** The mappings of 001 that are left: unit, product, factor. */
  left: readonly string[],
];
const mapped = [withBase, boxOfTwelve];
const gone = problem(404, "supplier_item.not_found");
const counts = (created: number, changed: number, unchanged: number) => ({
  status: 200,
  body: { created, changed, unchanged },
});

const MAPPINGS: readonly MappingRow[] = [
  [
    "mapping",
    "its product's end",
    [withBase],
    boxOfTwelve,
    switchOff,
    problem(404, "product.not_found"),
    [],
  ],
  ["mapping", "its removal", mapped, boxOfTwelve, unmap, { status: 200 }, ["CX BASE 12"]],
  ["mapping", "an import", mapped, boxOfTwelve, imported("6"), { status: 200 }, ["CX BASE 12"]],
  [
    "mapping",
    "other units",
    [withBase],
    boxOfTwelve,
    units("CX", "DP"),
    { body: { unit: "DP" } },
    ["DP BASE 12"],
  ],
  ["removal", "another removal", mapped, unmap, unmap, gone, []],
  ["removal", "an import", mapped, unmap, imported("6"), { status: 204 }, []],
  ["removal", "other units", mapped, unmap, units("CX", "DP"), { status: 204 }, []],
  ["import", "a removal", mapped, imported("12"), unmap, counts(1, 0, 0), ["CX BASE 12"]],
  ["import", "a mapping", [withBase], imported("6"), boxOfTwelve, counts(0, 1, 0), ["CX BASE 6"]],
  [
    "import",
    "an approval that learns",
    [withBase, ...registered],
    imported("6"),
    approve,
    counts(0, 1, 0),
    ["CX BASE 6"],
  ],
  [
    "units",
    "an import that contradicts them",
    mapped,
    units("CTO", "CX"),
    imported("6", "CTO"),
    problem(409, "units.conflict"),
    ["CTO BASE 6", "CX BASE 12"],
  ],
  [
    "units",
    "another factor of a unit that they join",
    [...mapped, imported("12", "CTO")],
    units("CTO", "CX"),
    imported("6", "CTO"),
    problem(409, "units.conflict"),
    ["CTO BASE 6", "CX BASE 12"],
  ],
  [
    "units",
    "an import that does not",
    mapped,
    units("CTO", "CX"),
    imported("12", "CTO"),
    { status: 200 },
    ["CX BASE 12"],
  ],
  ["units", "a removal", mapped, units("CX", "DP"), unmap, { status: 200 }, []],
  [
    "units",
    "other units",
    mapped,
    units("CX", "DP"),
    units("CX", "FD"),
    { status: 200 },
    ["DP BASE 12"],
  ],
  [
    "tax profile",
    "other units",
    mapped,
    profile,
    units("CX", "DP"),
    { status: 200 },
    ["DP BASE 12"],
  ],
  ["tax profile", "itself", [], profile, profile, problem(409, "company.tax_profile_changed"), []],
];
for (const [flow, intruder, before, act, intrude, answer, left] of MAPPINGS)
  test(`${flow} meets ${intruder}: the answer and the mappings that are left agree`, () =>
    withApp(async (service) => {
      for (const step of before) await step(service);
      let came = false;
      beforeNextCommit(service.ports, async () => {
        came = true;
        await intrude(service);
      });
      expect(await act(service)).toMatchObject(answer);
      expect(came).toBe(true);
      const rows = await service.rows(
        "select unit, product, factor_e4, factor_divisor from supplier_items where code = '001' order by unit",
      );
      expect(
        rows.map((row) => `${row.unit} ${row.product} ${Number(row.factor_e4) / 10_000}`),
      ).toEqual([...left]);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

const addCost: Act = ({ send }) =>
  send("POST", `${path}/costs`, { json: { amount: 7, reason: "frete", document: "CT-e" } });
const takeCostBack: Act = async ({ send, rows }) => {
  const [cost] = await rows("select posting from late_costs");
  return send("POST", `${path}/costs/${cost?.posting}/reverse`, { json: { reason: "engano" } });
};
const withCost = [...registered, approve, addCost];

const POSTINGS: readonly Row[] = [
  [
    "approval",
    "an import of its factor",
    [withBase, ...registered],
    approve,
    imported("12"),
    { status: 200 },
    { status: "PROCESSADA", moved: 1_200_000, postings: 1 },
  ],
  [
    "approval",
    "the removal of its mapping",
    [withBase, boxOfTwelve, ...registered],
    approve,
    unmap,
    { status: 200 },
    { status: "PROCESSADA", ...ONCE },
  ],
  [
    "late cost taken back",
    "the same",
    withCost,
    takeCostBack,
    takeCostBack,
    { status: 200, body: { already_reversed: true } },
    { status: "PROCESSADA", moved: 100_000, postings: 3 },
  ],
  [
    "late cost taken back",
    "a reversal of its note",
    withCost,
    takeCostBack,
    reverseNote,
    { status: 200, body: { already_reversed: true } },
    { status: "ESTORNADA", moved: 0, postings: 3 },
  ],
];
testInterleavings(POSTINGS);
