import { describe, expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Answer, type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { supplier } from "../../support/notes/purchase.ts";

const GTIN = "7891000100103";
const OTHER = "7891000053508";
const first = { cProd: "BALA", xProd: "BALA SORTIDA", uCom: "UN", qCom: "10", vUnCom: "2.00" };
const bought = (seed: number, more: object = {}) =>
  syntheticNote({
    seed,
    emit: supplier,
    items: [{ ...first, cEAN: GTIN, NCM: "17049020", ...more }],
  });
const changes = ({ body }: Answer) =>
  body.findings
    .filter(({ code }: { code: string }) => /_changed$/.test(code))
    .map(({ code, message }: { code: string; message: string }) => [code, message]);
const seen = async ({ rows }: TestApp) =>
  (await rows("select seen_barcode, seen_ncm from supplier_items order by unit")).map((row) =>
    Object.values(row),
  );
/** Uploads a note; gives how many batches it took and its findings about changes. */
async function uploaded(service: TestApp, seed: number, more: object, query = "?approve=true") {
  const { commit } = service.ports.writer;
  let commits = 0;
  service.ports.writer.commit = (job, signal) => {
    commits += 1;
    return commit(job, signal);
  };
  const answer = await service.upload(bought(seed, more).xml, query);
  service.ports.writer.commit = commit;
  return { commits, found: changes(answer), status: answer.status };
}

describe("a known code of a supplier", () => {
  test("that says the same is registered in one batch, without a finding", () =>
    withApp(async (service) => {
      expect(await uploaded(service, 1, {})).toMatchObject({ commits: 1, found: [] });
      for (const [seed, more] of [{}, { cEAN: "SEM GTIN" }, { uCom: "und" }].entries())
        expect(await uploaded(service, 2 + seed, more)).toMatchObject({ commits: 1, found: [] });
      expect(await seen(service)).toEqual([[GTIN, "17049020"]]);
    }));

  test("with another GTIN and NCM has a finding for each, with what was and is, and the note in stock is the last", () =>
    withApp(async (service) => {
      await uploaded(service, 1, {});
      const changed = { cEAN: OTHER, NCM: "19053100" };
      expect((await uploaded(service, 2, changed)).found).toEqual([
        [
          "gtin_changed",
          `Item 1: o código de barras (GTIN) deste código do fornecedor era ${GTIN} e agora é ${OTHER}; confira se ainda é o mesmo produto.`,
        ],
        [
          "ncm_changed",
          "Item 1: o NCM deste código do fornecedor era 17049020 e agora é 19053100.",
        ],
      ]);
      expect(await seen(service)).toEqual([[OTHER, "19053100"]]);
      expect(await uploaded(service, 3, changed)).toMatchObject({ commits: 1, found: [] });
    }));

  test("in a unit that it never had has a finding, while a spelling of its unit has none", () =>
    withApp(async (service) => {
      await uploaded(service, 1, {});
      expect((await uploaded(service, 2, { uCom: "CX" })).found).toEqual([
        [
          "unit_changed",
          "Item 1: este código do fornecedor vinha na unidade UN e agora vem em CX; confira o produto e o fator.",
        ],
      ]);
      for (const uCom of ["CX", "Unid"])
        expect((await uploaded(service, uCom === "CX" ? 3 : 4, { uCom })).found).toEqual([]);
    }));

  test("keeps its finding while its note waits, and is learnt when the note is approved", () =>
    withApp(async (service) => {
      await uploaded(service, 1, {});
      expect((await uploaded(service, 2, { cEAN: OTHER }, "")).found).toHaveLength(1);
      expect(await seen(service)).toEqual([[GTIN, "17049020"]]);
      await service.send("PATCH", "/api/company", { json: { environment: "homologation" } });
      await service.send("PATCH", "/api/company", { json: { environment: "production" } });
      const path = `/api/nfes/${bought(2, { cEAN: OTHER }).accessKey}`;
      expect(changes(await service.send("GET", path))).toHaveLength(1);
      await service.send("POST", `${path}/process`);
      expect(await seen(service)).toEqual([[OTHER, "17049020"]]);
    }));

  test("with the same GTIN in fourteen digits has no finding", () =>
    withApp(async (service) => {
      await uploaded(service, 1, {});
      expect((await uploaded(service, 2, { cEAN: `0${GTIN}` })).found).toEqual([]);
    }));

  test("learns the value that was missing, at the cost of one more batch", () =>
    withApp(async (service) => {
      await uploaded(service, 1, { cEAN: "SEM GTIN" });
      expect(await uploaded(service, 2, {})).toMatchObject({ commits: 2, found: [] });
      expect(await uploaded(service, 3, {})).toMatchObject({ commits: 1, found: [] });
      expect(await seen(service)).toEqual([[GTIN, "17049020"]]);
    }));

  test("is another code where another supplier uses it", () =>
    withApp(async (service) => {
      await uploaded(service, 1, {});
      const { SUPPLIERS } = await import("../../../src/synthetic/trade.ts");
      const note = syntheticNote({
        seed: 2,
        emit: SUPPLIERS[1],
        items: [{ ...first, cEAN: OTHER, NCM: "19053100" }],
      });
      expect(changes(await service.upload(note.xml, "?approve=true"))).toEqual([]);
    }));
});

test("a registration meets a posting that sees another GTIN: the finding says what is there", () =>
  withApp(async (service) => {
    await uploaded(service, 1, {});
    beforeNextCommit(service.ports, () =>
      service.upload(bought(2, { cEAN: OTHER }).xml, "?approve=true"),
    );
    const answer = await service.upload(bought(3).xml, "?approve=true");
    expect(changes(answer).map(([code]: [string]) => code)).toEqual(["gtin_changed"]);
    expect(changes(answer)[0]?.[1]).toContain(`era ${OTHER} e agora é ${GTIN}`);
  }));
