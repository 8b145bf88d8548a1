import { expect, test } from "bun:test";
import { err, ok } from "../../../src/lib/result.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { type Ask, claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { ALLOWANCE, ALLOWANCE_MS, UNKNOWN_MS } from "../../../src/sefaz/fetch/limits.ts";
import { receiveResult } from "../../../src/sefaz/fetch/receive-result.ts";
import type { CallResult } from "../../../src/sefaz/fetch/times.ts";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { testInFull } from "../../support/full.ts";
import {
  causeOf,
  type PortsWithAdmin,
  portsWithAdmin,
  sibling,
} from "../../support/ports-with-admin.ts";
import {
  answered,
  CNPJ,
  CURSOR,
  ON,
  permitted,
  REF,
  wait,
  withFetching,
} from "../../support/sefaz/claims.ts";
import { ModelService } from "../../support/sefaz/model-service.ts";
import { announcedKey, noteSummary } from "../../support/sefaz/summaries.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("fetching that was never switched on permits no call", async () => {
  const ports = await portsWithAdmin();
  expect(await claimCall(ports, REF, CURSOR)).toEqual({ permit: null, until: null });
  await changeFetching(ports, ON, causeOf(1));
  await changeFetching(ports, { ...ON, active: false }, causeOf(1));
  expect(await claimCall(ports, REF, CURSOR)).toEqual({ permit: null, until: null });
  await ports.close();
});

test("a call is counted before it goes out, and the hour of an answer that was not read is waited for", () =>
  withFetching(async (ports) => {
    const permit = await permitted(ports);
    expect(permit).toMatchObject({ ask: { kind: "cursor", after: 0 }, uf: "35" });
    const calls = await ports.reader.rows({
      sql: "select kind, subject from sefaz_calls",
      args: [],
    });
    expect(calls.map((row) => ({ ...row }))).toEqual([{ kind: "cursor", subject: "0" }]);
    expect(await wait(ports)).toBe(UNKNOWN_MS);
    expect(await wait(ports, { kind: "nsu", nsu: 7 })).toBe(UNKNOWN_MS);
    ports.clock.advance(UNKNOWN_MS - 1);
    expect(await wait(ports)).toBe(1);
    ports.clock.advance(1);
    expect(await wait(ports)).toBe(0);
  }));

test("each answer says when the next call may be made", () =>
  withFetching(async (ports) => {
    const after = async (result: CallResult, ask: Ask = CURSOR) => {
      await receiveResult(ports, await permitted(ports, ask), result);
      const waits = Math.floor(((await wait(ports)) ?? -1) / MINUTE);
      ports.clock.advance(3 * HOUR);
      return waits;
    };
    const within = async (from: number, to: number, waits: Promise<number>) =>
      expect([from <= (await waits), (await waits) <= to]).toEqual([true, true]);
    await within(61, 71, after(answered("137")));
    await within(61, 71, after(answered("138", { ultNSU: 3, maxNSU: 3 })));
    await within(61, 71, after(answered("656")));
    await within(61, 71, after(answered("593")));
    expect(await after(err(sefazFault("cut")))).toBe(63);
    // The faults in a row so far: 656, 593, cut.
    await within(8, 12, after(err(sefazFault("unreachable"))));
    await within(16, 24, after(answered("108")));
    // A good answer ends them, and there is more: at once.
    expect(await after(answered("138", { ultNSU: 50, maxNSU: 90 }))).toBe(0);
    // An answer that goes no further does not make a loop.
    await within(61, 71, after(answered("138", { ultNSU: 50, maxNSU: 90 })));
  }));

test("twenty calls by key or NSU are permitted within an hour, and the cursor waits for none of them", () =>
  withFetching(async (ports) => {
    const other = await sibling(ports);
    const began = ports.clock.now();
    for (let n = 1; n <= ALLOWANCE; n += 1) {
      const ask: Ask =
        n % 2 === 0 ? { kind: "nsu", nsu: n } : { kind: "key", accessKey: announcedKey(n) };
      await receiveResult(
        ports,
        await permitted(n % 3 === 0 ? other : ports, ask),
        answered("137"),
      );
      ports.clock.advance(MINUTE);
    }
    expect(await wait(ports, { kind: "nsu", nsu: 99 })).toBe(
      began + ALLOWANCE_MS - ports.clock.now(),
    );
    expect(await wait(ports)).toBe(0);
    await other.close();
  }));

test("asks that never stop use the hour's allowance, and no call more, however slow each is", () =>
  withFetching(async (ports) => {
    const service = new ModelService();
    const random = new Random(14);
    const until = ports.clock.now() + 6 * HOUR;
    for (let n = 1; ports.clock.now() < until; n += 1) {
      const { permit } = await claimCall(ports, REF, { kind: "nsu", nsu: n });
      ports.clock.advance(random.below(110_000));
      if (permit === null) continue;
      const answer = service.call(permit, ports.clock.now());
      await receiveResult(ports, permit, ok(answer));
    }
    expect(service.forbidden).toEqual([]);
    expect(service.calls).toBeGreaterThanOrEqual(100);
  }));

