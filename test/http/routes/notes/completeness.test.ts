import { expect, test } from "bun:test";
import { cnpjOf } from "../../../../src/synthetic/access-keys.ts";
import { cancellationEvent } from "../../../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { copyNote } from "../../../support/notes/copied-notes.ts";
import { screw, supplier } from "../../../support/notes/purchase.ts";
import { NOON } from "../../../support/ports.ts";

const DAY = 86_400_000;
const ROUTE = "/api/reports/completeness";
const MONTH = "?month=2026-11";
const made = (number: number, options: NoteOptions = {}) =>
  syntheticNote({
    seed: number,
    emit: supplier,
    items: [screw],
    issuedAt: "2026-11-10T10:00:00-03:00",
    ...options,
  });
const ours = (number: number, options: NoteOptions = {}) =>
  made(number, { emit: COMPANY, dest: CUSTOMER, CFOP: "5102", ...options });
interface Row {
  access_key: string | null;
  number: number | null;
  last_number: number | null;
  [name: string]: unknown;
}
interface Checked {
  check: string;
  title: string;
  what_to_do: string;
  count: number;
  data: Row[];
  next_cursor: string | null;
}
const report = async ({ send }: TestApp, query = MONTH) => {
  const answer = await send("GET", `${ROUTE}${query}`, { as: "VISUALIZADOR" });
  expect([query, answer.status, answer.text]).toEqual([query, 200, answer.text]);
  const checks: Checked[] = answer.body.checks;
  const of = (name: string): Checked => {
    const found = checks.find(({ check }) => check === name);
    if (found === undefined) throw new Error(`no check ${name}`);
    return found;
  };
  return { checks, of, unknownSeries: answer.body.unknown_series };
};

test("the report names notes without protocol, discarded ones and those cancelled after their entry", () =>
  withApp(async (service) => {
    const [entered, bare, aside, good] = [
      made(1),
      made(2, { root: "NFe" }),
      made(3),
      made(4),
    ] as const;
    for (const { xml } of [entered, good]) await service.upload(xml, "?approve=true");
    for (const { xml } of [bare, aside]) await service.upload(xml);
    await service.upload(cancellationEvent(entered.accessKey));
    await service.send("POST", `/api/nfes/${aside.accessKey}/discard`, {
      as: "GERENTE",
      json: { reason: "não é nossa" },
    });
    const { checks, of, unknownSeries } = await report(service);
    expect(checks.map(({ check, count }) => [check, count])).toEqual([
      ["own_number_gap", 0],
      ["supplier_number_gap", 0],
      ["no_protocol", 1],
      ["cancelled_after_entry", 1],
      ["held", 0],
      ["discarded", 1],
      ["waiting_event", 0],
      ["not_here", 0],
      ["summary_only", 0],
      ["not_here_void", 0],
      ["not_in_stock", 2],
      ["statement_due", 0],
      ["nsu_parked", 0],
      ["nsu_gap", 0],
    ]);
    expect(unknownSeries).toBe(1);
    expect(of("no_protocol").data).toEqual([
      {
        access_key: bare.accessKey,
        supplier_cnpj: supplier.cnpj,
        supplier_name: supplier.name,
        model: "55",
        series: "1",
        number: 2,
        last_number: null,
        issued_at: "2026-11-10T13:00:00.000Z",
        status: "PENDENTE",
        received_at: new Date(NOON).toISOString(),
        event_type: null,
        total_value: 20,
        why: [expect.stringMatching(/protocolo/)],
        situation: null,
        statement: null,
        due_at: null,
        recipient_cnpj: null,
        nsu: null,
        last_nsu: null,
      },
    ]);
    expect(of("cancelled_after_entry").data[0]?.access_key).toBe(entered.accessKey);
    expect(of("discarded").data[0]).toMatchObject({
      access_key: aside.accessKey,
      status: "DESCARTADA",
    });
    const outside = of("not_in_stock").data.map(({ access_key, why }) => [access_key, why]);
    expect(outside).toEqual([
      [bare.accessKey, of("no_protocol").data[0]?.why],
      [aside.accessKey, ["Descartada: não é nossa"]],
    ]);
    for (const { title, what_to_do } of checks)
      expect([title, what_to_do]).toEqual([
        expect.stringMatching(/^\p{Lu}.*[^.]$/u),
        expect.stringMatching(/^\p{Lu}.*\.$/u),
      ]);
  }));

