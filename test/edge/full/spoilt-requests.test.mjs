import assert from "node:assert/strict";
import { after, test } from "node:test";
import { complaint } from "../../support/http/problem-of.ts";
import { twoWorlds } from "../two-worlds.mjs";
import { ADMIN, fromBun } from "../world.mjs";

const RUNS = 400;
/** A client of HTTP writes these itself, or refuses them. */
const OF_THE_WAY = new Set(["content-length", "transfer-encoding", "expect", "host", "connection"]);

const { sides, close } = await twoWorlds();
after(close);

/** An answer as `complaint` takes it (support/http/problem-of.ts). */
async function read(response) {
  const text = await response.text();
  const json = /json/.test(response.headers.get("content-type") ?? "") && text !== "";
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? JSON.parse(text) : null,
  };
}

test(`${RUNS} invalid requests give no 500 in workerd, and the same problem documents as on Bun`, async () => {
  const sent = await fromBun(`
    const { default: fc } = await import("fast-check");
    const { requests } = await import("./test/support/http/invalid-requests.ts");
    const { STORED_NOTE } = await import("./test/support/http/valid-requests.ts");
    const base64 = (body) => body === null ? null : Buffer.from(body).toString("base64");
    // So rare among them that a new route may leave it out.
    const unsupported = { method: "POST", path: "/api/nfe/upload", headers: [["content-type", "image/png"]], body: "x" };
    const made = [...fc.sample(requests, { seed: 20261123, numRuns: ${RUNS} }), unsupported];
    return { kept: STORED_NOTE.xml, requests: made.map((one) => ({ ...one, body: base64(one.body) })) };`);
  const tokens = await Promise.all(
    sides.map(async ({ fetch }) => {
      const login = await fetch("/api/login", { method: "POST", body: JSON.stringify(ADMIN) });
      const { token } = await login.json();
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/xml" };
      await fetch("/api/nfe/upload", { method: "POST", headers, body: sent.kept });
      return token;
    }),
  );
  const seen = new Set();
  for (const { method, path, headers, body } of sent.requests) {
    const answers = await Promise.all(
      sides.map(async ({ fetch }, i) => {
        const given = new Headers({ authorization: `Bearer ${tokens[i]}` });
        for (const [name, value] of headers) if (!OF_THE_WAY.has(name)) given.set(name, value);
        const bytes = body === null ? null : Buffer.from(body, "base64");
        return read(await fetch(path, { method, headers: given, body: bytes }));
      }),
    );
    const [bun, edge] = answers;
    const what = `${method} ${path} ${JSON.stringify(headers)}`;
    assert.equal(method === "HEAD" ? null : complaint(edge), null, what);
    // A file that is a certificate cannot be kept at the edge; each other refusal comes before that one.
    const isFile =
      path.startsWith("/api/certificates") && bun.body?.code?.startsWith("certificate.");
    if (isFile && edge.body?.code === "certificate.not_supported") continue;
    assert.deepEqual([edge.status, edge.body?.code], [bun.status, bun.body?.code], what);
    seen.add(edge.status);
  }
  for (const status of [200, 400, 401, 404, 405, 415, 422])
    assert.ok(seen.has(status), `no ${status}`);
});
