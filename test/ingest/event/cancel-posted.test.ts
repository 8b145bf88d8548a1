import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent, syntheticEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { screw, supplier } from "../../support/notes/purchase.ts";

const GLUE = { cProd: "C1", xProd: "COLA", uCom: "UN", qCom: "4", vUnCom: "5.00" };
const note = syntheticNote({ seed: 1, emit: supplier, items: [screw, GLUE] });
const path = `/api/nfes/${note.accessKey}`;
const cancel = (service: TestApp) => service.upload(cancellationEvent(note.accessKey));
const bought = (service: TestApp) => service.upload(note.xml, "?approve=true");
const stock = (service: TestApp) =>
  service.rows("select product, quantity_e4, value_e2 from balances order by product");
const exit = (service: TestApp, quantity: number, reference: string) =>
  service.send("POST", "/api/movements", {
    json: { product_code: screw.cProd, type: "SAIDA", quantity, reference },
  });
const codes = (list: { code: string }[]) => list.map(({ code }) => code);

test("a cancellation takes back what its note moved, by movements that name those they undo", () =>
  withApp(async (service) => {
    const other = syntheticNote({ seed: 2, emit: supplier, items: [{ ...screw, vUnCom: "3.00" }] });
    await service.upload(other.xml, "?approve=true");
    const before = await stock(service);
    await bought(service);
    expect(await cancel(service)).toMatchObject({
      status: 200,
      body: { event: { effect: "cancelled" } },
    });
    expect((await stock(service)).filter(({ product }) => product !== "C1")).toEqual(before);
    const pairs = await service.rows(
      `select r.quantity_e4 + m.quantity_e4 as quantity, r.value_e2 + m.value_e2 as value, r.notes
        from movements r join movements m on m.id = r.undoes`,
    );
    const opposite = { quantity: 0, value: 0, notes: "Nota cancelada na SEFAZ (evento 110111)." };
    expect(pairs).toEqual([opposite, opposite]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a cancelled note that was in stock is final: it is neither approved, reversed, discarded nor corrected", () =>
  withApp(async (service) => {
    await bought(service);
    await cancel(service);
    for (const [action, json] of [
      ["process", undefined],
      ["reverse", { reason: "engano" }],
      ["discard", { reason: "engano" }],
    ] as const)
      expect((await service.send("POST", `${path}/${action}`, { json })).body).toMatchObject({
        code: "nfe.final",
        note_status: "CANCELADA",
      });
  }));

test("the feed tells of the cancellation and of the reversal, and the audit log has both", () =>
  withApp(async (service) => {
    await bought(service);
    const [last] = await service.rows("select max(id) as id from events");
    await cancel(service);
    const events = await service.rows("select type from events where id > ?1 order by type", [
      Number(last?.id),
    ]);
    expect(events).toEqual([
      { type: "nfe.cancelled" },
      { type: "nfe.judged" },
      { type: "nfe.reversed" },
    ]);
    const lines = await service.rows(
      "select action, detail ->> 'movements' as movements from audit where action in ('nfe.event', 'nfe.reverse') order by action",
    );
    expect(lines).toEqual([
      { action: "nfe.event", movements: null },
      { action: "nfe.reverse", movements: 2 },
    ]);
  }));

test("a second cancellation of another sequence moves nothing", () =>
  withApp(async (service) => {
    await bought(service);
    await cancel(service);
    const second = cancellationEvent(note.accessKey, { sequence: 2 });
    expect((await service.upload(second)).body.event.effect).toBe("cancelled");
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 4 }]);
  }));

test("a cancellation by substitution (110112) takes its note back as any other", () =>
  withApp(async (service) => {
    await bought(service);
    const event = syntheticEvent(note.accessKey, { type: "110112" });
    expect((await service.upload(event)).body.event.effect).toBe("cancelled");
    expect((await service.send("GET", path)).body.status).toBe("CANCELADA");
    expect((await stock(service)).every(({ quantity_e4 }) => quantity_e4 === 0)).toBe(true);
  }));

