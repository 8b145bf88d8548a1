import { trusted } from "../../../src/lib/cast.ts";
import type { TestApp } from "../app.ts";
import type { Go } from "./walk-counts.ts";

/** Asks every route of webhooks for everything that it has a statement for. */
export async function walkWebhooks({ ports }: TestApp, go: Go): Promise<void> {
  const path = "/api/webhooks";
  // Nothing listens there.
  const order = { url: "http://127.0.0.1:9/", events: ["*"], description: "ERP" };
  await go("POST", path, { json: order });
  await go("GET", path);
  // Not by the reader, whose statements are those of the routes.
  const look = async (sql: string) => {
    const { rows } = await ports.database.writing.execute(sql);
    return trusted<{ id?: unknown }>(rows[0] ?? {});
  };
  const made = await look("select id from webhooks");
  const event = await look("select max(id) as id from events");
  const of = (rest = "") => `${path}/${made.id}${rest}`;
  const one = `${path}/{id}`;
  await go("GET", one, { at: of() });
  await go("PATCH", one, { at: of(), json: { description: "ERP novo", active: true } });
  await go("POST", `${one}/ping`, { at: of("/ping") });
  await go("POST", `${one}/rotate-secret`, { at: of("/rotate-secret") });
  const replay = `/deliveries/e${Number(event.id).toString(36)}/replay`;
  await go("POST", `${one}/deliveries/{event}/replay`, { at: of(replay) });
  for (const query of ["", "?state=waiting"])
    await go("GET", `${one}/deliveries`, { at: of("/deliveries"), query });
  await go("POST", `${one}/replay`, { at: of("/replay"), query: "?after=e0" });
  await go("DELETE", one, { at: of() });
}
