import { expect, test } from "bun:test";
import { cfopOf, knownCfops } from "../../../src/ingest/verdict/cfop.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { comesBack, returningCfops } from "../../../src/ingest/verdict/returned-goods.ts";
import { company, item, note, OURS, party, UNRELATED } from "../../support/notes/note-values.ts";

/** One row for each code: its effect for the issuer, for the recipient, and whether its goods come back. */
const rows = (await Bun.file(`${import.meta.dir}/cfop-effects.tsv`).text())
  .split("\n")
  .filter((line) => /^[1-7]/.test(line))
  .map((line) => line.split("\t"))
  .map(([code = "", issuer = "", recipient = "", back = "", source = ""]) => ({
    code,
    issuer,
    recipient,
    back: back === "yes",
    source,
  }));

const kindOf = (effect: string | undefined) =>
  effect === "entry" || effect === "exit" ? "goods" : effect;
const effectOf = (code: string, ours: "emit" | "dest") =>
  classify(
    note({
      ide: { tpNF: code < "4" ? "0" : "1" },
      ...(ours === "emit" ? { emit: party(OURS), dest: party(UNRELATED) } : {}),
      items: [item(1, { CFOP: code })],
    }),
    company(),
  ).effects[0];

test("the table of effects has each code of the list once, with a source", () => {
  expect(rows.map(({ code }) => code)).toEqual([...knownCfops].toSorted());
  for (const { code, source } of rows) expect([code, source.length > 10]).toEqual([code, true]);
});

test("each code has its effect for issuer and recipient", () => {
  for (const { code, issuer, recipient } of rows) {
    expect({ code, ...cfopOf(code) }).toMatchObject({ code, issuer, recipient });
    expect([code, kindOf(effectOf(code, "emit"))]).toEqual([code, issuer]);
    expect([code, kindOf(effectOf(code, "dest"))]).toEqual([code, recipient]);
  }
});

test("goods that come back, by code or purpose of return, bring no cost", () => {
  expect([...returningCfops].toSorted()).toEqual(
    rows.filter(({ back }) => back).map(({ code }) => code),
  );
  for (const { code, back } of rows) {
    const line = item(1, { CFOP: code });
    expect([code, comesBack(line, note({ items: [line] }))]).toEqual([code, back]);
    expect([code, comesBack(line, note({ ide: { finNFe: "4" }, items: [line] }))]).toEqual([
      code,
      true,
    ]);
  }
});

test("a code whose two sides differ asks one of them", () => {
  const differing = rows.filter(({ issuer, recipient }) => issuer !== recipient);
  expect(differing.map(({ code }) => code)).toEqual(
    "5103 5104 5653 5656 5667 5927 5929 6103 6104 6653 6656 6667 6929 7667".split(" "),
  );
});

test("a service that has its own document has a finding in an NF-e", () => {
  const codes = (CFOP: string) =>
    classify(note({ items: [item(1, { CFOP })] }), company()).findings.map(({ code }) => code);
  for (const { code } of rows.filter(({ code }) => /^[567]3/.test(code)))
    expect([code, codes(code)]).toEqual([code, ["cfop_not_in_nfe"]]);
  expect(codes("5933")).toEqual([]);
});