test("an answer is received once, and a late 656 counts all the same", () =>
  withFetching(async (ports) => {
    const permit = await permitted(ports);
    expect((await receiveResult(ports, permit, answered("137"))).outcome).toBe("none");
    expect((await receiveResult(ports, permit, answered("137"))).outcome).toBe("late");
    ports.clock.advance(2 * HOUR);
    expect((await receiveResult(ports, permit, answered("656"))).outcome).toBe("late");
    expect(await wait(ports)).toBe(61 * MINUTE);
  }));

interface History {
  readonly seed: number;
  readonly steps: number;
  readonly taxpayers: number;
}

/**
 * A random history of two processes that ask for several CNPJs: documents come, calls are lost before and after the service has
 * carried them out, answers are lost or late, processes are killed, another program is blocked. Gives the service.
 */
async function live(
  ports: PortsWithAdmin,
  { seed, steps, taxpayers }: History,
): Promise<ModelService> {
  const service = new ModelService();
  const random = new Random(seed);
  const other = await sibling(ports);
  const cnpjs = Array.from({ length: taxpayers }, (_, n) => cnpjOf(String(100_000_000_000 + n)));
  for (const cnpj of cnpjs) await changeFetching(ports, { ...ON, cnpj }, causeOf(1));
  let next = 0;
  const arrive = (cnpj: string, count: number) => {
    for (let n = 0; n < count; n += 1) {
      next += 1;
      service.put(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(next)), announcedKey(next));
    }
  };
  const one = async (faults: boolean) => {
    const cnpj = cnpjs[random.below(cnpjs.length)] ?? CNPJ;
    if (faults && random.below(4) === 0) arrive(cnpj, random.between(1, 120));
    if (faults && random.below(40) === 0) service.block(cnpj, ports.clock.now());
    const ask: Ask =
      !faults || random.below(3) > 0 ? CURSOR : { kind: "nsu", nsu: random.between(1, 60) };
    const process = random.below(2) === 0 ? ports : other;
    const { permit } = await claimCall(process, { ...REF, cnpj }, ask);
    if (permit === null) return;
    const fate = faults ? random.below(10) : 9;
    if (fate === 0) return; // killed before the call
    if (fate === 1) {
      await receiveResult(process, permit, err(sefazFault("unreachable")));
      return;
    }
    ports.clock.advance(random.below(faults ? 110_000 : 1_000));
    const answer = service.call(permit, ports.clock.now());
    if (fate === 2) return; // killed before the answer was read
    if (fate === 3) {
      await receiveResult(process, permit, err(sefazFault("cut")));
      return;
    }
    if (fate === 4) ports.clock.advance(random.below(3 * HOUR)); // a slow agent
    await receiveResult(process, permit, ok(answer));
    if (fate === 5) await receiveResult(other, permit, ok(answer));
  };
  for (let step = 0; step < steps; step += 1) {
    await one(true);
    ports.clock.advance(random.below(random.below(8) === 0 ? 2 * HOUR : MINUTE));
  }
  // Without faults everything is fetched in the end.
  for (const cnpj of cnpjs) {
    const documents = service.of(cnpj).documents.length;
    for (let n = 0; n < documents / 50 + 2; n += 1) {
      ports.clock.advance(2 * HOUR);
      const { permit } = await claimCall(ports, { ...REF, cnpj }, CURSOR);
      if (permit !== null)
        await receiveResult(ports, permit, ok(service.call(permit, ports.clock.now())));
    }
    const [row] = await ports.reader.rows({
      sql: `select c.ult_nsu, (select count(*) from announced_notes a where a.company = 1 and a.cnpj = c.cnpj) as notes
        from sefaz_cursors c where c.company = 1 and c.cnpj = ?1`,
      args: [cnpj],
    });
    expect({ ...row }).toEqual({ ult_nsu: documents, notes: documents });
  }
  await other.close();
  return service;
}

test("a history of kills and lost answers makes no call that the limits forbid and loses no document", () =>
  withFetching(async (ports) => {
    const service = await live(ports, { seed: 14, steps: 250, taxpayers: 3 });
    expect(service.forbidden).toEqual([]);
    expect(service.calls).toBeGreaterThan(30);
  }));

testInFull(
  "fifty random histories make no call that the limits forbid and lose no document",
  async () => {
    for (let seed = 1; seed <= 50; seed += 1)
      await withFetching(async (ports) => {
        const service = await live(ports, { seed, steps: 600, taxpayers: 5 });
        expect({ seed, forbidden: service.forbidden }).toEqual({ seed, forbidden: [] });
      });
  },
  900_000,
);
