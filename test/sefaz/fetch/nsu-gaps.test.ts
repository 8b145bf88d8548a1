import { expect, test } from "bun:test";
import { err, ok } from "../../../src/lib/result.ts";
import { claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { passedNsus } from "../../../src/sefaz/fetch/nsu-gaps.ts";
import { retryParked } from "../../../src/sefaz/fetch/parked-documents.ts";
import { receiveResult } from "../../../src/sefaz/fetch/receive-result.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { causeOf } from "../../support/ports-with-admin.ts";
import { announcedKey, noteSummary } from "../../support/sefaz/summaries.ts";

const REF = { company: 1, cnpj: COMPANY.cnpj, environment: "1" } as const;
const doc = (nsu: number | null) => ({
  nsu,
  schema: "resNFe_v1.01.xsd",
  bytes: noteSummary(announcedKey(nsu ?? 0)),
});
const answer = (ultNSU: number, nsus: readonly (number | null)[], cStat = "138") => ({
  cStat,
  xMotivo: "x",
  dhResp: null,
  ultNSU,
  maxNSU: ultNSU,
  documents: nsus.map(doc),
  unopened: [],
});

test("the NSUs that an answer passes are those after the last one, up to its ultNSU, of no document", () => {
  const passed = (after: number, ult: number, nsus: readonly (number | null)[], cStat?: string) =>
    passedNsus(after, answer(ult, nsus, cStat)).map(({ first, last }) => [first, last]);
  expect(passed(10, 16, [11, 12, 15])).toEqual([
    [13, 14],
    [16, 16],
  ]);
  expect(passed(10, 12, [12, 11])).toEqual([]);
  expect(passed(10, 10, [], "137")).toEqual([]);
  expect(passed(10, 14, [], "137")).toEqual([[11, 14]]);
  // The service keeps 90 days: before the first document there may have been any number.
  expect(passed(0, 903, [900, 903])).toEqual([[901, 902]]);
  expect(passed(0, 903, [], "137")).toEqual([]);
  expect(passed(10, 16, [11, null])).toEqual([]);
  expect(passed(10, 16, [11], "656")).toEqual([]);
});

const gaps = ({ rows }: TestApp) =>
  rows("select first_nsu as first, last_nsu as last from sefaz_nsu_gaps order by first_nsu");

test("an NSU that was passed stays listed through lost answers until the service says what it is", () =>
  withApp(async (service) => {
    const { ports } = service;
    await changeFetching(ports, { ...REF, uf: "35", active: true }, causeOf(14));
    const received = async (
      ask: Parameters<typeof claimCall>[2],
      result: Parameters<typeof receiveResult>[2],
    ) => {
      ports.clock.advance(2 * 3_600_000);
      const { permit } = await claimCall(ports, REF, ask);
      if (permit === null) throw new Error("not permitted");
      return receiveResult(ports, permit, result);
    };
    await received({ kind: "cursor" }, ok(answer(9, [3, 4, 9])));
    expect(await gaps(service)).toEqual([{ first: 5, last: 8 }]);
    expect(await retryParked(ports, { ...REF, nsu: 6 }, causeOf(14))).toMatchObject({
      subject: "6",
    });
    expect(retryParked(ports, { ...REF, nsu: 9 }, causeOf(14))).rejects.toThrow();
    const ask = (nsu: number) => ({ kind: "nsu", nsu }) as const;
    await received(ask(6), err({ kind: "cut", isTransient: true, mayHaveArrived: true }));
    expect(await gaps(service)).toEqual([{ first: 5, last: 8 }]);
    await received(ask(6), ok(answer(6, [6])));
    expect(await gaps(service)).toEqual([
      { first: 5, last: 5 },
      { first: 7, last: 8 },
    ]);
    await received(ask(8), ok(answer(8, [], "137")));
    await received(ask(5), ok(answer(5, [5])));
    expect(await gaps(service)).toEqual([{ first: 7, last: 7 }]);
    await received(ask(7), ok(answer(7, [7])));
    expect(await gaps(service)).toEqual([]);
  }));
