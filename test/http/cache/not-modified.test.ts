import { expect, test } from "bun:test";
import { withApp } from "../../support/app.ts";
import { HELD_AT_FIRST, NAMES, POSTED, READS, WAITING } from "../../support/http/write-flows.ts";

const WALKS = ["/api/nfes", "/api/movements/list", "/api/products", "/api/stock"].flatMap(
  (path) => [
    `${path}?cursor=start&limit=1`,
    `${path}?fields=${path === "/api/nfes" ? "access_key" : path.endsWith("list") ? "id" : "code"}`,
  ],
);

/** What tells that a read is as it was: the tags, with the user, and the version of one product. */
const VERSIONS = [
  /cache_versions/,
  /^select (?:version|coalesce\(\(select version) from balances /,
];

test("every cached read answers 304 from the versions, without a statement for its data", () =>
  withApp(async (service) => {
    const { ports, send } = service;
    await service.upload(POSTED.xml, "?approve=true");
    await service.upload(WAITING.xml);
    await service.upload(HELD_AT_FIRST.xml);
    const paths = [...NAMES.map((name) => READS[name]), ...WALKS];
    const etags = new Map<string, string>();
    for (const path of paths) {
      const { status, headers } = await send("GET", path);
      expect([path, status]).toEqual([path, 200]);
      etags.set(path, headers.get("etag") ?? "");
    }
    const texts: string[] = [];
    const rows = ports.reader.rows.bind(ports.reader);
    ports.reader.rows = (statement, signal) => {
      texts.push(statement.sql.trim());
      return rows(statement, signal);
    };
    for (const path of paths)
      for (const tag of [etags.get(path) ?? "", `"other", W/${etags.get(path)}`]) {
        texts.length = 0;
        const answer = await send("GET", path, { headers: { "if-none-match": tag } });
        expect([path, answer.status, answer.text]).toEqual([path, 304, ""]);
        expect([path, answer.headers.get("x-cache")]).toEqual([path, "REVALIDATED"]);
        expect([path, answer.headers.get("etag")]).toEqual([path, etags.get(path) ?? null]);
        const others = texts.filter((text) => !VERSIONS.some((known) => known.test(text)));
        expect([path, others]).toEqual([path, []]);
      }
    for (const path of paths) {
      const { status } = await send("GET", path, { headers: { "if-none-match": '"other"' } });
      expect([path, status]).toEqual([path, 200]);
    }
  }));
