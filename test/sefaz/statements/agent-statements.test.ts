import { expect, test } from "bun:test";
import {
  type AgentCertificate,
  type StatementWaits,
  stateOne,
} from "../../../src/cli/requests/sefaz-statements.ts";
import { serviceClient } from "../../../src/cli/service/service-client.ts";
import { err, ok } from "../../../src/lib/result.ts";
import type { SefazCaller } from "../../../src/ports/sefaz.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { answerForAgent } from "../../../src/sefaz/statements/agent-statements.ts";
import { askStatement } from "../../../src/sefaz/statements/ask-statement.ts";
import {
  AWARE,
  STATEMENT_TYPES,
  type StatementType,
} from "../../../src/sefaz/statements/evento.ts";
import { signedEvento } from "../../../src/sefaz/statements/sign-evento.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { testInFull } from "../../support/full.ts";
import { causeOf } from "../../support/ports-with-admin.ts";
import { signingKey } from "../../support/sefaz/signing-key.ts";
import { appTerminal } from "../../support/terminal.ts";
import { playCaller, playCertificate, randomFaults } from "../play/caller.ts";
import { SefazPlay } from "../play/play.ts";
import { announce } from "./announce.ts";
import { compare } from "./compare.ts";

const { cnpj } = COMPANY;
const MINUTE = 60_000;
const NEVER = new AbortController().signal;

/** The process of the agent ends here. */
class Killed extends Error {}

interface Agents {
  readonly play: SefazPlay;
  readonly certificate: AgentCertificate;
  /** One statement by an agent; `isCut`: whether a request to the service, or its answer, is lost. */
  one(caller: SefazCaller, isCut?: () => boolean): ReturnType<typeof stateOne>;
}

async function agentsOf(service: TestApp): Promise<Agents> {
  const { ports } = service;
  await service.send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
  const made = await service.send("POST", "/api/keys", { json: { name: "busca", role: "AGENTE" } });
  const { fetch } = appTerminal(service, "OPERADOR");
  const certificate = { open: playCertificate(cnpj), key: await signingKey(cnpj), cnpj };
  const waits: StatementWaits = {
    sendWithinMs: 20_000,
    deliverWithinMs: 10,
    offlineMs: 1,
    monotonic: () => performance.now(),
    wait: async () => undefined,
  };
  return {
    play: new SefazPlay({ now: () => ports.clock.now() }),
    certificate,
    one(caller, isCut = () => false) {
      const client = serviceClient({
        base: "http://sge.localhost",
        token: made.body.key,
        firstWaitMs: 1,
        async fetch(request) {
          if (fetch === undefined || isCut()) throw new Error("cut");
          const answer = await fetch(request);
          if (isCut()) throw new Error("cut");
          return answer;
        },
      });
      return stateOne(client, caller, certificate, waits, NEVER);
    },
  };
}

const ask = ({ ports }: TestApp, accessKey: string, type: StatementType) => {
  const reason = type === "210240" ? "Mercadoria recusada na entrega" : null;
  return askStatement(ports, { accessKey, type, reason }, causeOf(1));
};

