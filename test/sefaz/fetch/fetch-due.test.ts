import { expect, test } from "bun:test";
import { err } from "../../../src/lib/result.ts";
import type { SefazCaller } from "../../../src/ports/sefaz.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { fetchDue } from "../../../src/sefaz/fetch/fetch-due.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { companyRow } from "../../support/company-row.ts";
import { mortal, mortalCaller } from "../../support/faults/mortal.ts";
import { testInFull } from "../../support/full.ts";
import {
  causeOf,
  type PortsWithAdmin,
  portsWithAdmin,
  sibling,
} from "../../support/ports-with-admin.ts";
import { runJobs } from "../../support/run-jobs.ts";
import { announcedKey, eventSummary, noteSummary } from "../../support/sefaz/summaries.ts";
import { playCaller, playCertificate, randomFaults } from "../play/caller.ts";
import { SefazPlay } from "../play/play.ts";

const MINUTE = 60_000;

interface Extent {
  readonly companies: number;
  readonly cnpjsEach: number;
  readonly documents: number;
  /** One of so many documents is a whole note. */
  readonly wholeEach: number;
  /** Of a thousand calls and of a thousand commits. */
  readonly faults: number;
}

/** Runs two processes against the play until everything was fetched, and compares every NSU. */
async function fetchAll(ports: PortsWithAdmin, extent: Extent): Promise<SefazPlay> {
  const { companies, cnpjsEach, documents, wholeEach, faults } = extent;
  const random = new Random(14);
  const play = new SefazPlay({ now: () => ports.clock.now() });
  const other = await sibling(ports);
  const plan = randomFaults(random, faults);
  const caller = mortalCaller(playCaller(play, plan), ports.clock, random, faults);
  const cnpjs: string[] = [];
  for (let company = 1; company <= companies; company += 1) {
    if (company > 1)
      await ports.writer.commit({ statements: [companyRow(company)], read: () => undefined });
    for (let n = 0; n < cnpjsEach; n += 1) {
      const cnpj = cnpjOf(String(100_000_000_000 + cnpjs.length));
      cnpjs.push(cnpj);
      await changeFetching(
        ports,
        { cnpj, environment: "1", uf: "35", active: true },
        causeOf(1, "ADMIN", company),
      );
    }
  }
  let notes = 0;
  let left = documents;
  const arrive = (count: number) => {
    for (let n = 0; n < count && left > 0; n += 1, left -= 1) {
      const cnpj = cnpjs[random.below(cnpjs.length)] ?? "";
      if (left % wholeEach === 0) {
        notes += 1;
        play.push(
          cnpj,
          "procNFe_v4.00.xsd",
          syntheticNote({ seed: notes, nNF: String(notes), items: 1 }).xml,
        );
      } else if (left % 97 === 0)
        play.push(cnpj, "resEvento_v1.01.xsd", eventSummary(announcedKey(left), "110111"));
      else if (left % 101 === 0) play.push(cnpj, "procTomorrow_v1.00.xsd", "<procTomorrow/>");
      else if (left % 103 === 0) play.pushPacked(cnpj, "procNFe_v4.00.xsd", "bm8gZ3ppcA==");
      else play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(left)));
    }
  };
  const needs = { caller, certificateOf: async (_: number, cnpj: string) => playCertificate(cnpj) };
  const signal = new AbortController().signal;
  const isDone = async () => {
    const rows = await ports.reader.rows({
      sql: "select cnpj, ult_nsu from sefaz_cursors",
      args: [],
    });
    return (
      left === 0 &&
      rows.every(({ cnpj, ult_nsu }) => Number(ult_nsu) === play.documentsOf(String(cnpj)).length)
    );
  };
  arrive(Math.ceil(documents / 2));
  for (let round = 0; round < 4_000; round += 1) {
    arrive(Math.ceil(documents / 40));
    await Promise.all([
      fetchDue(mortal(ports, random, faults), needs, signal),
      fetchDue(mortal({ ...other, writer: ports.writer }, random, faults), needs, signal),
    ]);
    ports.clock.advance(random.between(1_000, round % 5 === 0 ? 40 * MINUTE : 2 * MINUTE));
    if (round % 10 === 9) await runJobs(ports);
    if (round % 10 === 9 && (await isDone())) break;
  }
  expect(await isDone()).toBe(true);
  await runJobs(ports);
  const kept = await ports.reader.rows({
    sql: `select cnpj, nsu from announced_notes union all select cnpj, nsu from announced_events
      union all select cnpj, nsu from sefaz_parked
      union all select substr(file, 7, 14), cast(substr(file, 26) as integer) from job_items`,
    args: [],
  });
  const shown = (cnpj: unknown, nsu: unknown) => `${cnpj} ${nsu}`;
  expect(kept.map(({ cnpj, nsu }) => shown(cnpj, nsu)).toSorted()).toEqual(
    cnpjs.flatMap((cnpj) => play.documentsOf(cnpj).map(({ nsu }) => shown(cnpj, nsu))).toSorted(),
  );
  const [row] = await ports.reader.rows({ sql: "select count(*) as n from notes", args: [] });
  expect(Number(row?.n)).toBe(notes);
  await other.close();
  return play;
}