test("a note is held when it has waited for more days of the company than the client names", () =>
  withApp(async (service) => {
    const note = made(1, { root: "NFe" });
    await service.upload(note.xml);
    const held = async (days: number) =>
      (await report(service, `${MONTH}&held_days=${days}`)).of("held").count;
    expect(await held(0)).toBe(0);
    const all = await report(service, `${MONTH}&all_waiting=true`);
    expect(all.of("held").count).toBe(1);
    // 20 hours later, while the tokens are good: the next day of the company.
    service.ports.clock.set(NOON + 20 * 3_600_000);
    expect([await held(0), await held(1)]).toEqual([1, 0]);
    await service.ports.database.writing.execute({
      sql: "update notes set received_at = ?1",
      args: [NOON - 7 * DAY],
    });
    // Written past the cache: the report of no other day count is kept.
    expect([await held(7), await held(8), (await report(service)).of("held").count]).toEqual([
      1, 0, 1,
    ]);
  }));

test("gaps of our own numbers are named; those of a supplier only where most of its notes come here", () =>
  withApp(async (service) => {
    for (const number of [1, 2, 5]) await service.upload(ours(number).xml);
    for (const number of [10, 11, 12, 14, 15]) await service.upload(made(number).xml);
    const { of, unknownSeries } = await report(service);
    expect(of("own_number_gap").data).toMatchObject([
      { supplier_cnpj: COMPANY.cnpj, series: "1", number: 3, last_number: 4, access_key: null },
    ]);
    expect(of("supplier_number_gap").data).toMatchObject([
      { supplier_cnpj: supplier.cnpj, number: 13, last_number: 13 },
    ]);
    expect(unknownSeries).toBe(0);
  }));

test("a gap at the turn of a month is in the report of the month of the note that ends it", () =>
  withApp(async (service) => {
    await service.upload(ours(1, { issuedAt: "2026-10-31T23:30:00-03:00" }).xml);
    await service.upload(ours(4, { issuedAt: "2026-11-01T00:30:00-03:00" }).xml);
    expect((await report(service)).of("own_number_gap").data).toMatchObject([
      { number: 2, last_number: 3 },
    ]);
    expect((await report(service, "?month=2026-10")).of("own_number_gap").count).toBe(0);
    expect(
      (await report(service, "?from=2026-11-01&to=2026-11-02")).of("own_number_gap").count,
    ).toBe(1);
  }));

test("an event whose note has not come is named until it comes", () =>
  withApp(async (service) => {
    const [first, second] = [made(1), made(2)] as const;
    for (const { accessKey } of [first, second]) await service.upload(cancellationEvent(accessKey));
    const waiting = async () => {
      const { data } = (await report(service)).of("waiting_event");
      return data.map(({ access_key, event_type }) => [access_key, event_type]);
    };
    expect((await waiting()).sort()).toEqual(
      [first, second].map(({ accessKey }) => [accessKey, "110111"]).sort(),
    );
    await service.upload(first.xml);
    expect(await waiting()).toEqual([[second.accessKey, "110111"]]);
  }));

test("each check is read to its end by its cursor, every row once", () =>
  withApp(async (service) => {
    for (let n = 1; n <= 7; n += 1)
      await service.upload(
        made(n, { root: "NFe", issuedAt: `2026-11-${n < 4 ? "05" : "06"}T10:00:00-03:00` }).xml,
      );
    for (const n of [1, 3, 5, 7]) await service.upload(ours(n).xml);
    for (const [check, expected] of [
      ["no_protocol", [1, 2, 3, 4, 5, 6, 7]],
      ["own_number_gap", [2, 4, 6]],
    ] as const) {
      const numbers: unknown[] = [];
      let cursor: string | null = "";
      let pages = 0;
      while (cursor !== null) {
        const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
        const { checks } = await report(service, `${MONTH}&check=${check}&limit=2${after}`);
        expect(checks.map((one) => [one.check, one.count])).toEqual([[check, expected.length]]);
        numbers.push(...(checks[0]?.data ?? []).map(({ number }) => number));
        cursor = checks[0]?.next_cursor ?? null;
        pages += 1;
      }
      expect([numbers, pages]).toEqual([[...expected], Math.ceil(expected.length / 2)]);
    }
  }));