/** Two agents state what people ask for, through faults, lost requests and kills, until nothing is left to do. */
async function stateAll(service: TestApp, statements: number, faults: number) {
  const { ports } = service;
  const random = new Random(21);
  const { play, one } = await agentsOf(service);
  const inner = playCaller(play, randomFaults(random, faults));
  const caller: SefazCaller = {
    async call(...asked) {
      if (random.below(2_000) < faults) throw new Killed();
      const answer = await inner.call(...asked);
      if (random.below(2_000) < faults) throw new Killed();
      return answer;
    },
  };
  const wishes = new Map<string, string>();
  const notes: string[] = [];
  let asked = 0;
  for (let seed = 1; asked < statements; seed += 1) {
    const note = await announce(ports, play, seed, { days: random.below(20) === 0 ? 190 : 2 });
    if (seed % 8 === 0) await service.upload(note.xml);
    notes.push(note.accessKey);
    for (let n = random.between(1, 3); n > 0; n -= 1) {
      const type = STATEMENT_TYPES[random.below(4)] ?? AWARE;
      const made = await ask(service, note.accessKey, type).catch(() => null);
      if (made === null) continue;
      asked += 1;
      if (type !== AWARE) wishes.set(note.accessKey, type);
    }
  }
  const agent = async () => {
    const isCut = () => random.below(4_000) < faults;
    for (let n = 0; n < 8; n += 1) {
      const line = await one(caller, isCut).catch(() => null);
      if (line === null || line.event === null) return;
    }
  };
  const open = async () =>
    Number(
      (
        await service.rows("select count(*) as n from sefaz_statements where next_at is not null")
      )[0]?.n,
    );
  for (let round = 0; round < 2_000 && (await open()) > 0; round += 1) {
    await Promise.all([agent(), agent()]);
    ports.clock.advance(random.between(1_000, round % 5 === 0 ? 40 * MINUTE : 2 * MINUTE));
  }
  expect(await open()).toBe(0);
  await compare(service, play, wishes);
  return play;
}

const unlimited = { limits: { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) } };

test("statements by two agents are made once in effect through faults, lost requests and kills", () =>
  withApp(async (service) => {
    const play = await stateAll(service, 12, 200);
    expect(play.statements.registered.length).toBeGreaterThan(6);
  }, unlimited));

testInFull("200 statements by two agents stand here as there", () =>
  withApp(async (service) => {
    const play = await stateAll(service, 200, 250);
    expect(play.statements.registered.length).toBeGreaterThan(120);
  }, unlimited),
);

test("an agent's key states what the rule asks for, and its proof becomes an event of the note", () =>
  withApp(async (service) => {
    const { play, one } = await agentsOf(service);
    const caller = playCaller(play);
    expect(await one(caller)).toEqual({ event: null, nextAt: null });
    const { accessKey, xml } = await announce(service.ports, play, 1);
    await service.send("PUT", "/api/statements/rule", { json: { awareness: "always" } });
    expect(await one(caller)).toEqual({
      event: "stated",
      access_key: accessKey,
      type: AWARE,
      outcome: "done",
    });
    expect(await one(caller)).toEqual({ event: null, nextAt: null });
    await service.upload(xml);
    const { body } = await service.send("GET", `/api/nfes/${accessKey}`);
    expect(body.events).toMatchObject([{ type: AWARE }]);
  }));

test("an agent gets no statement of a CNPJ with another root than its certificate's", () =>
  withApp(async (service) => {
    const { play } = await agentsOf(service);
    const { accessKey } = await announce(service.ports, play, 1);
    await ask(service, accessKey, "210200");
    const claim = async (holder: string) =>
      (await service.send("POST", "/api/sefaz/statements", { json: { cnpj: holder } })).body;
    expect(await claim("11444777000161")).toEqual({ statement: null, next_at: null });
    expect((await claim(cnpj)).statement).toMatchObject({ access_key: accessKey, step: "send" });
    const { statement, next_at } = await claim(cnpj);
    expect([statement, Date.parse(next_at) - service.ports.clock.now()]).toEqual([
      null,
      6 * MINUTE,
    ]);
  }));

