import { expect, test } from "bun:test";
import { type AgentLine, type AgentOptions, runAgent } from "../../src/cli/requests/sefaz-agent.ts";
import { serviceClient } from "../../src/cli/service/service-client.ts";
import { err } from "../../src/lib/result.ts";
import type { SefazCaller } from "../../src/ports/sefaz.ts";
import { sefazFault } from "../../src/ports/sefaz-fault.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { playCaller, playCertificate } from "../sefaz/play/caller.ts";
import { SefazPlay } from "../sefaz/play/play.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { announcedKey, noteSummary } from "../support/sefaz/summaries.ts";
import { appTerminal, runCommandLine } from "../support/terminal.ts";

const { cnpj } = COMPANY;

interface Agent {
  readonly service: TestApp;
  readonly play: SefazPlay;
  readonly lines: AgentLine[];
  /** Runs the agent until there is nothing to call now. */
  run(caller?: SefazCaller, options?: Partial<AgentOptions>): Promise<boolean>;
  /** The next requests that find no service. */
  away: { requests: number };
}

/** An agent with a certificate, a service with fetching switched on, and the play. */
const withAgent = (body: (agent: Agent) => Promise<void>) =>
  withApp(async (service) => {
    const { ports } = service;
    await service.send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
    await service.send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
    const play = new SefazPlay({ now: () => ports.clock.now() });
    const lines: AgentLine[] = [];
    const away = { requests: 0 };
    const { fetch } = appTerminal(service, "OPERADOR");
    const client = serviceClient({
      base: "http://sge.localhost",
      token: service.tokenOf("OPERADOR"),
      firstWaitMs: 1,
      fetch: async (request) => {
        away.requests -= 1;
        if (fetch === undefined || away.requests >= 0) throw new Error("away");
        return fetch(request);
      },
    });
    const run: Agent["run"] = (caller = playCaller(play), options = {}) =>
      runAgent(
        client,
        caller,
        playCertificate(cnpj),
        {
          cnpjs: null,
          once: true,
          signing: null,
          signal: new AbortController().signal,
          monotonic: () => ports.clock.now(),
          offlineMs: 1,
          ...options,
        },
        (line) => lines.push(line),
      );
    await body({ service, play, lines, run, away });
  });

const announce = (play: SefazPlay, count: number) => {
  for (let n = 1; n <= count; n += 1)
    play.push(cnpj, "resNFe_v1.01.xsd", noteSummary(announcedKey(n)), announcedKey(n));
};

test("an agent makes the calls that the service permits, and none while it permits none", () =>
  withAgent(async ({ service, play, lines, run }) => {
    announce(play, 60);
    for (const _ of [1, 2]) {
      expect(await run()).toBe(true);
      service.ports.clock.advance(2_000);
    }
    await run();
    const called = lines.filter((line) => line.event === "called");
    expect(called.map(({ announced, outcome }) => [announced, outcome])).toEqual([
      [50, "found"],
      [10, "found"],
    ]);
    expect(play.counts).toMatchObject({ calls: 2, forbidden: 0 });
  }));

test("an answer is delivered when the service is back, and costs no second call", () =>
  withAgent(async ({ service, play, run, away }) => {
    announce(play, 5);
    const inner = playCaller(play);
    const caller: SefazCaller = {
      async call(...asked) {
        const answer = await inner.call(...asked);
        away.requests = 14;
        return answer;
      },
    };
    await run(caller);
    expect(await service.rows("select count(*) as n from announced_notes")).toEqual([{ n: 5 }]);
    expect(play.counts.calls).toBe(1);
  }));

test("a call whose claim took too long is not made, and is free again", () =>
  withAgent(async ({ service, play, lines, run }) => {
    announce(play, 5);
    let now = 0;
    // Each look at the clock is half a minute later.
    await run(undefined, { monotonic: () => (now += 30_000) });
    expect(play.counts.calls).toBe(0);
    expect(lines[0]).toMatchObject({ event: "called", outcome: "fault" });
    service.ports.clock.advance(120_000);
    await run();
    expect(play.counts.calls).toBe(1);
  }));

test("a call that an agent could not send, however it ended, is tried again after a minute", () =>
  withAgent(async ({ service, lines, run }) => {
    const { ports, rows } = service;
    for (const kind of ["timeout", "aborted", "cut"] as const) {
      const unsent = err(sefazFault(kind, { mayHaveArrived: false }));
      await run({ call: async () => unsent });
      expect(lines.at(-3)).toMatchObject({ event: "called", fault: { kind } });
      const [state] = await rows("select blocked_until, due_at from sefaz_cursors");
      expect(state?.blocked_until).toBe(0);
      expect(Number(state?.due_at) - ports.clock.now()).toBeLessThan(7 * 60_000);
      ports.clock.advance(3_600_000);
    }
    await run({ call: async () => err(sefazFault("timeout")) });
    const [state] = await rows("select blocked_until from sefaz_cursors");
    expect(Number(state?.blocked_until) - ports.clock.now()).toBe(63 * 60_000);
  }));

test("an agent ends when its certificate does not do", () =>
  withAgent(async ({ lines, run }) => {
    const caller: SefazCaller = { call: async () => err(sefazFault("certificate")) };
    expect(await run(caller, { once: false })).toBe(false);
    expect(lines.map(({ event }) => event)).toEqual(["called", "stopped"]);
  }));

test("sge sefaz status shows how far each CNPJ is, and run asks for a certificate", () =>
  withAgent(async ({ service, play, run }) => {
    announce(play, 5);
    await run();
    const shown = await runCommandLine(["sefaz", "status"], appTerminal(service, "VISUALIZADOR"));
    expect([shown.code, shown.all]).toEqual([0, expect.stringContaining(cnpj)]);
    expect(shown.all).toContain("138 Documento(s) localizado(s)");
    const json = await runCommandLine(
      ["sefaz", "status", "--json"],
      appTerminal(service, "VISUALIZADOR"),
    );
    expect(JSON.parse(json.out.join(""))).toMatchObject({ data: [{ cnpj, ult_nsu: 5 }] });
    expect((await runCommandLine(["sefaz", "run"])).code).toBe(2);
    expect((await runCommandLine(["sefaz", "run", import.meta.path])).code).toBe(4);
    expect((await runCommandLine(["sefaz", "run", "/no/such.pfx"])).code).toBe(1);
  }));
