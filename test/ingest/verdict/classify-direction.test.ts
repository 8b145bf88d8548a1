import { describe, expect, test } from "bun:test";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import {
  company,
  item,
  note,
  OUR_SECOND,
  OURS,
  party,
  SUPPLIER,
  UNRELATED,
} from "../../support/notes/note-values.ts";

const codes = (of: readonly { code: string }[]) => of.map(({ code }) => code);

describe("the direction of a note", () => {
  test("a supplier's sale to us enters stock with no hold (whose.supplier_sale)", () => {
    const verdict = classify(note(), company());
    expect(verdict).toMatchObject({
      direction: "entry",
      effects: ["entry"],
      holds: [],
      findings: [],
      issuedByUs: false,
    });
    expect(verdict.rules[0]?.rule).toBe("whose.supplier_sale");
  });

  test("an entry note that another party issued to us is an exit (whose.their_entry)", () => {
    const verdict = classify(
      note({ ide: { tpNF: "0" }, items: [item(1, { CFOP: "1202" })] }),
      company(),
    );
    expect(verdict).toMatchObject({ direction: "exit", effects: ["exit"], holds: [] });
    expect(verdict.rules[0]?.rule).toBe("whose.their_entry");
  });

  test("our own sale is an exit with our own codes (whose.our_exit)", () => {
    const verdict = classify(note({ emit: party(OURS), dest: party(UNRELATED) }), company());
    expect(verdict).toMatchObject({ direction: "exit", effects: ["exit"], issuedByUs: true });
    expect(verdict.rules[0]?.rule).toBe("whose.our_exit");
  });

  test("our own entry note, to another party or to ourselves, enters stock (whose.our_entry)", () => {
    for (const dest of [party(null, { cpf: "52998224725" }), party(OURS)]) {
      const verdict = classify(
        note({ ide: { tpNF: "0" }, emit: party(OURS), dest, items: [item(1, { CFOP: "1102" })] }),
        company(),
      );
      expect(verdict).toMatchObject({ direction: "entry", effects: ["entry"], holds: [] });
      expect(verdict.rules[0]?.rule).toBe("whose.our_entry");
    }
  });

  test("a note between other parties is held as not_ours (whose.not_ours)", () => {
    for (const tpNF of ["0", "1"] as const) {
      const verdict = classify(note({ ide: { tpNF }, dest: party(UNRELATED) }), company());
      expect(verdict).toMatchObject({ direction: "none", effects: ["none"] });
      expect(codes(verdict.holds)).toEqual(["not_ours"]);
      expect(verdict.rules[0]?.rule).toBe("whose.not_ours");
    }
  });

  test("a note without a recipient is not ours unless we issued it", () => {
    expect(classify(note({ dest: null }), company()).direction).toBe("none");
    expect(classify(note({ emit: party(OURS), dest: null }), company()).direction).toBe("exit");
  });

  test("a foreign recipient or one with a CPF is never us", () => {
    for (const dest of [party(null, { foreignId: OURS }), party(null, { cpf: "52998224725" })]) {
      const verdict = classify(note({ dest }), company());
      expect(codes(verdict.holds)).toEqual(["not_ours"]);
      expect(JSON.stringify(verdict)).not.toContain("52998224725");
    }
  });

  test("a branch that is not configured is not ours (finding same_root)", () => {
    const branch = `${OURS.slice(0, 8)}000262`;
    for (const held of [
      note({ dest: party(branch) }),
      note({ emit: party(branch), dest: party(UNRELATED) }),
    ]) {
      const verdict = classify(held, company());
      expect(codes(verdict.holds)).toEqual(["not_ours"]);
      expect(codes(verdict.findings)).toEqual(["same_root"]);
      expect(verdict.findings[0]?.because.params).toEqual({ cnpj: branch });
    }
    expect(codes(classify(note({ dest: party(UNRELATED) }), company()).findings)).toEqual([]);
  });

  test("a CNPJ with letters is compared whole, character by character", () => {
    const ours = company({ cnpjs: [SUPPLIER] });
    expect(classify(note(), ours)).toMatchObject({ direction: "exit", issuedByUs: true });
    expect(classify(note({ emit: party("12ABC34501DF35") }), ours).direction).toBe("none");
  });

  test("a company without a configured CNPJ takes every note as addressed to it", () => {
    const withoutCnpj = company({ cnpjs: [] });
    const sale = classify(note({ dest: party(UNRELATED) }), withoutCnpj);
    expect(sale).toMatchObject({ direction: "entry", effects: ["entry"], holds: [] });
    expect(codes(sale.findings)).toEqual(["company_cnpj_unknown"]);
    expect(sale.rules[0]?.rule).toBe("whose.untold_exit_note");
    const back = classify(
      note({ ide: { tpNF: "0" }, items: [item(1, { CFOP: "1202" })] }),
      withoutCnpj,
    );
    expect(back).toMatchObject({ direction: "exit", effects: ["exit"] });
    expect(back.rules[0]?.rule).toBe("whose.untold_entry_note");
  });

  test("a transfer between two of our CNPJs is held (item.own_transfer)", () => {
    const verdict = classify(
      note({ emit: party(OURS), dest: party(OUR_SECOND), items: [item(1, { CFOP: "5152" })] }),
      company({ cnpjs: [OURS, OUR_SECOND] }),
    );
    expect(verdict).toMatchObject({ direction: "exit", effects: ["ask"] });
    expect(codes(verdict.holds)).toEqual(["unknown_operation"]);
    expect(verdict.rules.map(({ rule }) => rule)).toContain("item.own_transfer");
  });
});
