import { describe, expect, test } from "bun:test";
import { findingSentence } from "../../src/messages/pt-BR/documents/findings.ts";
import { keyMismatches } from "../../src/nfe/check/check.ts";
import type { Note } from "../../src/nfe/note.ts";
import type { ItemSpec } from "../../src/synthetic/amounts.ts";
import { type NoteOptions, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { noteIn, readingIn } from "../support/xml/read-notes.ts";

const make = (options: NoteOptions = {}): string => syntheticNote({ seed: 12, ...options }).xml;
/** `severity code path` of each finding, the path from infNFe on. */
const found = (xml: string): string[] =>
  readingIn(xml).findings.map(({ severity, code, path }) =>
    [severity, code, path?.replace("/nfeProc/NFe/infNFe/", "")].join(" "),
  );

const item = { cProd: "1", xProd: "CABO", uCom: "UN", qCom: "2", vUnCom: "10.00" };

test("an ordinary note has no finding, in any layout, kind or root", () => {
  for (const layout of ["4.00", "3.10", "2.00"] as const)
    expect(found(make({ layout }))).toEqual([]);
  expect(found(make({ mod: "65" }))).toEqual([]);
  expect(found(make({ ibsCbs: true }))).toEqual([]);
  const reported = found(make({ items: 30 })).filter(
    (finding) => !finding.startsWith("info tax_unit"),
  );
  expect(reported).toEqual([]);
  expect(found(make({ root: "enviNFe" }))).toEqual([]);
});

describe("the key against ide and emit", () => {
  const changed = (changes: Partial<Note["ide"]>): string[] => {
    const note = noteIn(make());
    return keyMismatches({ ...note, ide: { ...note.ide, ...changes } });
  };

  test("each part of the key that differs from the note is named", () => {
    expect(keyMismatches(noteIn(make()))).toEqual([]);
    expect(changed({ cUF: "99" })).toEqual(["cUF"]);
    expect(changed({ issuedAt: "2025-10-23T10:00:00-03:00" })).toEqual(["AAMM"]);
    expect(changed({ mod: "65" })).toEqual(["mod"]);
    expect(changed({ serie: "77" })).toEqual(["serie"]);
    expect(changed({ nNF: "777" })).toEqual(["nNF"]);
    expect(changed({ tpEmis: "9" })).toEqual(["tpEmis"]);
    expect(changed({ cNF: "1" })).toEqual(["cNF"]);
    expect(changed({ cDV: "X" })).toEqual(["cDV"]);
    expect(changed({ cNF: null, cDV: null })).toEqual([]);
    expect(keyMismatches(noteIn(make({ key: { nNF: "777", cUF: "11" } })))).toEqual(["cUF", "nNF"]);
  });

  test("another emitter is a mismatch, except in the tax office's series 890 to 899", () => {
    const other = { id: "11222333000181" };
    expect(keyMismatches(noteIn(make({ key: other })))).toEqual(["emit"]);
    for (const serie of ["890", "899"])
      expect(keyMismatches(noteIn(make({ key: other, serie })))).toEqual([]);
    for (const serie of ["889", "900"])
      expect(keyMismatches(noteIn(make({ key: other, serie })))).toEqual(["emit"]);
  });

  test("the CPF of an emitter is padded with zeros in the key", () => {
    expect(keyMismatches(noteIn(make({ emit: { cpf: "52998224725", name: "SITIO" } })))).toEqual(
      [],
    );
  });
});

describe("totals", () => {
  test("vNF is compared with its formula, with every part of it", () => {
    const full = {
      ...item,
      vDesc: "1.00",
      vFrete: "2.00",
      vSeg: "0.50",
      vOutro: "0.25",
      vIPI: "3.00",
      vICMSST: "4.00",
      vFCPST: "0.40",
      vII: "0.10",
    };
    expect(found(make({ items: [full, full] }))).toEqual([]);
    expect(found(make({ items: [item], totals: { vNF: "20.01" } }))).toEqual([
      "warning note_total total/ICMSTot/vNF",
    ]);
  });

  describe("vNF closes in each of its forms, and in no other", () => {
    const fuel = { ...item, CFOP: "5656", vICMSMonoReten: "5.00" };
    const vehicle = { ...item, NCM: "87032310", vICMSST: "5.00" } as const;
    const relieved = { ...item, vICMSDeson: "1.50" };
    const summed = { vPISST: "1.00", indSomaPISST: "1", vCOFINSST: "2.00" } as const;
    test.each<[string, ItemSpec, string, string[]]>([
      ["fuel with its withheld ICMS", fuel, "25.00", []],
      ["fuel without its withheld ICMS", fuel, "20.00", ["note_total"]],
      ["fuel with more than that", fuel, "26.00", ["note_total"]],
      ["a vehicle billed directly without ST", { ...vehicle, tpOp: "2" }, "20.00", []],
      ["a vehicle billed directly with ST", { ...vehicle, tpOp: "2" }, "25.00", ["note_total"]],
      ["a vehicle of a dealer with ST", { ...vehicle, tpOp: "1" }, "25.00", []],
      ["a part of a vehicle without ST", vehicle, "20.00", ["note_total"]],
      ["relief that is deducted", { ...relieved, indDeduzDeson: "1" }, "18.50", []],
      [
        "relief that is deducted, and is not",
        { ...relieved, indDeduzDeson: "1" },
        "20.00",
        ["note_total"],
      ],
      ["relief that is kept", { ...relieved, indDeduzDeson: "0" }, "20.00", []],
      ["relief that says nothing, deducted", relieved, "18.50", []],
      ["relief that says nothing, kept", relieved, "20.00", []],
      ["PIS-ST that is summed beside COFINS-ST that is not", { ...item, ...summed }, "21.00", []],
      ["both summed", { ...item, ...summed, indSomaCOFINSST: "1" }, "23.00", []],
      ["neither in vNF although one is summed", { ...item, ...summed }, "20.00", ["note_total"]],
      ["returned IPI", { ...item, vIPIDevol: "5.00" }, "25.00", []],
      ["a note worth more than its parts", item, "20.01", ["note_total"]],
      [
        "an import worth more than its items",
        { ...item, CFOP: "3102" },
        "99.00",
        ["cost_below_total"],
      ],
      ["an import worth less than its items", { ...item, CFOP: "3102" }, "9.00", []],
    ])("vNF of %s", (_, line, vNF, codes) => {
      const tpNF = line.CFOP === "3102" ? "0" : "1";
      const { findings } = readingIn(make({ items: [line], tpNF, totals: { vNF } }));
      expect(findings.map(({ code }): string => code)).toEqual(codes);
    });
  });

  test("an import has the amount of vNF that no item carries as a finding", () => {
    const imported = { ...item, qCom: "1", vUnCom: "1000.00", vII: "140.00", CFOP: "3102" };
    const { findings } = readingIn(
      make({ items: [imported], tpNF: "0", totals: { vNF: "1533.54" } }),
    );
    expect(findings).toMatchObject([
      {
        code: "cost_below_total",
        path: "/nfeProc/NFe/infNFe/total/ICMSTot/vNF",
        params: { stated_e2: 153_354, costs_e2: 114_000, isImport: true },
      },
    ]);
    expect(findings.map(findingSentence)[0]).toContain("R$ 393,54 não estão em nenhum item");
  });

  test("a total that differs is named with its amounts in reais", () => {
    const { findings } = readingIn(
      make({
        items: [{ ...item, qCom: "990000", vFrete: "1.00" }],
        totals: { vProd: "104.00", vFrete: "0.50", vNF: "104.50" },
      }),
    );
    expect(findings.map(findingSentence)).toEqual([
      "Valor dos produtos (vProd): o total da nota é R$ 104,00, mas os itens somam R$ 9.900.000,00 (diferença -R$ 9.899.896,00).",
      "Frete (vFrete): o total da nota é R$ 0,50, mas os itens somam R$ 1,00 (diferença -R$ 0,50).",
    ]);
  });

  test("vProd counts the items with indTot 1, without services", () => {
    const gift = { ...item, indTot: "0" } as const;
    expect(found(make({ items: [item, gift] }))).toEqual([]);
    expect(found(make({ items: [item, { ...item, service: true }] }))).toEqual([]);
    expect(found(make({ items: [item], totals: { vProd: "30.00", vNF: "30.00" } }))).toEqual([
      "warning total_differs total/ICMSTot/vProd",
    ]);
  });

  test("a total that no item has is reported as shared out", () => {
    const carried = { ...item, vFrete: "2.00" };
    expect(found(make({ items: [carried], totals: { vFrete: "3.00", vNF: "23.00" } }))).toEqual([
      "warning total_differs total/ICMSTot/vFrete",
    ]);
    expect(found(make({ items: [item], headerFreight: "7.00" }))).toEqual([
      "info total_without_items total/ICMSTot/vFrete",
    ]);
  });
});

describe("items", () => {
  test("qCom × vUnCom may miss vProd by a cent, and by no more", () => {
    const priced = (vProd: string) => found(make({ items: [{ ...item, vProd }] }));
    expect([priced("20.01"), priced("19.99")]).toEqual([[], []]);
    const reported = [
      "warning item_value det[1]/prod/vProd",
      "warning item_tax_value det[1]/prod/vProd",
    ];
    expect([priced("20.02"), priced("19.98")]).toEqual([reported, reported]);
  });

  test("quantity times price is exact with 21 digits in the price", () => {
    const huge = { ...item, qCom: "0.0001", vUnCom: "99999999999.9999999999", vProd: "9999999.99" };
    expect(found(make({ items: [huge] }))).toEqual([]);
    expect(found(make({ items: [{ ...huge, vProd: "9999999.98" }] }))).toHaveLength(2);
  });

  test("a barcode with a wrong check digit has a finding", () => {
    expect(found(make({ items: [{ ...item, cEAN: "4006381333932" }] }))).toEqual([
      "warning gtin_check_digit det[1]/prod/cEAN",
    ]);
    expect(found(make({ items: [{ ...item, cEAN: "SEM GTIN" }] }))).toEqual([]);
  });

  test("a taxable unit that differs has a finding", () => {
    const boxed = { ...item, uTrib: "KG", qTrib: "24", vUnTrib: "0.8333333333" };
    expect(found(make({ items: [boxed] }))).toEqual(["info tax_unit det[1]/prod/uTrib"]);
  });

  test("a lot that expires before it is made has a finding", () => {
    const lots = [{ nLote: "A", qLote: "2.000", dFab: "2027-01-02", dVal: "2027-01-01" }];
    expect(found(make({ items: [{ ...item, lots }] }))).toEqual([
      "warning lot_dates det[1]/prod/rastro",
    ]);
    expect(found(make({ items: [{ ...item, qCom: "0", vProd: "0.00" }] }))).toEqual([
      "info zero_quantity det[1]/prod/qCom",
    ]);
  });

  test("the last of a hundred findings counts those left out", () => {
    const odd = { ...item, vProd: "90.00", cEAN: "4006381333932" };
    const { findings } = readingIn(make({ items: Array.from({ length: 80 }, () => odd) }));
    expect(findings).toHaveLength(100);
    expect(findings.at(-1)).toMatchObject({ code: "more_findings", params: { count: 141 } });
    expect(findings.slice(-1).map(findingSentence)).toEqual([
      "Há mais 141 observações sobre esta nota.",
    ]);
  });
});

describe("parties and protocol", () => {
  test("wrong check digits of a CNPJ or CPF have a finding with their path", () => {
    const reported = found(
      make({
        emit: { cnpj: "11222333000182", name: "A" },
        dest: { cpf: "52998224724", name: "B" },
      }),
    );
    expect(reported).toEqual([
      "warning cnpj_check_digit emit/CNPJ",
      "warning cpf_check_digit dest/CPF",
    ]);
  });

  test("a protocol of another content or environment, or without a number, has a finding", () => {
    const infProt = "/nfeProc/protNFe/infProt";
    expect(found(make({ protocol: { digVal: "BBBBBBBBBBBBBBBBBBBBBBBBBBA=" } }))).toEqual([
      `warning digest_mismatch ${infProt}/digVal`,
    ]);
    expect(found(make({ protocol: { tpAmb: "2" } }))).toEqual([
      `warning environment_mismatch ${infProt}/tpAmb`,
    ]);
    expect(found(make().replace(/<nProt>[^<]*</, "<nProt>1<"))).toEqual([
      `warning protocol_number ${infProt}/nProt`,
    ]);
    expect(found(make().replace(/<cStat>[^<]*<\/cStat>/, ""))).toEqual([
      `warning protocol_incomplete ${infProt}`,
    ]);
  });

  test("a note without signature, in contingency, or with the signature of another Id has a finding", () => {
    expect(found(make({ signed: false }))).toEqual(["info unsigned /nfeProc/NFe"]);
    expect(found(make({ tpEmis: "5" }))).toEqual(["info contingency ide/tpEmis"]);
    expect(found(make().replace(/URI="#NFe[^"]*"/, 'URI="#NFe1"'))).toEqual([
      "warning signature_reference /nfeProc/NFe/Signature/SignedInfo/Reference/@URI",
    ]);
  });

  test("a reference to an invalid key has a finding", () => {
    const { accessKey } = syntheticNote({ seed: 52 });
    expect(found(make({ refNFe: [accessKey] }))).toEqual([]);
    expect(noteIn(make({ refNFe: [accessKey] })).ide.refNFe).toEqual([accessKey]);
    expect(found(make({ refNFe: [`${accessKey.slice(0, 43)}X`] }))).toEqual([
      "info reference_key ide/NFref",
    ]);
  });
});
