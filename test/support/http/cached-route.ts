import { Hono } from "hono";
import { ROLES } from "../../../src/accounts/roles.ts";
import { cached } from "../../../src/http/cache/cached.ts";
import type { Env } from "../../../src/http/env.ts";
import { bumpTags } from "../../../src/journal/record.ts";
import { type Tag, tagVersions } from "../../../src/journal/versions.ts";
import { companyRow } from "../company-row.ts";
import { type TestPorts, testPorts } from "../ports.ts";

type Compute = (signal: AbortSignal) => Promise<unknown>;

interface Requested {
  company?: number;
  role?: string;
  query?: string;
  ifNoneMatch?: string;
  signal?: AbortSignal;
}

/** A cached route with the tag `stock`; gives the function that requests it. */
export function routeOver(ports: TestPorts, compute: Compute) {
  const app = new Hono<Env>();
  app.get("/read", async (c) => {
    c.set("ports", ports);
    c.set("signal", c.req.raw.signal);
    const role = ROLES.find((known) => known === c.req.header("x-role")) ?? "ADMIN";
    const company = Number(c.req.header("x-company"));
    c.set("actor", { company, userId: 1, role });
    c.set("versions", await tagVersions(ports, company));
    return cached(c, { tags: ["stock"], vary: c.req.query() }, compute);
  });
  app.onError((error, c) => c.text(error.message, 500));
  return async ({ company: of = 1, role, query = "", ifNoneMatch, signal }: Requested = {}) => {
    const headers = new Headers({ "x-company": String(of) });
    if (role !== undefined) headers.set("x-role", role);
    if (ifNoneMatch !== undefined) headers.set("if-none-match", ifNoneMatch);
    const response = await app.request(
      new Request(`http://x/read${query}`, {
        headers,
        ...(signal === undefined ? {} : { signal }),
      }),
    );
    return {
      status: response.status,
      how: response.headers.get("x-cache"),
      etag: response.headers.get("etag") ?? "",
      headers: response.headers,
      text: await response.text(),
    };
  };
}

/** Gives a test ports with two companies, and closes them after it. */
export async function withPorts(
  body: (ports: TestPorts) => Promise<void>,
  config: { CACHE_ENTRIES?: number; CACHE_BYTES?: number } = {},
) {
  const ports = await testPorts({ config });
  try {
    await ports.writer.commit({
      statements: [companyRow(1), companyRow(2)],
      read: () => undefined,
    });
    await body(ports);
  } finally {
    await ports.close();
  }
}

export const bump = (ports: TestPorts, tag: Tag, of = 1) =>
  ports.writer.commit({ statements: [bumpTags(of, [tag])], read: () => undefined });

/** Answers with the number of its calls. */
export function countingCompute() {
  const compute = async () => ({ n: ++compute.calls });
  compute.calls = 0;
  return compute;
}