test("a cancellation is done also below zero; answer, finding and feed name the later exits that miss goods", () =>
  withApp(async (service) => {
    await bought(service);
    const taken = await exit(service, 3, "Pedido 7");
    const back = await exit(service, 1, "Pedido 8");
    await service.send("POST", `/api/movements/${back.body.movement.id}/reverse`, {
      json: { reason: "engano" },
    });
    await service.send("PATCH", "/api/company", { json: { allow_negative: false } });
    const { body } = await cancel(service);
    expect(body).toMatchObject({
      event: { effect: "cancelled" },
      findings: [{ code: "negative_balance" }],
    });
    const feed = await service.rows("select payload from events where type = 'nfe.goods_missing'");
    expect(feed.map(({ payload }) => JSON.parse(String(payload)))).toEqual([
      { access_key: note.accessKey, product_code: "001", movements: [taken.body.movement.id] },
    ]);
    expect(await stock(service)).toMatchObject([
      { product: "001", quantity_e4: -30_000 },
      { product: "C1", quantity_e4: 0 },
    ]);
    const findings = () => service.send("GET", path).then(({ body }) => body.findings);
    expect(await findings()).toContainEqual({
      code: "negative_balance",
      severity: "warning",
      path: null,
      message: `O cancelamento deixou produtos com saldo negativo; faltam mercadorias a saídas posteriores (produto: movimentos): 001: ${taken.body.movement.id} (Pedido 7).`,
    });
    // What it says stays when another event gives the note a new verdict.
    const author = COMPANY.cnpj;
    await service.upload(syntheticEvent(note.accessKey, { type: "210220", author }));
    expect(codes(await findings())).toContain("negative_balance");
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a cancelled sale of ours brings back what it took, at the value it took", () =>
  withApp(async (service) => {
    await bought(service);
    const before = await stock(service);
    const sold = syntheticNote({
      seed: 3,
      emit: COMPANY,
      dest: supplier,
      items: [{ ...screw, qCom: "4", vUnCom: "9.00" }],
    });
    expect((await service.upload(sold.xml, "?approve=true")).body.status).toBe("PROCESSADA");
    expect(await stock(service)).not.toEqual(before);
    await service.upload(cancellationEvent(sold.accessKey));
    expect(await stock(service)).toEqual(before);
    expect((await service.send("GET", `/api/nfes/${sold.accessKey}`)).body.findings).toEqual([]);
  }));

test("a cancellation of a reversed note makes it CANCELADA and moves nothing more", () =>
  withApp(async (service) => {
    await bought(service);
    await service.send("POST", `${path}/reverse`, { json: { reason: "engano" } });
    await cancel(service);
    expect((await service.send("GET", path)).body.status).toBe("CANCELADA");
    expect(await service.rows("select count(*) as n from movements")).toEqual([{ n: 4 }]);
  }));

test("a discarded note that is cancelled stays discarded, and is CANCELADA when it is restored", () =>
  withApp(async (service) => {
    await service.upload(note.xml);
    await service.send("POST", `${path}/discard`, { json: { reason: "engano" } });
    await cancel(service);
    expect((await service.send("GET", path)).body.status).toBe("DESCARTADA");
    expect((await service.send("POST", `${path}/restore`)).body.status).toBe("CANCELADA");
    expect((await service.send("GET", path)).body.status).toBe("CANCELADA");
  }));

test("a posted note whose original is lost is taken back by its cancellation, and waits when that is withdrawn", () =>
  withApp(async (service) => {
    await bought(service);
    const lost = { ...service.ports.originals, get: async () => null };
    Object.assign(service.ports, { originals: lost });
    const { body } = await cancel(service);
    expect(body.event.effect).toBe("cancelled");
    expect((await service.send("GET", path)).body).toMatchObject({
      status: "CANCELADA",
      holds: [{ code: "cancelled" }],
    });
    expect((await stock(service)).every(({ quantity_e4 }) => quantity_e4 === 0)).toBe(true);
    const withdraw = `${path}/events/${body.event.id}/withdraw`;
    expect((await service.send("POST", withdraw, { json: { reason: "falso" } })).status).toBe(200);
    expect((await service.send("GET", path)).body).toMatchObject({ status: "PENDENTE", holds: [] });
    expect((await service.send("POST", `${path}/process`)).body.code).toBe("original.missing");
  }));

test("a note with two cancellations stays CANCELADA when one of them is withdrawn", () =>
  withApp(async (service) => {
    await bought(service);
    const first = await cancel(service);
    await service.upload(cancellationEvent(note.accessKey, { sequence: 2 }));
    const withdraw = `${path}/events/${first.body.event.id}/withdraw`;
    await service.send("POST", withdraw, { json: { reason: "falso" } });
    expect((await service.send("GET", path)).body.status).toBe("CANCELADA");
  }));

test("a note that was cancelled under older rules is CANCELADA once it is judged again", () =>
  withApp(async (service) => {
    await service.upload(note.xml);
    await cancel(service);
    await service.ports.writer.commit({
      statements: [{ sql: "update notes set status = 'PENDENTE', rules_version = 6", args: [] }],
      read: () => undefined,
    });
    await service.send("POST", `${path}/process`);
    expect((await service.send("GET", path)).body.status).toBe("CANCELADA");
  }));

test("a posted note without protocol is taken back by a protocol that says it was cancelled", () =>
  withApp(async (service) => {
    const parts = { seed: 9, emit: supplier, items: [screw] };
    const bare = syntheticNote({ ...parts, root: "NFe" });
    await service.upload(bare.xml);
    const json = { override: ["no_protocol"] };
    await service.send("POST", `/api/nfes/${bare.accessKey}/process`, { json });
    expect(await stock(service)).toMatchObject([{ quantity_e4: 100_000 }]);
    const late = syntheticNote({ ...parts, protocol: { cStat: "101" } });
    expect((await service.upload(late.xml)).body).toMatchObject({
      completed: true,
      status: "CANCELADA",
      holds: [{ code: "cancelled" }],
    });
    expect(await stock(service)).toMatchObject([{ quantity_e4: 0, value_e2: 0 }]);
    expect((await service.send("GET", `/api/nfes/${bare.accessKey}`)).body.status).toBe(
      "CANCELADA",
    );
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a cancellation whose batch is refused leaves the note as another write has made it", () =>
  withApp(async (service) => {
    await bought(service);
    const state = () => service.rows("select status, holds, verdict_version from notes");
    const seen: unknown[] = [];
    beforeNextCommit(service.ports, async () => {
      await service.send("POST", `${path}/reverse`, { json: { reason: "engano" } });
      seen.push(await state());
      beforeNextCommit(service.ports, async () => seen.push(await state()));
    });
    await cancel(service);
    expect(seen).toHaveLength(2);
    expect(seen[1]).toEqual(seen[0]);
    expect(await state()).toMatchObject([{ status: "CANCELADA" }]);
  }));
