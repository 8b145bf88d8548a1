import { expect, test } from "bun:test";
import { distributionRequest, type Wanted } from "../../../src/sefaz/wire/distribution.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { readDistribution } from "../../support/sefaz/read-distribution.ts";
import { playCaller, playCertificate } from "./caller.ts";
import type { PlayNote } from "./documents.ts";
import { SefazPlay } from "./play.ts";

const CNPJ = "11222333000181";
const MINUTE = 60_000;

function started() {
  let at = Date.parse("2026-11-20T12:00:00Z");
  const play = new SefazPlay({ now: () => at });
  const caller = playCaller(play);
  const ask = async (wanted: Wanted, cnpj = CNPJ) => {
    const answer = await caller.call("distribution", {
      environment: "1",
      body: distributionRequest({ environment: "1", taxpayer: cnpj, cUFAutor: "35", wanted }),
      certificate: playCertificate(CNPJ),
      signal: new AbortController().signal,
    });
    const read = answer.ok ? await readDistribution(answer.value) : answer;
    if (!read.ok) throw new Error(read.error.kind);
    return read.value;
  };
  return { play, ask, pass: (minutes: number) => (at += minutes * MINUTE), now: () => at };
}

const noteOf = (seed: number, more: Partial<PlayNote> = {}): PlayNote => {
  const { accessKey, xml } = syntheticNote({ seed });
  return { accessKey, xml, to: CNPJ, issuedAt: Date.parse("2026-11-20T10:00:00Z"), ...more };
};

test("the play gives 50 documents a call until the last, in the order of their NSU", async () => {
  const { play, ask } = started();
  for (let n = 1; n <= 120; n++) play.push(CNPJ, "resNFe_v1.01.xsd", `<resNFe n="${n}"/>`);
  const first = await ask({ after: 0 });
  const second = await ask({ after: first.ultNSU ?? 0 });
  const third = await ask({ after: second.ultNSU ?? 0 });
  expect(
    [first, second, third].map((a) => [a.cStat, a.documents.length, a.ultNSU, a.maxNSU]),
  ).toEqual([
    ["138", 50, 50, 120],
    ["138", 50, 100, 120],
    ["138", 20, 120, 120],
  ]);
  expect(play.counts).toMatchObject({ calls: 3, forbidden: 0, documentsGiven: 120 });
});

test("the play blocks a CNPJ that asks within an hour after the last document, and each call begins the block again", async () => {
  const { play, ask, pass, now } = started();
  expect((await ask({ after: 0 })).cStat).toBe("137");
  pass(59);
  expect((await ask({ after: 0 })).cStat).toBe("656");
  pass(59);
  expect((await ask({ after: 0 })).cStat).toBe("656");
  expect(play.blockedUntil(CNPJ)).toBe(now() + 60 * MINUTE);
  pass(60);
  expect((await ask({ after: 0 })).cStat).toBe("137");
  expect(play.counts.forbidden).toBe(2);
});

test("the play answers 20 single questions an hour, and blocks at one more", async () => {
  const { play, ask, pass } = started();
  const note = noteOf(1, { isFull: true });
  play.issue(note);
  for (let n = 0; n < 20; n++)
    expect((await ask(n % 2 === 0 ? { nsu: 1 } : { accessKey: note.accessKey })).cStat).toBe("138");
  expect((await ask({ nsu: 1 })).cStat).toBe("656");
  pass(61);
  expect((await ask({ nsu: 1 })).cStat).toBe("138");
  expect(play.counts.forbidden).toBe(1);
});

test("the play refuses a CNPJ of another root than the certificate's, and another recipient's note", async () => {
  const { play, ask } = started();
  const note = noteOf(1, { to: "99888777000166" });
  play.issue(note);
  expect((await ask({ after: 0 }, "99888777000166")).cStat).toBe("593");
  expect((await ask({ accessKey: note.accessKey })).cStat).toBe("640");
});

test("the play counts a forbidden call that is lost on its way", async () => {
  const { play, ask } = started();
  await ask({ after: 0 });
  const caller = playCaller(play, () => "refused");
  const body = distributionRequest({
    environment: "1",
    taxpayer: CNPJ,
    cUFAutor: null,
    wanted: { after: 0 },
  });
  const answer = await caller.call("distribution", {
    environment: "1",
    body,
    certificate: playCertificate(CNPJ),
    signal: new AbortController().signal,
  });
  expect(answer).toMatchObject({
    ok: false,
    error: { kind: "unreachable", mayHaveArrived: false },
  });
  expect(play.counts.forbidden).toBe(1);
  expect(play.blockedUntil(CNPJ)).toBe(0);
});
