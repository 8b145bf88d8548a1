import { resumeCloses } from "../../../src/stock/counting/close-count.ts";
import type { Send, TestApp } from "../app.ts";

/** Asks a route, by its pattern; `at`: its path with ids. Gives the status. */
export type Go = (
  method: string,
  path: string,
  options?: Send & { query?: string; at?: string },
) => Promise<number>;

/** Counts of every scope; the last is closed in several batches. */
export async function walkCounts(service: TestApp, go: Go): Promise<void> {
  const path = "/api/counts/{id}";
  const lines = [
    { product_code: "P1", quantity: 3 },
    { barcode: "7891", quantity: 1 },
    { product_code: "P2", quantity: 1, counted_at: "2026-11-28T10:00:00Z" },
  ];
  const scopes = [
    { scope: "location", location: "A" },
    { scope: "category", category_id: 1 },
    { scope: "products", product_codes: ["P1", "NADA"] },
    { scope: "products", product_codes: ["P1"] },
    { scope: "all" },
  ];
  // A product of each scope that none of the others has.
  await service.ports.database.writing.execute(
    `insert into products (company, code, name, unit, location, category_id, created_at, updated_at)
     values (1, 'PLACED', 'PLACED', 'UN', 'A', null, 0, 0), (1, 'SORTED', 'SORTED', 'UN', null, 1, 0, 0)`,
  );
  for (const scope of scopes)
    await go("POST", "/api/counts", { json: { name: "Contagem", ...scope } });
  const { rows } = await service.ports.database.writing.execute(
    "select id, scope from stock_counts order by id",
  );
  for (const row of rows) {
    const [id, scope] = Object.values(row);
    const at = (rest: string) => ({ at: `/api/counts/${id}${rest}` });
    const json = { lines: lines.map((line) => ({ ...line, device: "coletor" })) };
    for (const _ of ["once", "twice"])
      await go("POST", `${path}/lines`, {
        ...at("/lines"),
        json,
        headers: { "idempotency-key": "k" },
      });
    await go("DELETE", `${path}/lines/{line}`, at("/lines/3"));
    for (const product_code of ["P2", "P1", "P1"])
      await go("POST", `${path}/unknown/{line}/assign`, {
        ...at("/unknown/2/assign"),
        json: { product_code },
      });
    for (const query of ["", "?aside=true", "?product_code=P1"])
      await go("GET", `${path}/lines`, { ...at("/lines"), query });
    for (const query of ["", "?show=not_counted"])
      await go("GET", `${path}/review`, { ...at("/review"), query });
    await go("GET", path, at(""));
    const reason = { reason: "inventário" };
    if (scope === "location")
      await go("POST", `${path}/cancel`, { ...at("/cancel"), json: reason });
    for (const query of ["?dry_run=true", "", ""])
      await go("POST", `${path}/close`, {
        ...at("/close"),
        query,
        json: { ...reason, missing: "zero" },
      });
  }
  await go("GET", "/api/counts", { query: "?cursor=~&limit=2" });
  await service.ports.database.writing.execute(
    "update stock_counts set state = 'closing', place = '' where scope = 'category'",
  );
  await resumeCloses(service.ports, 1);
}
