import { expect, test } from "bun:test";
import { err } from "../../../src/lib/result.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { type Ask, claimCall } from "../../../src/sefaz/fetch/claim-call.ts";
import { dueOfCompany } from "../../../src/sefaz/fetch/due-calls.ts";
import { changeFetching } from "../../../src/sefaz/fetch/fetching.ts";
import { ALLOWANCE, CALL_MS, REST_MS } from "../../../src/sefaz/fetch/limits.ts";
import { receiveResult } from "../../../src/sefaz/fetch/receive-result.ts";
import { fetchingStates } from "../../../src/sefaz/fetch/states.ts";
import { companyRow } from "../../support/company-row.ts";
import { causeOf, type PortsWithAdmin } from "../../support/ports-with-admin.ts";
import {
  answered,
  CURSOR,
  ON,
  permitted,
  REF,
  wait,
  withFetching,
} from "../../support/sefaz/claims.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** With a second company that has the same CNPJ. */
const withTwo = (body: (ports: PortsWithAdmin) => Promise<void>) =>
  withFetching(async (ports) => {
    await ports.writer.commit({ statements: [companyRow(2)], read: () => undefined });
    await changeFetching(ports, ON, causeOf(1, "ADMIN", 2));
    await body(ports);
  });

/** A call of this service itself, with a certificate that ends in a day. */
const withCertificate = (ports: PortsWithAdmin) => ({ provenUntil: ports.clock.now() + 24 * HOUR });

test("another company with the same CNPJ has the limits of one that has proven it, until its certificate ends", () =>
  withTwo(async (ports) => {
    const other = (ask: Ask = CURSOR) => claimCall(ports, { ...REF, company: 2 }, ask);
    const proof = withCertificate(ports);
    await receiveResult(ports, await permitted(ports), answered("137"), proof);
    expect(await other()).toEqual({ permit: null, until: ports.clock.now() + REST_MS });
    ports.clock.advance(2 * HOUR);
    for (let n = 1; n <= ALLOWANCE; n += 1)
      await receiveResult(ports, await permitted(ports, { kind: "nsu", nsu: n }), answered("137"));
    expect((await other({ kind: "nsu", nsu: 9 })).permit).toBeNull();
    // A call whose answer is not known, also one of an agent: the CNPJ is proven by now.
    await permitted(ports);
    expect((await other()).permit).toBeNull();
    ports.clock.advance(24 * HOUR);
    await permitted(ports);
    expect((await other()).permit).not.toBeNull();
  }));

test("a company that has not proven a CNPJ keeps no other company from it, whatever it reports", () =>
  withTwo(async (ports) => {
    const other = { ...REF, company: 2 };
    const free = async () => {
      const { permit } = await claimCall(ports, REF, CURSOR);
      if (permit === null) return false;
      await receiveResult(ports, permit, answered("137"));
      ports.clock.advance(2 * HOUR);
      return true;
    };
    const { permit } = await claimCall(ports, other, CURSOR);
    if (permit === null) throw new Error("not permitted");
    expect(await free()).toBe(true);
    for (const result of [answered("656"), answered("656"), err(sefazFault("cut"))]) {
      await receiveResult(ports, permit, result);
      expect(await free()).toBe(true);
    }
    for (let n = 1; n <= ALLOWANCE; n += 1) {
      const ask = await claimCall(ports, other, { kind: "nsu", nsu: n });
      if (ask.permit !== null) await receiveResult(ports, ask.permit, answered("137"));
    }
    expect(await wait(ports, { kind: "nsu", nsu: 9 })).toBe(0);
  }));

test("a refusal, a block and a fault prove no CNPJ: the certificate may be one that anybody has made", () =>
  withTwo(async (ports) => {
    const other = { ...REF, company: 2 };
    for (const result of [
      answered("656"),
      answered("593"),
      answered("108"),
      err(sefazFault("http_status", { status: 403 })),
    ]) {
      const { permit } = await claimCall(ports, other, CURSOR, true);
      if (permit === null) throw new Error("not permitted");
      // While it may still be carried out, no other call is.
      expect((await claimCall(ports, REF, CURSOR)).permit).toBeNull();
      await receiveResult(ports, permit, result, withCertificate(ports));
      ports.clock.advance(CALL_MS);
      await receiveResult(ports, await permitted(ports), answered("137"));
      ports.clock.advance(24 * HOUR);
    }
  }));

test("a late 656 of a company that has proven its CNPJ keeps no other company from it", () =>
  withTwo(async (ports) => {
    const permit = await permitted(ports);
    await receiveResult(ports, permit, answered("137"), withCertificate(ports));
    ports.clock.advance(2 * HOUR);
    expect((await receiveResult(ports, permit, answered("656"))).outcome).toBe("late");
    expect(await wait(ports)).toBe(61 * MINUTE);
    expect(await wait(ports, { kind: "nsu", nsu: 1 })).toBe(61 * MINUTE);
    expect(await dueOfCompany(ports, 1)).toEqual([]);
    const [own] = await fetchingStates(ports, 1);
    expect(own?.blockedUntil).toBe(ports.clock.now() + 61 * MINUTE);
    expect((await claimCall(ports, { ...REF, company: 2 }, CURSOR)).permit).not.toBeNull();
  }));
