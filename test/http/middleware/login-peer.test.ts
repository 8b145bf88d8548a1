import { expect, test } from "bun:test";
import { createApp } from "../../../src/app.ts";
import { ADMIN, portsWithAdmin } from "../../support/ports-with-admin.ts";

test("S7: a login sent as text, or without a type, counts against its network too", async () => {
  const given = new WeakSet<Request>();
  const ports = await portsWithAdmin({
    // As on Bun, which knows the peer of its own request object and not of a copy.
    peer: (request) => (given.has(request) ? "192.0.2.7" : null),
  });
  const app = createApp(() => ports);
  const statuses = [];
  for (const [n, type] of ["text/plain", "", "a/b", "text/plain", "", "text/plain"].entries()) {
    const request = new Request("http://localhost/api/login", {
      method: "POST",
      body: JSON.stringify({ email: `u${n}@x.example`, password: "x" }),
    });
    if (type === "") request.headers.delete("content-type");
    else request.headers.set("content-type", type);
    given.add(request);
    statuses.push((await app.request(request)).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
  await ports.close();
});

test("a login sent as text/plain, as clients of S.G.E. do, succeeds", async () => {
  const ports = await portsWithAdmin();
  const response = await createApp(() => ports).request("/api/login", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify(ADMIN),
  });
  expect(response.status).toBe(200);
  await ports.close();
});
