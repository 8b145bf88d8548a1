import { afterAll, beforeAll, expect, test } from "bun:test";
import { serviceClient } from "../../src/cli/service/service-client.ts";
import { runScenario } from "../../src/demo/run-scenario.ts";
import { scenario } from "../../src/demo/scenario.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { MALFORMED, WELL_FORMED } from "../../src/synthetic/malformed.ts";
import { ODDITIES } from "../../src/synthetic/oddities.ts";
import { type TestApp, testApp } from "../support/app.ts";

let service: TestApp;
beforeAll(async () => {
  service = await testApp();
});
afterAll(() => service.close());

test("every oddity gets its expected answer", async () => {
  for (const { name, bytes, expected } of ODDITIES) {
    // Each by itself: several of them are one note in other clothes.
    const own = await testApp();
    const { status, body } = await own.upload(bytes());
    await own.close();
    expect([name, status, body.code]).toEqual([name, expected.status, expected.code]);
    expect([name, body.event !== undefined]).toEqual([name, expected.event === true]);
    if (body.holds === undefined) continue;
    const codes = (list: { code: string }[]) => list.map(({ code }) => code);
    expect([name, codes(body.holds)]).toEqual([name, [...(expected.holds ?? [])]]);
    expect(codes(body.findings)).toEqual(expect.arrayContaining([...(expected.findings ?? [])]));
  }
});

test("no malformed document is read, and every unusual well-formed one is the same note", async () => {
  for (const { name, bytes } of MALFORMED) {
    const read = await readDocument(bytes);
    expect([name, read.ok ? "read" : read.error.code]).toEqual([name, "nfe.malformed_xml"]);
  }
  const notes = await Promise.all(WELL_FORMED.map(({ bytes }) => readDocument(bytes)));
  for (const [n, read] of notes.entries()) {
    const note = read.ok && read.value.kind === "notes" ? read.value.notes[0] : undefined;
    expect([WELL_FORMED[n]?.name, note?.ok]).toEqual([WELL_FORMED[n]?.name, true]);
  }
});

test("the demo ends with exact stock, and with the expected result of each special document", async () => {
  const over = serviceClient({
    base: "http://sge.localhost",
    token: service.tokenOf("ADMIN"),
    fetch: (request) => service.app.fetch(request),
  });
  const { outcomes, registered, approved } = await runScenario(over, await scenario());
  expect([registered, approved]).toEqual([62, 55]);
  const held = outcomes.filter(({ result }) => result === "held").map(({ codes }) => codes.join());
  expect(held).toEqual([
    "cancelled",
    "no_goods",
    "unknown_operation",
    "homologation",
    "no_protocol",
    "not_authorised",
    "not_ours",
  ]);
  const refused = outcomes
    .filter(({ result }) => result === "refused")
    .map(({ codes }) => codes.join());
  expect(refused).toEqual([
    "nfe.duplicate",
    "unsupported_media_type",
    "nfe.malformed_xml",
    "nfe.malformed_xml",
    "nfe.access_key",
    "nfe.not_an_nfe",
  ]);
  const [wrong] = await service.rows(
    `select count(*) as n from balances b where b.quantity_e4 <>
      (select sum(quantity_e4) from movements m where m.company = b.company and m.product = b.product)`,
  );
  expect(wrong?.n).toBe(0);
  const rows = await service.rows(
    "select product, quantity_e4 from balances where product in ('1001', '1002', 'MEL', 'LAR-PER')",
  );
  expect(Object.fromEntries(rows.map((row) => [row.product, row.quantity_e4]))).toEqual({
    // 6 + 13 + 20 + 9 boxes, of 10 each.
    "1001": 480_0000,
    // 11 + 18 + 7 + 14 bought, 1 given, 3 sold.
    "1002": 48_0000,
    // 11 + 18 + 7 + 14 bought, 2 sold, 1 came back.
    MEL: 49_0000,
    // 11.275 + 18.275 + 14.275 kg bought (7.275 were cancelled), 8.5 sold.
    "LAR-PER": 35_3250,
  });
});
