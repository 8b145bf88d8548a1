import { expect, test } from "bun:test";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

test("the same document again is a duplicate with the status of the first", () =>
  withApp(async ({ upload, rows }) => {
    const note = syntheticNote();
    await upload(note.xml, "?approve=true");
    const again = await upload(note.xml);
    expect(again).toMatchObject({
      status: 409,
      body: {
        code: "nfe.duplicate",
        access_key: note.accessKey,
        status: 409,
        note_status: "PROCESSADA",
        differs: false,
      },
    });
    expect(await rows("select count(*) as n from notes")).toEqual([{ n: 1 }]);
  }));

test("the same note written otherwise is a duplicate; other content under its key differs and is audited", () =>
  withApp(async ({ upload, rows }) => {
    const note = syntheticNote({
      items: [{ cProd: "1", xProd: "A", uCom: "UN", qCom: "1", vUnCom: "1.00" }],
    });
    await upload(note.xml);
    const spaced = note.xml.replaceAll("><", ">\n<");
    expect((await upload(spaced)).body).toMatchObject({ code: "nfe.duplicate", differs: false });
    const forged = note.xml.replace("<xProd>A</xProd>", "<xProd>B</xProd>");
    expect(await upload(forged)).toMatchObject({
      status: 409,
      body: { code: "nfe.duplicate", differs: true },
    });
    expect(
      await rows(
        "select detail ->> 'differs' as differs from audit where action = 'nfe.refuse' order by id",
      ),
    ).toEqual([{ differs: 0 }, { differs: 1 }]);
    expect(await rows("select count(*) as n from originals")).toEqual([{ n: 1 }]);
  }));

test("an enviNFe with several notes is refused on the single route; with one it counts as that note", () =>
  withApp(async ({ upload }) => {
    const several = syntheticBatch([{ seed: 1 }, { seed: 2 }]);
    expect(await upload(several.xml)).toMatchObject({
      status: 422,
      body: { code: "nfe.many_notes", count: 2 },
    });
    const one = await upload(syntheticNote({ root: "enviNFe" }).xml);
    expect(one).toMatchObject({ status: 200, body: { holds: [{ code: "no_protocol" }] } });
  }));

test("a refusal writes an audit line and nothing else", () =>
  withApp(async ({ upload, rows }) => {
    expect((await upload("<a><b></a>")).body).toMatchObject({ code: "nfe.malformed_xml" });
    expect((await upload("")).body).toMatchObject({ code: "nfe.malformed_xml" });
    expect((await upload("<resNFe/>")).body).toMatchObject({
      code: "nfe.not_an_nfe",
      got: "resNFe",
    });
    for (const table of ["notes", "originals", "note_items", "events", "nfe_events", "movements"])
      expect(await rows(`select count(*) as n from ${table}`)).toEqual([{ n: 0 }]);
    expect(
      await rows("select action, count(*) as n from audit group by action order by n desc limit 1"),
    ).toEqual([{ action: "nfe.refuse", n: 3 }]);
  }));

test("a change of the company's settings gives pending notes their verdict again", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote({ tpAmb: "2" });
    await upload(note.xml);
    await send("PATCH", "/api/company", { json: { environment: "homologation" } });
    expect((await send("GET", `/api/nfes/${note.accessKey}`)).body.holds).toEqual([]);
    await send("PATCH", "/api/company", { json: { cnpjs: ["11222333000181"] } });
    const unrelated = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(unrelated.body).toMatchObject({ holds: [{ code: "not_ours" }], direction: "none" });
    expect((await send("POST", `/api/nfes/${note.accessKey}/process`)).status).toBe(409);
  }));

test("with require_mapping a note with an unmapped item waits until a user maps it", () =>
  withApp(async ({ upload, send, rows }) => {
    const item = { cProd: "X1", xProd: "COISA", uCom: "CX", qCom: "2", vUnCom: "30.00" };
    await upload(syntheticNote({ seed: 1, emit: supplier, items: [item] }).xml, "?approve=true");
    await send("PATCH", "/api/company", { json: { require_mapping: true } });
    const note = syntheticNote({
      seed: 2,
      emit: supplier,
      items: [item, { ...item, cProd: "X2" }],
    });
    const sent = await upload(note.xml, "?approve=true");
    expect(sent.body).toMatchObject({ status: "PENDENTE", holds: [{ code: "mapping" }] });
    const [known] = await rows("select supplier from supplier_items");
    const mapped = await send("PUT", "/api/supplier-items", {
      as: "GERENTE",
      json: {
        supplier_cnpj: known?.supplier,
        code: "X2",
        unit: "CX",
        product_code: "X1",
        factor: 6,
      },
    });
    expect(mapped.status).toBe(200);
    expect((await send("GET", `/api/nfes/${note.accessKey}`)).body.holds).toEqual([]);
    expect((await send("POST", `/api/nfes/${note.accessKey}/process`)).status).toBe(200);
    expect(await rows("select quantity_e4 from balances")).toEqual([
      { quantity_e4: (2 + 2 + 12) * 10_000 },
    ]);
  }));