async function withPorts(body: (ports: PortsWithAdmin) => Promise<void>): Promise<void> {
  const ports = await portsWithAdmin();
  try {
    await body(ports);
  } finally {
    await ports.close();
  }
}

test("two processes fetch every document once through faults and kills, with no forbidden call", () =>
  withPorts(async (ports) => {
    const play = await fetchAll(ports, {
      companies: 2,
      cnpjsEach: 2,
      documents: 600,
      wholeEach: 60,
      faults: 300,
    });
    expect(play.counts.forbidden).toBe(0);
    expect(play.counts.documentsGiven).toBeGreaterThanOrEqual(600);
  }));

test("a company without a certificate, and a service that cannot be reached, cost no call", () =>
  withPorts(async (ports) => {
    const cnpj = cnpjOf("731845260001");
    await changeFetching(ports, { cnpj, environment: "1", uf: "35", active: true }, causeOf(1));
    const calls: string[] = [];
    const caller: SefazCaller = {
      async call() {
        calls.push(cnpj);
        return err(sefazFault("unreachable"));
      },
    };
    expect(await fetchDue(ports, { caller, certificateOf: async () => null })).toBe(0);
    expect(calls).toEqual([]);
    const needs = { caller, certificateOf: async () => playCertificate(cnpj) };
    for (const minutes of [0, 2, 3, 6, 12]) {
      ports.clock.advance(minutes * MINUTE);
      expect(await fetchDue(ports, needs)).toBe(1);
      expect(await fetchDue(ports, needs)).toBe(0);
    }
    expect(calls).toHaveLength(5);
  }));

test("two companies whose certificates have proven one CNPJ share its limits, and each gets every document", () =>
  withPorts(async (ports) => {
    const cnpj = cnpjOf("731845260001");
    const play = new SefazPlay({ now: () => ports.clock.now() });
    const needs = { caller: playCaller(play), certificateOf: async () => playCertificate(cnpj) };
    await ports.writer.commit({ statements: [companyRow(2)], read: () => undefined });
    const on = { cnpj, environment: "1", uf: "35", active: true } as const;
    await changeFetching(ports, on, causeOf(1));
    await fetchDue(ports, needs);
    await changeFetching(ports, on, causeOf(1, "ADMIN", 2));
    for (let n = 1; n <= 120; n += 1) {
      play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)));
      ports.clock.advance(7 * MINUTE);
      await fetchDue(ports, needs);
    }
    for (let n = 0; n < 60; n += 1) {
      ports.clock.advance(7 * MINUTE);
      await fetchDue(ports, needs);
    }
    const rows = await ports.reader.rows({
      sql: "select company, count(*) as n from announced_notes group by company",
      args: [],
    });
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { company: 1, n: 120 },
      { company: 2, n: 120 },
    ]);
    expect(play.counts.forbidden).toBe(0);
  }));

test("an answer is read by the threads of documents, and in place where these have no room", () =>
  withPorts(async (ports) => {
    const cnpj = cnpjOf("731845260001");
    const play = new SefazPlay({ now: () => ports.clock.now() });
    play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(1)));
    await changeFetching(ports, { cnpj, environment: "1", uf: "35", active: true }, causeOf(1));
    let asked = 0;
    const distribution = async () => {
      asked += 1;
      throw new Error("overloaded");
    };
    const full = { ...ports, documents: { ...ports.documents, distribution } };
    const needs = { caller: playCaller(play), certificateOf: async () => playCertificate(cnpj) };
    expect([await fetchDue(full, needs), asked]).toEqual([1, 1]);
    const rows = await ports.reader.rows({ sql: "select nsu from announced_notes", args: [] });
    expect(rows.map((row) => ({ ...row }))).toEqual([{ nsu: 1 }]);
  }));

testInFull(
  "100,000 documents over 300 CNPJs are fetched once each through faults and kills, with no forbidden call",
  () =>
    withPorts(async (ports) => {
      const extent = {
        companies: 30,
        cnpjsEach: 10,
        documents: 100_000,
        wholeEach: 50,
        faults: 80,
      };
      const play = await fetchAll(ports, extent);
      expect(play.counts.forbidden).toBe(0);
    }),
  1_800_000,
);
