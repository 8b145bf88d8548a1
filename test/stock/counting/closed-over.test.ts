import { expect, test } from "bun:test";
import { movementStatements } from "../../../src/stock/posting/movement.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { lossEvent, undoEvent } from "../../support/notes/loss-events.ts";
import { supplier } from "../../support/notes/purchase.ts";
import { balance, cancel, close, count, move, opened, product } from "./counts.ts";

const noted = (seed: number) =>
  syntheticNote({
    seed,
    emit: supplier,
    items: [{ cProd: "A", xProd: "PRODUTO A", uCom: "UN", qCom: "10", vUnCom: "2.00" }],
  });
const note = noted(1);
const reason = { json: { reason: "engano" } };
const CLOSED_OVER = { status: 409, body: { code: "count.closed_over", product_code: "A" } };

async function counted(service: TestApp, quantity: number): Promise<string> {
  const id = await opened(service);
  await count(service, id, [{ product_code: "A", quantity }]);
  return id;
}

/** Whether a movement with a person's date is written. */
const dated = async ({ ports }: TestApp, daysAgo: number): Promise<boolean> =>
  ports.writer.commit({
    statements: movementStatements({
      company: 1,
      posting: `p${daysAgo}`,
      product: "A",
      quantity_e4: 10_000,
      cost_e2: null,
      lot: null,
      expiresOn: null,
      origin: "MANUAL",
      reference: null,
      notes: null,
      userId: 11,
      at: ports.clock.now(),
      day: new Date(ports.clock.now()).toISOString().slice(0, 10),
      happenedAt: ports.clock.now() - daysAgo * 86_400_000,
    }),
    read: ([rows]) => (rows?.length ?? 0) > 0,
  });

test("a movement that was written before its product was counted is not reversed, while the count is open and after", () =>
  withApp(async (service) => {
    await product(service, "A", 0);
    const { body } = await move(service, "A", 10);
    const reverse = `/api/movements/${body.movement.id}/reverse`;
    const id = await counted(service, 9);
    expect(await service.send("POST", reverse, reason)).toMatchObject(CLOSED_OVER);
    expect(await service.send("POST", `${reverse}?dry_run=true`, reason)).toMatchObject(
      CLOSED_OVER,
    );
    await close(service, id);
    expect(await service.send("POST", reverse, reason)).toMatchObject(CLOSED_OVER);
    const later = await move(service, "A", 1);
    expect(
      (await service.send("POST", `/api/movements/${later.body.movement.id}/reverse`, reason))
        .status,
    ).toBe(200);
    expect(await balance(service, "A")).toEqual([90_000, 1_800]);
  }));

test("a count that is cancelled, or whose line is undone, closes over nothing", () =>
  withApp(async (service) => {
    await product(service, "A", 0);
    const first = await move(service, "A", 10);
    const second = await move(service, "A", 5);
    const reverse = ({ body }: typeof first) =>
      service.send("POST", `/api/movements/${body.movement.id}/reverse`, reason);
    const id = await counted(service, 9);
    await service.send("DELETE", `/api/counts/${id}/lines/1`);
    expect((await reverse(first)).status).toBe(200);
    await count(service, id, [{ product_code: "A", quantity: 1 }]);
    expect(await reverse(second)).toMatchObject(CLOSED_OVER);
    await cancel(service, id);
    expect((await reverse(second)).status).toBe(200);
  }));

test("the difference of a count is not reversed", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    const id = await counted(service, 9);
    await close(service, id);
    const [movement] = await service.rows("select id from movements where origin = 'CONTAGEM'");
    expect(
      await service.send("POST", `/api/movements/${movement?.id}/reverse`, reason),
    ).toMatchObject({
      status: 409,
      body: { code: "movement.of_count", count_id: id },
    });
  }));

test("a note that was counted since is not reversed by a user; its cancellation reverses it, with a finding", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const id = await counted(service, 12);
    await close(service, id);
    const path = `/api/nfes/${note.accessKey}`;
    expect(await service.send("POST", `${path}/reverse`, reason)).toMatchObject(CLOSED_OVER);
    await service.upload(cancellationEvent(note.accessKey));
    const { body } = await service.send("GET", path);
    expect(body).toMatchObject({ status: "CANCELADA" });
    expect(body.findings).toContainEqual(expect.objectContaining({ code: "before_count" }));
    expect(await balance(service, "A")).toEqual([20_000, 400]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a note dated before a count that has closed is posted, with a finding that names the products", () =>
  withApp(async (service) => {
    await service.upload(noted(2).xml, "?approve=true");
    await close(service, await counted(service, 9));
    const answer = await service.upload(note.xml, "?approve=true");
    expect(answer.body.findings).toContainEqual(
      expect.objectContaining({ code: "before_count", message: expect.stringMatching(/: A.*\.$/) }),
    );
    const { body } = await service.send("GET", `/api/nfes/${note.accessKey}`);
    expect(body.findings).toContainEqual(expect.objectContaining({ code: "before_count" }));
  }));

test("a note dated before a count of other products has no finding", () =>
  withApp(async (service) => {
    await product(service, "B", 10);
    const id = await opened(service);
    await count(service, id, [{ product_code: "B", quantity: 9 }]);
    await close(service, id);
    const { body } = await service.upload(note.xml, "?approve=true");
    expect(body.findings.map(({ code }: { code: string }) => code)).not.toContain("before_count");
  }));

test("a movement that a person dates before its product was counted is not written", () =>
  withApp(async (service) => {
    await product(service, "A", 10);
    expect(await dated(service, 1)).toBe(true);
    const id = await counted(service, 9);
    expect(await dated(service, 2)).toBe(false);
    await close(service, id);
    expect(await dated(service, 3)).toBe(false);
    expect(await dated(service, 0)).toBe(true);
  }));

test("a line that comes between a reversal's look and its batch refuses the reversal", () =>
  withApp(async (service) => {
    await product(service, "A", 0);
    const { body } = await move(service, "A", 10);
    const id = await opened(service);
    beforeNextCommit(service.ports, () => count(service, id, [{ product_code: "A", quantity: 1 }]));
    expect(
      await service.send("POST", `/api/movements/${body.movement.id}/reverse`, reason),
    ).toMatchObject(CLOSED_OVER);
    expect(await balance(service, "A")).toEqual([100_000, 2_000]);
  }));

test("goods that were gone before a count, by an event, leave with a finding until the event is undone", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    await close(service, await counted(service, 9));
    const unit = /<uCom>([^<]*)/.exec(note.xml)?.[1] ?? "";
    const loss = lossEvent(note.accessKey, [{ nItem: 1, quantity: "1", unit }]);
    const { body } = await service.upload(loss);
    expect(body.findings).toContainEqual(
      expect.objectContaining({
        code: "event_before_count",
        message: expect.stringMatching(/: A.$/),
      }),
    );
    await service.upload(undoEvent(note.accessKey, "112130", loss));
    const after = (await service.send("GET", `/api/nfes/${note.accessKey}`)).body.findings;
    expect(after.map(({ code }: { code: string }) => code)).not.toContain("event_before_count");
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("an exit by an event that comes back after its product was counted is a finding too", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const loss = lossEvent(note.accessKey, [{ nItem: 1, quantity: "1", unit: "UN" }]);
    await service.upload(loss);
    await close(service, await counted(service, 9));
    const { body } = await service.upload(undoEvent(note.accessKey, "112130", loss));
    expect(body.findings.map(({ code }: { code: string }) => code)).toEqual(["event_before_count"]);
    expect(await balance(service, "A")).toEqual([100_000, 2000]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));
