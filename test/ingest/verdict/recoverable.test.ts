import { describe, expect, test } from "bun:test";
import { TAX_PRESETS } from "../../../src/accounts/settings/tax-presets.ts";
import {
  CREDIT_TAXES,
  creditMatrix,
  DESTINATIONS,
  type Destination,
  NO_TAX_PROFILE,
  type TaxProfile,
} from "../../../src/accounts/tax-profile.ts";
import { destinationOf } from "../../../src/ingest/verdict/destination.ts";
import { type CostInput, itemCost, lawGives } from "../../../src/ingest/verdict/recoverable.ts";
import { sumExact } from "../../../src/lib/decimal.ts";
import { landedParts } from "../../../src/nfe/landed-cost.ts";
import { NO_TAXES } from "../../../src/nfe/taxes.ts";
import type { ItemSpec } from "../../../src/synthetic/amounts.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { noteIn } from "../../support/xml/read-notes.ts";

/** R$ 800 of goods: ICMS 12 % = 96, IPI 26, PIS and COFINS 9.25 % = 74. */
const EIGHT_HUNDRED: ItemSpec = {
  cProd: "M",
  xProd: "MERCADORIA",
  uCom: "UN",
  qCom: "10",
  vUnCom: "80.00",
  pICMS: "12.00",
  vIPI: "26.00",
};

/** The input of the first item of a synthetic note. */
function inputOf(spec: ItemSpec, changes: Partial<CostInput> = {}): CostInput {
  const note = noteIn(syntheticNote({ seed: 5, items: [spec], ibsCbs: true }).xml);
  const [item] = note.items;
  const [parts] = landedParts(note);
  if (item === undefined || parts === undefined) throw new Error("no item");
  return {
    cfop: item.CFOP,
    effect: "entry",
    bringsCost: true,
    destination: "resale",
    parts,
    taxes: item.taxes,
    year: 2026,
    ...changes,
  };
}

const recovered = (input: CostInput, profile: TaxProfile) =>
  Object.fromEntries(
    itemCost(input, profile).credits.map(({ tax, recovered_e2, reason }) => [
      tax,
      recovered_e2 === 0 ? reason : recovered_e2,
    ]),
  );

describe("the note of R$ 800 with IPI 26, ICMS 96 and PIS/COFINS 74", () => {
  test("its cost is 826 to a buyer in Simples, and to one that has given nothing", () => {
    for (const profile of [TAX_PRESETS.simples, TAX_PRESETS.mei, NO_TAX_PROFILE])
      expect(itemCost(inputOf(EIGHT_HUNDRED), profile).landed_e2).toBe(82_600);
  });

  test("its cost is 630 to an industry of lucro real", () => {
    const input = inputOf(EIGHT_HUNDRED, { destination: "input" });
    expect(itemCost(input, TAX_PRESETS.real_industry).landed_e2).toBe(63_000);
  });

  test("its cost is 704 and the IPI of 26 to a trade of lucro presumido", () => {
    const input = inputOf(EIGHT_HUNDRED);
    const { landed_e2 } = itemCost(input, TAX_PRESETS.presumido_trade);
    expect(landed_e2 - 2_600).toBe(70_400);
    expect(recovered(input, TAX_PRESETS.presumido_trade)).toEqual({
      icms: 9_600,
      ipi: "regime",
      pis: "regime",
      cofins: "regime",
      ibs: "period",
      cbs: "period",
    });
  });
});