test("a factor that is saved during a registration is never missed", () =>
  withApp(async ({ upload, send, rows }) => {
    const item = { cProd: "X1", xProd: "COISA", uCom: "CX", qCom: "1", vUnCom: "30.00" };
    const first = syntheticNote({ seed: 1, emit: supplier, items: [item] });
    await upload(first.xml, "?approve=true");
    const [known] = await rows("select supplier from supplier_items");
    const json = {
      supplier_cnpj: known?.supplier,
      code: "X1",
      unit: "CX",
      product_code: "X1",
      factor: 10,
    };
    const notes = Array.from({ length: 30 }, (_, i) =>
      syntheticNote({ seed: 10 + i, emit: supplier, items: [item] }),
    );
    const turns = async (count: number) => {
      for (let turn = 0; turn < count; turn += 1)
        await new Promise<void>((next) => setImmediate(next));
    };
    await Promise.all([
      ...notes.slice(0, 15).map((note) => upload(note.xml, "?approve=true")),
      send("PUT", "/api/supplier-items", { as: "GERENTE", json }),
      // One begins at each turn of the event loop, so that some are at work when the factor is committed.
      ...notes.slice(15).map(async (note, n) => {
        await turns(n);
        await upload(note.xml, "?approve=true");
      }),
    ]);
    await upload(syntheticNote({ seed: 40, emit: supplier, items: [item] }).xml, "?approve=true");
    // Each movement was made with the factor that stood when it was written: by ones before, by tens after.
    const moved = await rows("select quantity_e4 from movements order by id");
    expect(moved).toHaveLength(32);
    const switched = moved.findIndex((row) => row.quantity_e4 === 100_000);
    expect(switched).toBeGreaterThan(0);
    expect(moved.slice(switched).every((row) => row.quantity_e4 === 100_000)).toBe(true);
  }));

test("registration, approval and issue are three times, and each has its user", () =>
  withApp(async ({ upload, send, rows, ports }) => {
    const note = syntheticNote({ issuedAt: "2026-11-20T10:15:30-03:00" });
    await upload(note.xml);
    ports.clock.advance(60_000);
    await send("POST", `/api/nfes/${note.accessKey}/process`, { as: "GERENTE" });
    const { body } = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(body).toMatchObject({
      issued_at: "2026-11-20T10:15:30-03:00",
      received_at: "2026-11-23T12:00:00.000Z",
      processed_at: "2026-11-23T12:00:00.000Z",
      approved_at: "2026-11-23T12:01:00.000Z",
    });
    expect(await rows("select received_by, processed_by from notes")).toEqual([
      { received_by: 12, processed_by: 13 },
    ]);
  }));

test("a note of 9,999,999,999,999.99 is stored to the cent", () =>
  withApp(async ({ upload, send }) => {
    const item = {
      cProd: "1",
      xProd: "NAVIO",
      uCom: "UN",
      qCom: "1000",
      vUnCom: "9999999999.99999",
      vProd: "9999999999999.99",
    };
    const note = syntheticNote({ items: [item] });
    expect((await upload(note.xml, "?approve=true")).status).toBe(200);
    const detail = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(detail.text).toContain('"total_value":9999999999999.99');
    expect(detail.text).toContain('"unit_price_text":"9999999999.99999');
  }));

test("a discarded note is hidden, can be restored, and cannot be approved meanwhile", () =>
  withApp(async ({ upload, send }) => {
    const note = syntheticNote();
    await upload(note.xml);
    const path = `/api/nfes/${note.accessKey}`;
    expect(
      (await send("POST", `${path}/discard`, { as: "GERENTE", json: { reason: "não é nossa" } }))
        .status,
    ).toBe(200);
    expect((await send("GET", "/api/nfes")).body.pagination.total).toBe(0);
    expect((await send("GET", "/api/nfes?status=DESCARTADA")).body.data).toHaveLength(1);
    expect(await send("POST", `${path}/process`)).toMatchObject({
      status: 409,
      body: { code: "nfe.final" },
    });
    expect((await send("POST", `${path}/restore`, { as: "GERENTE" })).status).toBe(200);
    expect((await send("POST", `${path}/process`)).status).toBe(200);
    expect(
      (await send("POST", `${path}/discard`, { as: "GERENTE", json: { reason: "tarde" } })).status,
    ).toBe(409);
  }));
