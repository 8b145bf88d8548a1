import { expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../../support/app.ts";

const note = syntheticNote({ seed: 1 });
const path = `/api/nfes/${note.accessKey}`;
const REASON = "Mercadoria recusada na entrega";

test("a clerk states ciência and no more, a manager the conclusive ones, each with the reason that it needs", () =>
  withApp(async ({ send, upload }) => {
    await upload(note.xml);
    const state = async (as: "OPERADOR" | "GERENTE", json: object) => {
      const { status, body } = await send("POST", `${path}/statement`, { as, json });
      return [status, body.code ?? body.state, body.flaw ?? body.sequence];
    };
    expect(await state("OPERADOR", { type: "210210" })).toEqual([202, "asked", 1]);
    expect((await state("OPERADOR", { type: "210200" })).slice(0, 2)).toEqual([
      403,
      "auth.forbidden",
    ]);
    expect(await state("GERENTE", { type: "210240" })).toEqual([
      422,
      "sefaz.statement_reason",
      "missing",
    ]);
    expect(await state("GERENTE", { type: "210240", reason: REASON })).toEqual([202, "asked", 1]);
    expect((await state("GERENTE", { type: "210241" }))[0]).toBe(422);
    const { body } = await send("GET", `/api/statements?access_key=${note.accessKey}`, {
      as: "VISUALIZADOR",
    });
    expect(body.data.map(({ type, reason }: Record<string, unknown>) => [type, reason])).toEqual([
      ["210240", REASON],
      ["210210", null],
    ]);
  }));

test("statements are listed newest first by a cursor, all or of one state", () =>
  withApp(async ({ send, upload }) => {
    await upload(note.xml);
    const types = ["210210", "210220", "210200"];
    for (const type of types) await send("POST", `${path}/statement`, { json: { type } });
    const first = (await send("GET", "/api/statements?limit=2")).body;
    const rest = await send(
      "GET",
      `/api/statements?limit=2&cursor=${first.pagination.next_cursor}`,
    );
    const listed = [...first.data, ...rest.body.data].map(({ type }) => type);
    expect(listed).toEqual(types.toReversed());
    expect(rest.body.pagination.next_cursor).toBe(null);
    expect((await send("GET", "/api/statements?state=done")).body.data).toEqual([]);
    expect((await send("GET", `/api/statements?access_key=${"1".repeat(44)}`)).body.data).toEqual(
      [],
    );
  }));

test("the rule of ciência is never until an administrator saves another", () =>
  withApp(async ({ send }) => {
    const rule = "/api/statements/rule";
    expect((await send("GET", rule)).body).toEqual({ awareness: "never" });
    const change = (as: "GERENTE" | "ADMIN") =>
      send("PUT", rule, { as, json: { awareness: "known_suppliers" } });
    expect((await change("GERENTE")).status).toBe(403);
    expect((await change("ADMIN")).status).toBe(200);
    expect((await send("GET", rule)).body).toEqual({ awareness: "known_suppliers" });
  }));
