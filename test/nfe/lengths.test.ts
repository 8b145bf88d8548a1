import { describe, expect, test } from "bun:test";
import { readDocument } from "../../src/nfe/read/read.ts";
import { utf8 } from "../../src/synthetic/bytes.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { noteIn, pathsIn, readText } from "../support/xml/read-notes.ts";

const lots = [{ nLote: "L1", qLote: "2.000", dFab: "2026-01-01", dVal: "2027-01-31" }];
const full = {
  cProd: "P1",
  xProd: "CABO",
  uCom: "UN",
  qCom: "2",
  vUnCom: "10.00",
  cEAN: "4006381333931",
  cEANTrib: "4006381333931",
  tpOp: "1",
  reference: { chaveAcesso: "1".repeat(44), nItem: "1" },
  lots,
} as const;
const { xml } = syntheticNote({
  items: [full],
  finNFe: "5",
  tpNFCredito: "01",
  tpNFDebito: "01",
  refNFe: ["1".repeat(44)],
  protocol: { cStat: "120", alerts: [{ cMsg: "1", xMsg: "a" }] },
});
const withForeign = xml.replace(
  /<dest><CNPJ>[^<]*<\/CNPJ>/,
  "<dest><idEstrangeiro>X</idEstrangeiro>",
);

/** The path of a text, and the longest that the layout allows. */
const LENGTHS: readonly [path: string, most: number][] = [
  ["ide/natOp", 60],
  ["ide/cNF", 9],
  ["ide/cDV", 1],
  ["ide/tpNFDebito", 2],
  ["ide/tpNFCredito", 2],
  ["emit/xNome", 60],
  ["emit/enderEmit/UF", 2],
  ["dest/idEstrangeiro", 20],
  ["dest/xNome", 60],
  ["dest/enderDest/UF", 2],
  ["det[1]/prod/cProd", 60],
  ["det[1]/prod/cEAN", 14],
  ["det[1]/prod/cEANTrib", 14],
  ["det[1]/prod/xProd", 120],
  ["det[1]/prod/NCM", 8],
  ["det[1]/prod/uCom", 6],
  ["det[1]/prod/uTrib", 6],
  ["det[1]/prod/veicProd/tpOp", 1],
  ["det[1]/prod/rastro[1]/nLote", 20],
];

/** The document with another text at a path below infNFe. */
function having(path: string, text: string): string {
  const tags = path.split("/").map((step) => step.replace(/\[1\]$/, ""));
  let at = withForeign.indexOf("<infNFe");
  for (const tag of tags) at += withForeign.slice(at).search(new RegExp(`<${tag}[ >]`));
  const end = withForeign.indexOf("<", at + 1);
  const start = withForeign.indexOf(">", at) + 1;
  return withForeign.slice(0, start) + text + withForeign.slice(end);
}

describe("a text of the note is as long as the layout allows, and no longer", () => {
  test.each(LENGTHS)("%s takes %d characters", (path, most) => {
    const place = `/nfeProc/NFe/infNFe/${path}`;
    const errorsOf = (text: string) => {
      const read = readText(having(path, text));
      return read.ok || read.error.code !== "nfe.invalid"
        ? []
        : read.error.errors.filter((error) => error.code === "too_long");
    };
    expect(errorsOf("9".repeat(most))).toEqual([]);
    expect(errorsOf("É".repeat(most))).toEqual([]);
    // One character, and two of JavaScript's.
    expect(errorsOf("𠮷".repeat(most))).toEqual([]);
    for (const text of ["9".repeat(most + 1), "É".repeat(5_000)])
      expect(errorsOf(text)).toEqual([
        {
          path: place,
          code: "too_long",
          reason: "too_long",
          expected: `até ${most} caracteres`,
          got: text.slice(0, 60),
        },
      ]);
  });

  test("no text of a note is longer than 255 characters", () => {
    const long = "9".repeat(5_000);
    const leaves = [...withForeign.matchAll(/<(\w+)(?: [^>]*)?>([^<>]+)<\/\1>/g)];
    expect(leaves.length).toBeGreaterThan(100);
    for (const leaf of leaves) {
      const at = leaf.index + leaf[0].indexOf(">") + 1;
      const text = withForeign.slice(0, at) + long + withForeign.slice(at + (leaf[2] ?? "").length);
      const read = readDocument(utf8(text));
      if (!read.ok) {
        expect([leaf[1], read.error.code]).toEqual([leaf[1], "nfe.invalid"]);
        continue;
      }
      const texts = JSON.stringify(read.value).match(/"[^"]*"/g) ?? [];
      expect([leaf[1], Math.max(...texts.map(({ length }) => length)) < 300]).toEqual([
        leaf[1],
        true,
      ]);
    }
  });
});

describe("a code, a name, a unit or a lot", () => {
  const lot = (nLote: string) => [{ ...lots[0], nLote }] as const;
  const read = (changes: object) =>
    noteIn(syntheticNote({ items: [{ ...full, ...changes }] }).xml).items[0];

  test("is the same with other compositions of accents or invisible characters", () => {
    for (const seen of ["PÇ-ÁÉ", "Caf\u00e9 1"])
      for (const other of [
        seen.normalize("NFD"),
        `\u200b${seen}`,
        `${seen}\ufeff`,
        [...seen].join("\u2060"),
        `\u202a${seen}\u202c`,
        `${seen.slice(0, 2)}\u00ad${seen.slice(2)}`,
      ]) {
        const item = read({
          cProd: other,
          xProd: other,
          lots: lot(other),
          uCom: "PÇ".normalize("NFD"),
        });
        expect([item?.cProd, item?.xProd, item?.lots[0]?.nLote, item?.uCom]).toEqual([
          seen,
          seen,
          seen,
          "PÇ",
        ]);
      }
  });

  test("is empty when it has only invisible characters", () => {
    expect(pathsIn(syntheticNote({ items: [{ ...full, cProd: "\u200b\u200b" }] }).xml)).toEqual([
      "/nfeProc/NFe/infNFe/det[1]/prod/cProd empty",
    ]);
  });

  test("keeps its case and the blanks inside it", () => {
    expect(read({ cProd: "a  B/1.50" })?.cProd).toBe("a  B/1.50");
  });
});
