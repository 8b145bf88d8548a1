import { expect, test } from "bun:test";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { parkRefused } from "../../../src/sefaz/fetch/park-refused.ts";
import { receiveResult } from "../../../src/sefaz/fetch/receive-result.ts";
import { withApp } from "../../support/app.ts";
import { causeOf } from "../../support/ports-with-admin.ts";
import { runJobs } from "../../support/run-jobs.ts";
import { found, OWN_CURSOR, ownPermit } from "../../support/sefaz/found-answers.ts";

const utf8 = new TextEncoder();

interface Page {
  readonly data: readonly { readonly nsu: number }[];
  readonly pagination: { readonly next_cursor: string | null };
}

test("documents without an NSU are all kept, each of several answers, below those that have one", () =>
  withApp(async (service) => {
    const { ports } = service;
    await changeFetching(ports, { ...OWN_CURSOR, uf: "35", active: true }, causeOf(14));
    const strange = (text: string) => ({
      nsu: null,
      schema: "procFuturo_v1.00.xsd",
      bytes: utf8.encode(text),
    });
    const damaged = { nsu: null, schema: "", why: "gzip" as const, packed: utf8.encode("c") };
    await receiveResult(
      ports,
      await ownPermit(ports),
      found([strange("a"), strange("b")], [damaged]),
    );
    ports.clock.advance(1_000);
    const bad = { nsu: null, schema: "procNFe_v4.00.xsd", bytes: utf8.encode("<nfeProc/>") };
    const other = { ...strange("d"), nsu: 61 };
    await receiveResult(
      ports,
      await ownPermit(ports),
      found([strange("e"), other, bad, { ...bad, bytes: utf8.encode("<NFe/>") }], [], {
        ultNSU: 61,
      }),
    );
    await runJobs(ports);
    expect(await parkRefused(ports, 1)).toBe(2);
    const all = await service.rows(
      "select nsu, reason, cast(bytes as text) as bytes from sefaz_parked order by nsu",
    );
    expect(all.map(({ nsu, bytes }) => [nsu, bytes])).toEqual([
      [-6, null],
      [-5, null],
      [-4, "e"],
      [-3, "b"],
      [-2, "a"],
      [-1, "c"],
      [61, "d"],
    ]);
    const seen: number[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body }: { body: Page } = await service.send(
        "GET",
        `/api/sefaz/parked?limit=2${cursor}`,
      );
      seen.push(...body.data.map(({ nsu }) => nsu));
      const { next_cursor } = body.pagination;
      cursor = next_cursor === null ? null : `&cursor=${next_cursor}`;
    }
    expect(seen).toEqual([-6, -5, -4, -3, -2, -1, 61]);
    const month = (await service.send("GET", "/api/reports/completeness?month=2026-11")).body;
    const unread = month.checks.find(({ check }: { check: string }) => check === "nsu_parked");
    expect(unread.data.map(({ nsu }: { nsu: number | null }) => nsu).sort()).toEqual([
      61,
      ...[null, null, null, null, null, null],
    ]);
  }));