test("an answer to another evento than the claimed statement's is refused, and changes nothing", () =>
  withApp(async (service) => {
    const { play, certificate } = await agentsOf(service);
    const { accessKey } = await announce(service.ports, play, 1);
    await ask(service, accessKey, "210200");
    const { body } = await service.send("POST", "/api/sefaz/statements", { json: { cnpj } });
    const { id, call, at, time_zone } = body.statement;
    const statement = { environment: "1", author: cnpj, accessKey, sequence: 1 } as const;
    const evento = async (type: StatementType, key = certificate.key) => {
      const whole = { ...statement, type, reason: null, at: Date.parse(at) };
      const signed = await signedEvento(whole, time_zone, key);
      return signed.ok ? signed.value : "";
    };
    const answer = btoa(
      '<retEnvEvento versao="1.00" xmlns="http://www.portalfiscal.inf.br/nfe"><idLote>1</idLote><tpAmb>1</tpAmb><verAplic>1</verAplic><cOrgao>91</cOrgao><cStat>128</cStat><xMotivo>Lote processado</xMotivo><retEvento versao="1.00"><infEvento><tpAmb>1</tpAmb><verAplic>1</verAplic><cOrgao>91</cOrgao><cStat>596</cStat><xMotivo>Fora do prazo</xMotivo></infEvento></retEvento></retEnvEvento>',
    );
    const give = (calls: object[], claim = call) =>
      service.send("POST", `/api/sefaz/statements/${id}/answer`, { json: { call: claim, calls } });
    const sent = (signed: string) => ({ step: "send", sequence: 1, at, signed, answer });
    const right = await evento("210200");
    const wrong = [
      [sent(await evento("210220"))],
      [sent(right.replace("<tpAmb>1", "<tpAmb>2"))],
      [sent(right.replace(/<SignatureValue>..../, "<SignatureValue>AAAA"))],
      [{ ...sent(right), sequence: 2 }],
      [{ step: "query", fault: "cut" }],
      [sent(right), sent(right)],
    ];
    for (const calls of wrong) {
      const { status, body: problem } = await give(calls);
      expect([status, problem.code]).toEqual([422, "sefaz.other_statement"]);
    }
    expect((await give([sent(right)], "another")).body.outcome).toBe("late");
    expect(await service.rows("select state from sefaz_statements")).toEqual([
      { state: "sending" },
    ]);
    expect((await give([sent(right)])).body).toEqual({ outcome: "refused", statement: null });
    expect(await service.rows("select state, code from sefaz_statements")).toEqual([
      { state: "refused", code: "596" },
    ]);
  }));

test("an agent that hears too late what to do sends nothing, and the statement is free again", () =>
  withApp(async (service) => {
    const { play, certificate } = await agentsOf(service);
    const { accessKey } = await announce(service.ports, play, 1);
    await ask(service, accessKey, "210200");
    const { fetch } = appTerminal(service, "OPERADOR");
    if (fetch === undefined) throw new Error("no fetch");
    const client = serviceClient({
      base: "http://sge.localhost",
      token: service.tokenOf("OPERADOR"),
      fetch,
    });
    let now = 0;
    const waits: StatementWaits = {
      sendWithinMs: 20_000,
      deliverWithinMs: 10,
      offlineMs: 1,
      // Each look at the clock is half a minute later.
      monotonic: () => (now += 30_000),
      wait: async () => undefined,
    };
    const caller: SefazCaller = { call: async () => ok(new Uint8Array()) };
    const line = await stateOne(client, caller, certificate, waits, NEVER);
    expect(line).toMatchObject({ outcome: "paused", fault: { kind: "unreachable" } });
    expect(await service.rows("select state, doubtful from sefaz_statements")).toEqual([
      { state: "asked", doubtful: 0 },
    ]);
  }));

test("a statement that an agent could not send is not doubtful, one that may have arrived is", () =>
  withApp(async (service) => {
    const { play, one } = await agentsOf(service);
    const { accessKey } = await announce(service.ports, play, 1);
    await ask(service, accessKey, "210200");
    const doubtful: unknown[] = [];
    for (const mayHaveArrived of [false, true]) {
      await one({ call: async () => err(sefazFault("timeout", { mayHaveArrived })) });
      doubtful.push(...(await service.rows("select state, doubtful from sefaz_statements")));
      service.ports.clock.advance(2 * MINUTE);
    }
    expect(doubtful).toMatchObject([{ doubtful: 0 }, { doubtful: 1 }]);
  }));

test("an answer for a claim that is over is not parsed", () =>
  withApp(async (service) => {
    const { ports } = service;
    const { play } = await agentsOf(service);
    const { accessKey } = await announce(ports, play, 1);
    const { id } = await ask(service, accessKey, AWARE);
    let parsed = 0;
    const read = () => {
      parsed += 1;
      return [];
    };
    const given = await answerForAgent(ports, 1, { id, call: "another" }, read, NEVER);
    expect([given.outcome, parsed]).toEqual(["late", 0]);
  }));
