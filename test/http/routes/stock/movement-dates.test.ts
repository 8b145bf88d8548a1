import { expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";

const [emit] = SUPPLIERS;
const item = { cProd: "P1", xProd: "PRODUTO P1", uCom: "UN", qCom: "10", vUnCom: "2.50" };
const note = syntheticNote({ emit, items: [item], issuedAt: "2026-11-10T10:00:00-03:00" });

const move = ({ send }: TestApp, happened_at: unknown, type = "SAIDA") =>
  send("POST", "/api/movements", {
    as: "OPERADOR",
    json: { product_code: "P1", type, quantity: 1, happened_at },
  });

const happened = async ({ rows }: TestApp) => {
  const found = await rows("select happened_at from movements where origin = 'MANUAL' order by id");
  return found.map((row) => new Date(Number(row.happened_at)).toISOString());
};

test("a person dates a movement by a day or an instant: a past day at its end, today at now", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    for (const date of ["2026-11-20", "2026-11-21T08:30:00-03:00", "2026-11-23", null, undefined])
      expect([date, (await move(service, date)).status]).toEqual([date, 201]);
    expect(await happened(service)).toEqual([
      "2026-11-21T02:59:59.999Z",
      "2026-11-21T11:30:00.000Z",
      "2026-11-23T12:00:00.000Z",
      "2026-11-23T12:00:00.000Z",
      "2026-11-23T12:00:00.000Z",
    ]);
  }));

test("a movement in the future or before the company's first movement is refused by its code", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    for (const [date, code] of [
      ["2026-11-24", "movement.in_future"],
      ["2026-11-23T12:00:00.001Z", "movement.in_future"],
      ["2026-11-09", "movement.before_first"],
      ["2026-11-10T12:59:59.999Z", "movement.before_first"],
    ] as const) {
      const { status, body } = await move(service, date);
      expect([date, status, body.code]).toEqual([date, 422, code]);
    }
    const early = await move(service, "2026-11-09");
    expect(early.body.earliest).toBe("2026-11-10T13:00:00.000Z");
    expect((await move(service, "2026-02-30")).body.code).toBe("request.invalid");
    expect(await happened(service)).toEqual([]);
    expect((await move(service, "2026-11-10T13:00:00Z")).status).toBe(201);
  }));

test("a movement is refused by name when its date is before what an open count has counted", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const count = await service.send("POST", "/api/counts", {
      json: { name: "Tudo", scope: "all" },
    });
    const lines = await service.send("POST", `/api/counts/${count.body.count.id}/lines`, {
      headers: { "idempotency-key": "a" },
      json: { lines: [{ product_code: "P1", quantity: 9, device: "A" }] },
    });
    expect([count.status, lines.status]).toEqual([201, 200]);
    const refused = await move(service, "2026-11-20");
    expect([refused.status, refused.body.code]).toEqual([409, "count.closed_over"]);
    expect((await move(service, undefined)).status).toBe(201);
  }));

test("a number with too many places says so, one with too many digits asks for a text, and a comma for a point", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    const messageOf = async (quantity: unknown) => {
      const { body } = await service.send("POST", "/api/movements", {
        json: { product_code: "P1", type: "ENTRADA", quantity },
      });
      return body.errors?.[0]?.message;
    };
    expect(await messageOf(0.1 + 0.2)).toBe("tem casas decimais demais");
    expect(await messageOf(1.23456)).toBe("tem casas decimais demais");
    expect(await messageOf(1e-7)).toBe("tem casas decimais demais");
    expect(await messageOf(-1e-7)).toBe("tem casas decimais demais");
    expect(await messageOf(1e21)).toBe("está fora do intervalo");
    for (const text of ["1,5", "1e3", "1.000,00"])
      expect(await messageOf(text)).toMatch(/com ponto, sem vírgula nem expoente/);
    expect(await messageOf(1_234_567_890_123_456)).toMatch(/mais de 15 dígitos|fora do intervalo/);
    expect(await messageOf(123_456_789_012.3456)).toMatch(/mais de 15 dígitos/);
  }));