test("notes of more than one statement are all looked at", () =>
  withApp(async (service) => {
    const first = made(1, { root: "NFe" });
    await service.upload(first.xml);
    // Some of them at one instant, and a page ends within it.
    await copyNote(service, first.accessKey, 1_200, { number: "cast(2 * i as text)" });
    const { of } = await report(service, `${MONTH}&limit=1`);
    expect(of("no_protocol").count).toBe(1_201);
    // 1, 2, 4, 6, … 2400: a half of the numbers, and 1,199 gaps.
    expect(of("supplier_number_gap").count).toBe(1_199);
  }));

test("a period that is none, or too long, is refused with its field", () =>
  withApp(async ({ send }) => {
    for (const [query, path] of [
      ["", "/month"],
      ["?from=2026-11-01", "/month"],
      ["?month=2026-11&from=2026-11-01&to=2026-11-02", "/month"],
      ["?from=2026-11-02&to=2026-11-01", "/to"],
      ["?from=2026-01-01&to=2026-04-03", "/to"],
      ["?month=2026-11&cursor=1", "/check"],
    ] as const) {
      const { status, body } = await send("GET", `${ROUTE}${query}`);
      expect([query, status, body.errors?.[0]?.path]).toEqual([query, 422, path]);
    }
    expect((await send("GET", `${ROUTE}?from=2026-01-01&to=2026-04-02`)).status).toBe(200);
  }));

test("the CSV has a line for everything that the report counts", () =>
  withApp(async (service) => {
    await service.upload(made(1, { root: "NFe" }).xml);
    for (const n of [1, 3]) await service.upload(ours(n).xml);
    await service.upload(cancellationEvent(made(9).accessKey));
    const answer = await service.send("GET", `/api/export/completeness${MONTH}`);
    expect(answer.headers.get("content-disposition")).toMatch(/completude_\d{8}_\d{6}\.csv/);
    const rows = csvRecords(answer.text);
    expect(rows.map((row) => [row.Verificação, row.Número, row["Até o Número"]])).toEqual([
      ["Sem protocolo", "1", ""],
      ["Registrada e fora do estoque", "1", ""],
      ["Registrada e fora do estoque", "1", ""],
      ["Registrada e fora do estoque", "3", ""],
      ["Falta na numeração própria", "2", "2"],
      ["Evento sem a nota", "", ""],
    ]);
    expect(rows[0]).toMatchObject({ Emissão: "10/11/2026 10:00:00", Situação: "PENDENTE" });
    const { checks } = await report(service);
    expect(checks.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
    for (const row of rows) expect(row["O que Fazer"]).toMatch(/\.$/);
    const other = await service.send("GET", `/api/export/completeness${MONTH}`, {
      as: "otherCompany",
    });
    expect(csvRecords(other.text)).toEqual([]);
  }));

test("the report says for which CNPJs of the company notes are fetched from the tax office, as soon as that changes", () =>
  withApp(async (service) => {
    const fetching = async () => (await service.send("GET", `${ROUTE}${MONTH}`)).body.fetching;
    const branch = cnpjOf(`${COMPANY.cnpj.slice(0, 8)}0002`);
    const set = async (cnpjs: readonly string[]) =>
      expect((await service.send("PATCH", "/api/company", { json: { cnpjs } })).status).toBe(200);
    const turn = async (cnpj: string, active: boolean) => {
      const json = { cnpj, uf: "SP", environment: "production", active };
      expect((await service.send("PATCH", "/api/sefaz", { json })).status).toBe(200);
    };
    await set([COMPANY.cnpj]);
    expect(await fetching()).toBe("none");
    await turn(COMPANY.cnpj, true);
    expect(await fetching()).toBe("all");
    await set([COMPANY.cnpj, branch]);
    expect(await fetching()).toBe("some");
    await turn(COMPANY.cnpj, false);
    expect(await fetching()).toBe("none");
  }));
