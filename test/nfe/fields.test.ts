import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { errorsIn, noteIn, pathsIn } from "../support/xml/read-notes.ts";

const { xml } = syntheticNote({ seed: 21, items: 3 });
const DET3 = "/nfeProc/NFe/infNFe/det[3]";

/** The document with another text in a field of its third item, or without the field (null). */
function third(field: string, text: string | null): string {
  const at = xml.indexOf('<det nItem="3">');
  const changed = text === null ? "" : `<${field}>${text}</${field}>`;
  return (
    xml.slice(0, at) + xml.slice(at).replace(new RegExp(`<${field}>[^<]*</${field}>`), changed)
  );
}

describe("numbers", () => {
  test("quantities and amounts are exact integers with any number of decimal places", () => {
    const cases: [string, number][] = [
      ["0.1", 1_000],
      ["0.3000", 3_000],
      ["12", 120_000],
      ["99999999999.9999", 999_999_999_999_999],
      ["1.10000000", 11_000],
      ["007.5", 75_000],
      ["0", 0],
      ["0.0000", 0],
    ];
    for (const [text, e4] of cases)
      expect(noteIn(third("qCom", text)).items[2]?.qCom).toEqual({ text, e4 });
    expect(noteIn(third("vProd", "9999999999999.99")).items[2]?.vProd_e2).toBe(999_999_999_999_999);
    expect(noteIn(third("vProd", "10.5")).items[2]?.vProd_e2).toBe(1_050);
  });

  test("a unit price keeps its text, also with more digits than a double has", () => {
    const text = "99999999999.9999999999";
    expect(noteIn(third("vUnCom", text)).items[2]?.vUnCom).toBe(text);
  });

  test("any quantity of the layout is read exactly", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (e4) => {
        const digits = String(e4).padStart(5, "0");
        const text = `${digits.slice(0, -4)}.${digits.slice(-4)}`;
        expect(noteIn(third("qCom", text)).items[2]?.qCom.e4).toBe(e4);
      }),
      { seed: 20261123, numRuns: 100 },
    );
  });

  test.each([
    ["-1.0000", "pattern"],
    ["+1", "pattern"],
    ["NaN", "pattern"],
    ["Infinity", "pattern"],
    ["1e3", "pattern"],
    ["1,5", "pattern"],
    ["1.5.0", "pattern"],
    [".5", "pattern"],
    ["5.", "pattern"],
    ["0x10", "pattern"],
    ["1 000", "pattern"],
    ["1.00001", "pattern"],
    ["100000000000", "pattern"],
    ["٣", "pattern"],
    ["", "empty"],
    ["  ", "empty"],
    ["<b>1</b>", "empty"],
  ])("a qCom of %j is refused at its XPath (%s)", (text, code) => {
    const document = text.startsWith("<")
      ? third("qCom", "1").replace(/(nItem="3".*?<qCom>)1(<\/qCom>)/s, `$1${text}$2`)
      : third("qCom", text);
    expect(errorsIn(document)).toEqual([
      {
        path: `${DET3}/prod/qCom`,
        code,
        reason: expect.any(String),
        expected: "decimal 11.4",
        got: text.startsWith("<") ? "" : text.trim(),
      },
    ]);
  });

  test("amounts have at most 13 digits and 2 decimal places, also the optional ones", () => {
    for (const text of ["-0.01", "1.001", "12345678901234", ""])
      expect([text, pathsIn(third("vProd", text)).length]).toEqual([text, 1]);
    const discount = third("vProd", "1").replace(
      /<indTot>1<\/indTot>(?!.*<indTot>)/s,
      "<vDesc>x</vDesc><indTot>1</indTot>",
    );
    expect(pathsIn(discount)).toEqual([`${DET3}/prod/vDesc pattern`]);
  });

  test("a note whose amounts cannot be counted exactly is refused, not rounded", () => {
    const most = "9999999999999.99";
    const many = xml.replace(
      /<(vProd|vNF|vFrete|vOutro|vSeg|vDesc|vIPI|vST|vII)>[^<]*</g,
      `<$1>${most}<`,
    );
    expect(pathsIn(many)).toEqual(["/nfeProc/NFe/infNFe/total range"]);
  });
});

