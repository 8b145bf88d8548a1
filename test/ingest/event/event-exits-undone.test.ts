import { describe, expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { withApp } from "../../support/app.ts";
import {
  bought,
  detail,
  exits,
  isSound,
  key,
  loss,
  path,
  stock,
} from "../../support/notes/event-exits.ts";
import { undoEvent } from "../../support/notes/loss-events.ts";

describe("goods that left by an event come back", () => {
  test("by 110001, exactly and once, linked to what they undo", () =>
    withApp(async (service) => {
      await bought(service);
      const before = await stock(service);
      await service.upload(loss());
      const undo = undoEvent(key, "112130", loss());
      expect((await service.upload(undo)).body.findings).toEqual([]);
      await service.upload(undo);
      const [made, back] = await exits(service);
      expect(back).toMatchObject({ quantity_e4: 20_000, value_e2: 400, undoes: made?.id });
      expect(await exits(service)).toHaveLength(2);
      expect(await stock(service)).toEqual(before);
      await isSound(service);
    }));

  test("when the event is withdrawn, also where the note's original is lost", async () => {
    for (const lost of [false, true])
      await withApp(async (service) => {
        await bought(service);
        const before = await stock(service);
        const { body } = await service.upload(loss());
        if (lost)
          Object.assign(service.ports, {
            originals: { ...service.ports.originals, get: async () => null },
          });
        const withdraw = `${path}/events/${body.event.id}/withdraw`;
        expect((await service.send("POST", withdraw, { json: { reason: "falso" } })).status).toBe(
          200,
        );
        expect(await stock(service)).toEqual(before);
        expect((await exits(service)).at(-1)?.undoes).not.toBeNull();
        expect(await reconcileAll(service.ports, 1)).toEqual([]);
      });
  });

  test("with the note's reversal, also where negative balances are forbidden, and leave again with its approval", () =>
    withApp(async (service) => {
      await service.send("PATCH", "/api/company", {
        json: { allow_negative: false, overridable_holds: ["goods_lost"] },
      });
      await bought(service);
      await service.upload(loss());
      const plan = await service.send("POST", `${path}/reverse?dry_run=true`, {
        json: { reason: "engano" },
      });
      expect(plan.body.movements).toHaveLength(3);
      const reversed = await service.send("POST", `${path}/reverse`, {
        json: { reason: "engano" },
      });
      expect(reversed).toMatchObject({ status: 200, body: { movements: 3 } });
      expect((await stock(service)).every(({ quantity_e4 }) => quantity_e4 === 0)).toBe(true);
      await isSound(service);
      expect((await service.send("POST", `${path}/process`)).body.code).toBe("nfe.held");
      const json = { override: ["goods_lost"] };
      const planned = await service.send("POST", `${path}/process?dry_run=true`, { json });
      expect(planned.body.items[0]).toMatchObject({
        stock_quantity: 10,
        event_quantity: 2,
        balance_after: 8,
      });
      expect((await service.send("POST", `${path}/process`, { json })).status).toBe(200);
      expect((await stock(service))[0]).toMatchObject({ quantity_e4: 80_000, value_e2: 1600 });
      await isSound(service);
    }));

  test("with the note's cancellation, and nothing moves twice", () =>
    withApp(async (service) => {
      await bought(service);
      await service.upload(loss());
      await service.upload(cancellationEvent(key));
      expect((await stock(service)).every(({ quantity_e4 }) => quantity_e4 === 0)).toBe(true);
      await service.upload(undoEvent(key, "112130", loss()));
      await service.upload(loss("1.0000", { sequence: 2 }));
      expect(await exits(service)).toHaveLength(2);
      expect((await detail(service)).status).toBe("CANCELADA");
      await isSound(service);
    }));

  test("but not by the reversal of a movement: that is refused, and EVENTO is no origin for a person", () =>
    withApp(async (service) => {
      await bought(service);
      await service.upload(loss());
      const [made] = await exits(service);
      const reversed = await service.send("POST", `/api/movements/${made?.id}/reverse`, {
        json: { reason: "engano" },
      });
      expect(reversed.body).toMatchObject({ code: "movement.of_note", access_key: key });
      const json = { product_code: "001", type: "SAIDA", quantity: 1, origin: "evento" };
      expect((await service.send("POST", "/api/movements", { json })).status).toBe(400);
    }));
});
