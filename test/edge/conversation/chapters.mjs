import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask } from "../two-worlds.mjs";
import { fromBun } from "../world.mjs";
import { assistant } from "./assistant.mjs";
import { catalog } from "./catalog.mjs";
import { certificates } from "./certificates.mjs";
import { costs } from "./costs.mjs";
import { counts } from "./counts.mjs";
import { entering } from "./entering.mjs";
import { figures } from "./figures.mjs";
import { keyed } from "./keys.mjs";
import { linked } from "./linked.mjs";
import { losses } from "./losses.mjs";
import { lots } from "./lots.mjs";
import { notes } from "./notes.mjs";
import { page } from "./page.mjs";
import { sefaz } from "./sefaz.mjs";
import { suppliers } from "./suppliers.mjs";
import { texts } from "./texts.mjs";
import { webhooks } from "./webhooks.mjs";
import { ROLES } from "./words.mjs";

/** Routes of `self` that no API key may use. */
const OF_PERSONS = [
  "/api/logout",
  "/api/me/password",
  "/api/session",
  "/api/session/company",
  "/api/confirmations/no-such-id",
];

/** Each chapter goes on from those before. */
const CHAPTERS = [
  [entering, "what is open, unknown, or not allowed"],
  [entering, "signing in, and keys for each role"],
  [page, "the page's addresses, files and policies"],
  [page, "a browser's session, from the login to its end"],
  [entering, "users, and the companies of a person"],
  [entering, "who did what"],
  [notes, "one note at a time"],
  [notes, "what becomes of a note"],
  [losses, "goods that an event takes out, and that come back"],
  [figures, "stock, movements, supplier items"],
  [suppliers, "units of the company"],
  [costs, "a tax profile and the cost of a note"],
  [suppliers, "a mapping tried, made and removed"],
  [suppliers, "mappings imported from a file"],
  [suppliers, "items without a mapping, and what they may be"],
  [figures, "the value of the stock, and reversals"],
  [catalog, "products and categories"],
  [catalog, "movements in batches"],
  [linked, "complements, returns, and who refers to whom"],
  [figures, "reads that are kept, and asked for again"],
  [counts, "a count, from its opening to its close"],
  [figures, "what is missing in a month"],
  [lots, "lots, from their entry to the recall"],
  [figures, "files of comma-separated values"],
  [notes, "many documents at once, now and later"],
  [figures, "files written in the background"],
  [figures, "what has happened"],
  [texts, "bodies, forms, queries and HEAD, each judged by its text"],
  [entering, "settings, and what follows from them"],
  [entering, "where mail comes from"],
  [assistant, "what an assistant asks for, and a person confirms"],
  [assistant, "an assistant, by the client of the SDK"],
  [certificates, "certificates, which only one of them opens"],
  [webhooks, "webhooks, their secrets and their logs"],
  [sefaz, "notes from the tax office, by an agent"],
  [entering, "what only one of them has, by name"],
  [keyed, "requests that are sent again under their key"],
  [entering, "leaving"],
];

/** The whole conversation with two services that `start` starts: a test for each chapter, and one for the roles. Within `describe`. Afterwards `holds` looks at the services. */
export function conversation(start, holds) {
  let worlds;
  let given;

  before(async () => {
    [worlds, given] = await Promise.all([
      start(),
      fromBun(`
        const { sentDocuments } = await import("./test/support/notes/sent-documents.ts");
        const { MATRIX, concretePath } = await import("./test/support/http/role-matrix.ts");
        const routes = MATRIX.map(([method, path, least]) => [method, concretePath(path), least, path]);
        return { ...(await sentDocuments()), routes };`),
    ]);
    given.documents = Object.fromEntries(
      Object.entries(given.bytes).map(([name, bytes]) => [name, Buffer.from(bytes, "base64")]),
    );
  });
  after(() => worlds?.close());

  for (const [part, name] of CHAPTERS)
    test(`the same answers: ${name}`, () =>
      part[name]({
        ...given,
        sides: worlds.sides,
        ask: (what, request, how) => ask(worlds.sides, what, request, how),
      }));

  test("every route admits the role that the matrix names, and not the one below", async () => {
    const [, edge] = worlds.sides;
    const { paths } = await (await edge.fetch("/openapi.json")).json();
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(
      documented.sort(),
      given.routes.map(([method, , , path]) => `${method} ${path}`).sort(),
    );
    for (const [method, path, least] of given.routes) {
      // Each role has a key here; a key has no password, does not leave, and is of one company.
      if (least === "anonymous" || OF_PERSONS.includes(path)) continue;
      const rank = ROLES.indexOf(least);
      for (const role of [null, ...ROLES.slice(Math.max(0, rank - 1), rank + 1)]) {
        const response = await edge.fetch(path, {
          method: method.toUpperCase(),
          headers: role === null ? {} : { authorization: `Bearer ${edge.known[role]}` },
        });
        await response.body?.cancel();
        const { status } = response;
        const expected = role === null ? 401 : ROLES.indexOf(role) < rank ? 403 : "let in";
        const found = status === 401 || status === 403 ? status : "let in";
        assert.deepEqual([method, path, role, found], [method, path, role, expected]);
        assert.ok(status !== 405 && status !== 500, `${method} ${path} as ${role}: ${status}`);
      }
    }
  });

  if (holds !== undefined)
    test("notes stand in the database of their company", () => holds(worlds.services));
}
