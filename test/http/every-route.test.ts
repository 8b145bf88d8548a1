import { expect, test } from "bun:test";
import { inspectRoutes } from "hono/dev";
import { may, type Permission, ROLES, type Role } from "../../src/accounts/roles.ts";
import { createApp } from "../../src/app.ts";
import { trusted } from "../../src/lib/cast.ts";
import type { Ports } from "../../src/ports.ts";
import { ADMIN, addUser, house, tokenFor } from "../support/house.ts";
import { send } from "./accounts-app.ts";

/** The whole list of what takes no token; a line more here is a decision. */
const OPEN = ["GET /api/health", "GET /api/health/full", "POST /api/login"];

interface Declared {
  readonly method: string;
  readonly path: string;
  readonly asked: string | undefined;
}

/** What the OpenAPI document says that each route asks for. */
async function declared(app: ReturnType<typeof createApp>): Promise<Declared[]> {
  const document = await (await app.request("/openapi.json")).json();
  const paths = trusted<Record<string, Record<string, { "x-permission"?: string }>>>(
    trusted<{ paths: unknown }>(document).paths,
  );
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      asked: operation["x-permission"],
    })),
  );
}

const concrete = (path: string): string => path.replaceAll(/\{\w+\}/g, "x");

test("S2: every route under /api is in the document and declares what it asks for; three are open", async () => {
  const ports = await house();
  const app = createApp(() => ports);
  const routes = await declared(app);
  const documented = routes.map(({ method, path }) => `${method} ${path}`);
  const registered = inspectRoutes(app)
    .filter(({ path, isMiddleware }) => !isMiddleware && path.startsWith("/api"))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  expect(registered.sort()).toEqual(documented.sort());
  expect(routes.filter(({ asked }) => asked === undefined)).toEqual([]);
  const open = routes.filter(({ asked }) => asked === "open");
  expect(open.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(OPEN);
  await ports.close();
});

test("without a token every route but the open ones answers 401, whatever the method and the body", async () => {
  const ports = await house();
  const app = createApp(() => ports);
  const shut = (await declared(app)).filter(({ asked }) => asked !== "open");
  expect(shut.length).toBeGreaterThan(5);
  for (const { method, path } of shut) {
    const body = method === "GET" ? {} : { body: { name: 1 } };
    const response = await send(app, method, concrete(path), body);
    expect([method, path, response.status]).toEqual([method, path, 401]);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
  }
  await ports.close();
});

test("S2: each route lets in the roles that the matrix names and refuses the others with 403", async () => {
  const ports = await house();
  const app = createApp(() => ports);
  const shut = (await declared(app)).filter(({ asked }) => asked !== "open");
  let next = 0;
  const asEvery = async (role: Role, { method, path, asked }: Declared) => {
    // A user of its own for each request: a logout that is let in ends no other's token.
    const id = await addUser(ports, { email: `u${next++}@x.example`, role });
    const token = await tokenFor(ports, id, role);
    const response = await send(app, method, concrete(path), { token });
    const letIn = response.status !== 403 && response.status !== 401;
    expect([role, method, path, letIn]).toEqual([role, method, path, may(role, trusted(asked))]);
  };
  for (const route of shut) for (const role of ROLES) await asEvery(role, route);
  const asked = new Set(shut.map((route) => trusted<Permission>(route.asked)));
  expect([...asked].sort()).toEqual(["administer", "manage", "operate", "read", "self"]);
  await ports.close();
});

test("S7: a login sent as text, or without a type, counts against its network too", async () => {
  const given = new WeakSet<Request>();
  const ports: Ports & { close(): Promise<void> } = await house({
    // As Bun does: the address is known of the request it made, not of a copy.
    peer: (request) => (given.has(request) ? "192.0.2.7" : null),
  });
  const app = createApp(() => ports);
  const statuses = [];
  for (let n = 0; n < 6; n++) {
    const request = new Request("http://localhost/api/login", {
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
      body: JSON.stringify({ email: `u${n}@x.example`, password: "x" }),
    });
    given.add(request);
    statuses.push((await app.request(request)).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  await ports.close();
});

test("a client of S.G.E. that sends its login as text/plain is let in", async () => {
  const ports = await house();
  const response = await createApp(() => ports).request("/api/login", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify(ADMIN),
  });
  expect(response.status).toBe(200);
  await ports.close();
});
