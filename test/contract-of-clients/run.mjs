import assert from "node:assert/strict";
import { oldClient } from "./client.mjs";
import { missingRows, NOT_BUILT, ROWS } from "./rows.mjs";

/**
 * Runs every row against a service with a new database, in order: `fetch` takes a path of it, `admin` may log in, `notes` are synthetic notes as they are sent
 * (`xml`, `accessKey`, `names` of the products) from a supplier to the company `cnpj`. Fails with every part that
 * does not hold; gives how many were tested, and the rows that are not built.
 */
export async function runRows({ fetch, admin, notes, cnpj }) {
  assert.deepEqual(missingRows(), [], "rows without a test");
  const client = oldClient(fetch);
  const open = new Set(NOT_BUILT.map(([row]) => row));
  const built = (row) => !open.has(row);
  const wrong = [];
  let tested = 0;
  for (const { rows, name, test } of ROWS) {
    // Rows that several parts name are tested where they are built.
    if (!rows.some(built)) continue;
    if (rows.some((row) => !built(row)) && !test.toString().includes("built(")) continue;
    try {
      await test({ client, admin, notes, built });
    } catch (error) {
      wrong.push(`rows ${rows.join(", ")}: ${name}: ${error.message}`);
    }
    if (rows.includes(4)) await client.call("PATCH", "/api/company", { cnpjs: [cnpj] });
    tested += 1;
  }
  for (const [row, method, path] of NOT_BUILT) {
    const { status } = await client.call(
      method,
      path,
      method === "GET" || method === "DELETE" ? undefined : {},
    );
    assert.ok(
      status === 404 || status === 405,
      `row ${row} answers ${status}: it is built, so take it off NOT_BUILT`,
    );
  }
  assert.deepEqual(wrong, []);
  return { tested, notBuilt: [...open] };
}