describe("the gates of a credit", () => {
  const real = TAX_PRESETS.real_industry;
  const S = { ...EIGHT_HUNDRED, pICMS: undefined };
  test.each<[string, ItemSpec, Partial<CostInput>, TaxProfile, Record<string, unknown>]>([
    [
      "use",
      EIGHT_HUNDRED,
      { destination: "use" },
      real,
      { icms: "destination", ipi: "destination", pis: "destination" },
    ],
    [
      "asset",
      EIGHT_HUNDRED,
      { destination: "asset" },
      real,
      { icms: 9_600, ipi: "destination", pis: 1_320, cofins: 6_080 },
    ],
    ["relieved ICMS", { ...EIGHT_HUNDRED, vICMSDeson: "10.00" }, {}, real, { icms: undefined }],
    ["CSOSN 101", { ...S, CSOSN: "101" }, {}, real, { icms: undefined, icms_simples: 2_000 }],
    [
      "CSOSN 101 for an asset",
      { ...S, CSOSN: "101" },
      { destination: "asset" },
      real,
      { icms_simples: "destination" },
    ],
    ["CSOSN 102", { ...S, CSOSN: "102" }, {}, real, { icms: undefined, icms_simples: undefined }],
    [
      "PIS and COFINS of CST 06",
      { ...EIGHT_HUNDRED, contributionCST: "06" },
      {},
      real,
      { pis: undefined, cofins: undefined },
    ],
    [
      "PIS and COFINS of CST 49",
      { ...EIGHT_HUNDRED, contributionCST: "49" },
      {},
      real,
      { pis: "situation", cofins: "situation" },
    ],
    [
      "CST 02 that is sold again",
      { ...EIGHT_HUNDRED, contributionCST: "02" },
      {},
      real,
      { pis: "situation" },
    ],
    [
      "CST 02 that is an input",
      { ...EIGHT_HUNDRED, contributionCST: "02" },
      { destination: "input" },
      real,
      { pis: 1_320 },
    ],
    ["IBS and CBS of 2027", EIGHT_HUNDRED, { year: 2027 }, real, { ibs: 80, cbs: 720 }],
    [
      "IBS and CBS of 2027 in Simples",
      EIGHT_HUNDRED,
      { year: 2027 },
      TAX_PRESETS.simples,
      { ibs: "regime", cbs: "regime" },
    ],
    [
      "import",
      EIGHT_HUNDRED,
      { cfop: "3102", destination: "input" },
      real,
      { icms: "import", ipi: 2_600, pis: "import" },
    ],
    ["return", EIGHT_HUNDRED, { bringsCost: false }, real, { icms: "not_a_purchase" }],
    [
      "exit",
      EIGHT_HUNDRED,
      { effect: "exit" },
      real,
      { icms: "not_a_purchase", ipi: "not_a_purchase" },
    ],
    [
      "profile without IPI",
      EIGHT_HUNDRED,
      { destination: "input" },
      { ...real, matrix: creditMatrix({ icms: ["input"] }) },
      { icms: 9_600, ipi: "profile" },
    ],
  ])(
    "a tax of %s is taken out of the cost only where the law and the profile say so",
    (_, spec, changes, profile, expected) => {
      expect({ ...recovered(inputOf(spec, changes), profile) }).toMatchObject(
        Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
      );
      for (const [tax, value] of Object.entries(expected))
        if (value === undefined)
          expect(recovered(inputOf(spec, changes), profile)[tax]).toBeUndefined();
    },
  );

  test("ICMS-ST, FCP-ST and II are cost under every preset", () => {
    const withheld = { ...EIGHT_HUNDRED, vIPI: "0", vICMSST: "40.00", vFCPST: "5.00", vII: "7.00" };
    for (const profile of Object.values(TAX_PRESETS)) {
      const { landed_e2, credits } = itemCost(inputOf(withheld), profile);
      expect(landed_e2).toBe(85_200 - sumExact(credits.map(({ recovered_e2 }) => recovered_e2)));
    }
  });

  test("a credit is never more than the cost", () => {
    const input = inputOf({ ...EIGHT_HUNDRED, vIPI: "0", vDesc: "750.00" });
    const stated = {
      ...input,
      taxes: { ...input.taxes, PIS: { CST: "01", vBC_e2: null, rate_e4: null, amount_e2: 9_999 } },
    };
    const { landed_e2, credits } = itemCost(stated, TAX_PRESETS.real_trade);
    expect(landed_e2).toBe(0);
    expect(credits.find(({ tax }) => tax === "pis")).toMatchObject({ reason: "limited" });
  });

  test("a gift enters at the cost 0, whatever its note states", () => {
    const gift = itemCost(inputOf({ ...EIGHT_HUNDRED, CFOP: "5910" }), TAX_PRESETS.real_trade);
    expect(gift).toMatchObject({ landed_e2: 0, free_e2: 82_600 });
    expect(
      itemCost(
        inputOf({ ...EIGHT_HUNDRED, CFOP: "5910" }, { effect: "exit" }),
        TAX_PRESETS.real_trade,
      ).landed_e2,
    ).toBe(82_600);
  });

  test("every preset takes exactly what the law gives to such a company, and those of Simples nothing", () => {
    for (const [name, profile] of Object.entries(TAX_PRESETS))
      for (const tax of CREDIT_TAXES)
        for (const destination of DESTINATIONS) {
          const gives = name !== "none" && lawGives(profile, tax, destination);
          expect([name, tax, destination, profile.matrix[tax][destination]]).toEqual([
            name,
            tax,
            destination,
            gives,
          ]);
        }
  });
});

test.each<[string, boolean, Destination]>([
  ["5102", false, "resale"],
  ["6101", true, "input"],
  ["1101", false, "input"],
  ["1102", true, "resale"],
  ["2556", true, "use"],
  ["5556", false, "use"],
  ["1407", false, "use"],
  ["5653", false, "use"],
  ["5551", false, "asset"],
  ["1406", true, "asset"],
  ["5405", true, "input"],
])("an item of CFOP %s, industry %p, is for %s", (cfop, industry, expected) => {
  expect(destinationOf(cfop, industry)).toBe(expected);
});

test("an item without taxes has the sum of its parts as its cost", () => {
  const input = inputOf(EIGHT_HUNDRED, { taxes: NO_TAXES });
  expect(itemCost(input, TAX_PRESETS.real_industry)).toEqual({
    landed_e2: 82_600,
    free_e2: 0,
    credits: [],
  });
});
