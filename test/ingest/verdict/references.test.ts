import { describe, expect, test } from "bun:test";
import { referencesOf } from "../../../src/nfe/references.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";
import { noteIn } from "../../support/xml/read-notes.ts";

const purchase = syntheticNote({ seed: 1, emit: supplier, items: [screw, screw] });
const chaveAcesso = purchase.accessKey;

describe("the references of a note", () => {
  const read = (options: NoteOptions) => referencesOf(noteIn(syntheticNote(options).xml));
  const other = syntheticNote({ seed: 9 }).accessKey;

  test("a key in DFeReferenciado and in NFref is referenced once", () => {
    const items = [
      { ...screw, reference: { chaveAcesso, nItem: "2" } },
      { ...screw, reference: { chaveAcesso } },
      screw,
    ];
    expect(read({ items, refNFe: [chaveAcesso, other] })).toEqual([
      { accessKey: chaveAcesso, nItem: 1, original: 2 },
      { accessKey: chaveAcesso, nItem: 2, original: null },
      { accessKey: other, nItem: null, original: null },
    ]);
    expect(read({ items: [screw] })).toEqual([]);
  });

  test("an invalid referenced key has the finding reference_key", () => {
    const items = [{ ...screw, reference: { chaveAcesso: "9".repeat(5_000), nItem: "1000" } }];
    const { xml } = syntheticNote({ items });
    expect(referencesOf(noteIn(xml))).toEqual([
      { accessKey: "9".repeat(60), nItem: 1, original: null },
    ]);
  });

  test("the first 999 NFref are read", () => {
    const refNFe = Array.from({ length: 1_100 }, (_, i) => String(i));
    expect(read({ items: [screw], refNFe })).toHaveLength(999);
  });
});

test("a return shows the original of each item with its status", () =>
  withApp(async ({ upload, send }) => {
    const back = syntheticNote({
      seed: 2,
      emit: COMPANY,
      dest: supplier,
      finNFe: "4",
      CFOP: "5202",
      items: [{ ...screw, qCom: "1", reference: { chaveAcesso, nItem: "2" } }],
    });
    await upload(back.xml);
    const seen = async () => (await send("GET", `/api/nfes/${back.accessKey}`)).body;
    const items = [{ n_item: 1, original_n_item: 2 }];
    expect((await seen()).references).toEqual([{ access_key: chaveAcesso, status: null, items }]);
    await upload(purchase.xml, "?approve=true");
    const { references, rules } = await seen();
    expect(references).toEqual([{ access_key: chaveAcesso, status: "PROCESSADA", items }]);
    expect(rules.find(({ rule }: { rule: string }) => rule === "note.return").message).toContain(
      "DFeReferenciado",
    );
    expect((await send("GET", `/api/nfes/${chaveAcesso}`)).body.references).toEqual([]);
  }));

const REFUSED = ["03", "06"] as const;

describe("a supplier's credit note for goods that were refused or not delivered", () => {
  const credit = (seed: number, tpNFCredito: string, options: NoteOptions = {}) =>
    syntheticNote({
      seed,
      emit: supplier,
      tpNF: "0",
      finNFe: "5",
      tpNFCredito,
      CFOP: "1202",
      items: [{ ...screw, reference: { chaveAcesso, nItem: "1" } }],
      ...options,
    });

  test("the credit note moves nothing while its original has not entered", () =>
    withApp(async ({ upload, send }) => {
      await upload(purchase.xml);
      for (const [i, kind] of REFUSED.entries()) {
        const { xml, accessKey } = credit(20 + i, kind);
        const { body } = await upload(xml, "?approve=true");
        expect(body).toMatchObject({ direction: "none", status: "PENDENTE" });
        expect(body.holds).toMatchObject([{ code: "no_goods" }]);
        const { items } = (await send("GET", `/api/nfes/${accessKey}`)).body;
        expect(items.map(({ effect }: { effect: string }) => effect)).toEqual(["none"]);
      }
    }));

  test("the credit note asks as an exit once its original has entered", () =>
    withApp(async ({ upload }) => {
      await upload(purchase.xml, "?approve=true");
      for (const [i, kind] of REFUSED.entries())
        for (const options of [{}, { items: [screw], refNFe: [chaveAcesso] }]) {
          const { xml } = credit(30 + 10 * i + Object.keys(options).length, kind, options);
          const { body } = await upload(xml, "?approve=true");
          expect(body).toMatchObject({ direction: "exit", status: "PENDENTE" });
          expect(body.holds).toMatchObject([{ code: "unknown_operation" }]);
        }
    }));

  test("the credit note is judged again at its approval", () =>
    withApp(async ({ upload, send, rows }) => {
      const early = credit(40, "03");
      await upload(early.xml);
      await upload(purchase.xml, "?approve=true");
      const process = (json?: unknown) =>
        send("POST", `/api/nfes/${early.accessKey}/process`, json === undefined ? {} : { json });
      expect((await process()).body).toMatchObject({
        code: "nfe.held",
        holds: [{ code: "unknown_operation" }],
      });
      await process({ override: ["unknown_operation"], items: [{ n_item: 1, effect: "exit" }] });
      expect(await rows("select quantity_e4 from balances")).toEqual([{ quantity_e4: 100_000 }]);
    }));

  test("the credit note asks as an entry where the company issued it", () =>
    withApp(async ({ upload }) => {
      const ours = credit(50, "03", { emit: COMPANY, dest: CUSTOMER });
      const { body } = await upload(ours.xml);
      expect(body).toMatchObject({ direction: "entry", holds: [{ code: "unknown_operation" }] });
    }));
});