describe("errors of fields", () => {
  test.each([
    ["cProd", null, `${DET3}/prod/cProd missing`],
    ["xProd", "", `${DET3}/prod/xProd empty`],
    ["CFOP", "9102", `${DET3}/prod/CFOP pattern`],
    ["CFOP", null, `${DET3}/prod/CFOP missing`],
    ["uCom", null, `${DET3}/prod/uCom missing`],
    ["qCom", null, `${DET3}/prod/qCom missing`],
    ["vUnCom", "1.00000000001", `${DET3}/prod/vUnCom pattern`],
    ["vProd", null, `${DET3}/prod/vProd missing`],
    ["indTot", "2", `${DET3}/prod/indTot enum`],
    ["indTot", "", `${DET3}/prod/indTot empty`],
  ])("%s as %j is %s", (field, text, expected) => {
    expect(pathsIn(third(field, text))).toEqual([expected]);
  });

  test("all errors are reported at once, each with XPath, expected and got", () => {
    const broken = third("qCom", "-1")
      .replace(/<mod>55</, "<mod>57<")
      .replace(/<serie>[^<]*<\/serie>/, "")
      .replace(/<dhEmi>[^<]*</, "<dhEmi>2026-02-30T10:00:00-03:00<")
      .replace(/<emit><CNPJ>[^<]*<\/CNPJ>/, "<emit>")
      .replace(/<vNF>[^<]*</, "<vNF>mil<");
    expect(
      errorsIn(broken).map(({ path, code, expected, got }) => [
        path.slice(20),
        code,
        expected,
        got,
      ]),
    ).toEqual([
      ["ide/mod", "enum", "55, 65", "57"],
      ["ide/serie", "missing", undefined, undefined],
      ["ide/dhEmi", "pattern", "AAAA-MM-DDThh:mm:ss±hh:mm", "2026-02-30T10:00:00-03:00"],
      ["det[3]/prod/qCom", "pattern", "decimal 11.4", "-1"],
      ["total/ICMSTot/vNF", "pattern", "decimal 13.2", "mil"],
      ["emit/CNPJ", "missing", "CNPJ ou CPF", undefined],
    ]);
  });

  test("an absent group has one error, not one for each field", () => {
    for (const name of ["ide", "emit", "total"])
      expect(pathsIn(xml.replace(new RegExp(`<${name}>.*</${name}>`, "s"), ""))).toEqual([
        `/nfeProc/NFe/infNFe/${name} missing`,
      ]);
    expect(pathsIn(xml.replace(/(nItem="2">)<prod>.*?<\/prod>/s, "$1"))).toEqual([
      "/nfeProc/NFe/infNFe/det[2]/prod missing",
    ]);
  });

  test("a repeated element is an error", () => {
    const twice = third("qCom", "1</qCom><qCom>2");
    expect(pathsIn(twice)).toEqual([`${DET3}/prod/qCom[2] duplicate`]);
  });

  test("an item needs a number, from 1 to three digits", () => {
    const numbered = (nItem: string) => xml.replace(' nItem="3"', nItem);
    expect(pathsIn(numbered(""))).toEqual([`${DET3}/@nItem missing`]);
    for (const wrong of ["0", "-1", "1000", "1.0", "x"])
      expect(errorsIn(numbered(` nItem="${wrong}"`))).toMatchObject([
        { path: `${DET3}/@nItem`, code: "pattern", got: wrong },
      ]);
  });

  test("an error in a tax group has the name that the group has in this note", () => {
    const wrong = syntheticNote({
      items: [{ cProd: "1", xProd: "x", uCom: "UN", qCom: "1", vUnCom: "1", vICMSST: "0.10" }],
    }).xml.replace("<vICMSST>0.10<", "<vICMSST>dez<");
    expect(pathsIn(wrong)[0]).toMatch(/\/det\[1\]\/imposto\/ICMS\/ICMS[0-9SN]+\/vICMSST pattern$/);
  });

  test("another layout is refused at infNFe/@versao", () => {
    const error = {
      path: "/nfeProc/NFe/infNFe/@versao",
      code: "enum",
      got: "1.10",
      expected: "4.00, 3.10, 2.00",
    };
    expect(errorsIn(xml.replace(/(<infNFe[^>]*versao=")4\.00/, "$11.10"))).toMatchObject([error]);
    expect(pathsIn(xml.replace(/(<infNFe[^>]*) versao="4\.00"/, "$1"))).toEqual([
      "/nfeProc/NFe/infNFe/@versao missing",
    ]);
  });

  test("at most a hundred errors are reported", () => {
    const broken = syntheticNote({ items: 40 }).xml.replace(
      /<(qCom|vProd|CFOP|uCom)>[^<]*</g,
      "<$1>?<",
    );
    expect(errorsIn(broken)).toHaveLength(100);
  });

  test("values in an error are cut short", () => {
    expect(errorsIn(third("qCom", "9".repeat(5_000)))[0]?.got).toHaveLength(60);
  });
});

describe("accepted fields", () => {
  test("notes that break only the strictness of the schema are read", () => {
    const loose = xml
      .replace(/<Signature.*<\/Signature>/s, "")
      .replace(/<NCM>[^<]*</g, "<NCM><")
      .replace(/<natOp>[^<]*</, "<natOp><")
      .replace("</det>", `<infAdProd>${"x".repeat(600)}</infAdProd></det>`);
    const note = noteIn(loose);
    expect([note.signature, note.items[0]?.NCM, note.ide.natOp]).toEqual([null, null, ""]);
  });

  test("blanks at the ends of a text go, those inside stay", () => {
    expect(noteIn(third("xProd", "\n  CHAVE  8 MM\t")).items[2]?.xProd).toBe("CHAVE  8 MM");
    expect(noteIn(third("qCom", " 2.0000\n")).items[2]?.qCom).toEqual({
      text: "2.0000",
      e4: 20_000,
    });
  });

  test("the taxable unit falls back to the commercial one, indTot to 1", () => {
    const less = ["uTrib", "qTrib", "vUnTrib", "indTot"].reduce(
      (text, name) => text.replace(new RegExp(`<${name}>[^<]*</${name}>`, "g"), ""),
      xml,
    );
    const [item] = noteIn(less).items;
    expect([item?.uTrib, item?.qTrib, item?.vUnTrib, item?.indTot]).toEqual([
      item?.uCom,
      item?.qCom,
      item?.vUnCom,
      "1",
    ]);
  });

  test("SEM GTIN, an empty cEAN and none are no barcode", () => {
    for (const text of ["SEM GTIN", "", null])
      expect(noteIn(third("cEAN", text)).items[2]?.cEAN).toBeNull();
  });

  test("lots are read exactly, and an item holds at most 500", () => {
    const lot =
      "<rastro><nLote> L 1 </nLote><qLote>1.5</qLote><dFab>2026-01-01</dFab><dVal>2027-01-31</dVal></rastro>";
    const within = (lots: string) => xml.replace("</indTot>", `</indTot>${lots}`);
    expect(noteIn(within(lot)).items[0]?.lots).toEqual([
      { nLote: "L 1", qLote: { text: "1.5", e4: 15_000 }, dFab: "2026-01-01", dVal: "2027-01-31" },
    ]);
    expect(noteIn(within(lot.replace(/<d.*<\/dVal>/, "<dVal/>"))).items[0]?.lots[0]).toMatchObject({
      dFab: null,
      dVal: null,
    });
    const wrong = within(
      lot + lot.replace("2027-01-31", "2027-01-32").replace(/<qLote>.*<\/qLote>/, ""),
    );
    const rastro = "/nfeProc/NFe/infNFe/det[1]/prod/rastro";
    expect(pathsIn(wrong)).toEqual([`${rastro}[2]/qLote missing`, `${rastro}[2]/dVal pattern`]);
    expect(pathsIn(within(lot.repeat(501)))).toEqual([`${rastro}[501] too_many`]);
  });

  test("an invalid protocol does not refuse the note", () => {
    const odd = xml.replace(
      /<protNFe.*<\/protNFe>/s,
      "<protNFe><infProt><cStat>OK</cStat></infProt></protNFe>",
    );
    expect(noteIn(odd).protocol).toMatchObject({ cStat: "OK", chNFe: "", tpAmb: "", nProt: null });
    expect(noteIn(xml.replace(/<protNFe.*<\/protNFe>/s, "<protNFe/>")).protocol).toBeNull();
  });
});
