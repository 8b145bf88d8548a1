import { expect, test } from "bun:test";
import { err } from "../../../src/lib/result.ts";
import { sefazFault } from "../../../src/ports/sefaz-fault.ts";
import { askStatement } from "../../../src/sefaz/statements/ask-statement.ts";
import { AWARE, type StatementType } from "../../../src/sefaz/statements/evento.ts";
import { type StatementNeeds, sendDue } from "../../../src/sefaz/statements/send-due.ts";
import { signedEvento } from "../../../src/sefaz/statements/sign-evento.ts";
import { statementRequest } from "../../../src/sefaz/wire/statement-wire.ts";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { causeOf } from "../../support/ports-with-admin.ts";
import { signingKey } from "../../support/sefaz/signing-key.ts";
import { announcedKey } from "../../support/sefaz/summaries.ts";
import type { FaultPlan, PlayFault } from "../play/caller.ts";
import type { SefazPlay } from "../play/play.ts";
import { announce, DAY, statementPlay } from "./announce.ts";

const MINUTE = 60_000;
const REASON = "Mercadoria recusada na entrega";

/** Fails the first calls of a service as planned; the later ones succeed. */
function planned(faults: PlayFault[], service = "statement"): { plan: FaultPlan; calls: string[] } {
  const calls: string[] = [];
  const plan: FaultPlan = (called) => {
    calls.push(called);
    return called === service ? (faults.shift() ?? null) : null;
  };
  return { plan, calls };
}

const ask = (
  { ports }: TestApp,
  accessKey: string,
  type: StatementType,
  reason: string | null = null,
) => askStatement(ports, { accessKey, type, reason }, causeOf(1));
const kept = ({ rows }: TestApp) =>
  rows(
    "select type, sequence, state, code, proof is not null as proven from sefaz_statements order by id",
  );

async function sendAll({ ports }: TestApp, needs: StatementNeeds, rounds = 4): Promise<void> {
  for (let n = 0; n < rounds; n += 1) {
    await sendDue(ports, needs, new AbortController().signal);
    ports.clock.advance(10 * MINUTE);
  }
}

/** A statement that another system of the company makes. */
async function madeElsewhere(
  { ports }: TestApp,
  play: SefazPlay,
  accessKey: string,
  type: StatementType,
) {
  const statement = {
    environment: "1",
    author: COMPANY.cnpj,
    accessKey,
    type,
    sequence: 1,
  } as const;
  const at = ports.clock.now();
  const signed = await signedEvento(
    { ...statement, reason: null, at },
    "America/Sao_Paulo",
    await signingKey(COMPANY.cnpj),
  );
  await play.receive(statementRequest("1", [signed.ok ? signed.value : ""]), COMPANY.cnpj);
  ports.clock.advance(MINUTE);
}

test("a statement is sent, and its proof enters the note, which is held until it is confirmed", () =>
  withApp(async (service) => {
    const { ports, send, rows } = service;
    const { play, needs } = statementPlay(ports);
    const note = await announce(ports, play, 1);
    await service.upload(note.xml);
    const path = `/api/nfes/${note.accessKey}`;
    const holds = async () =>
      (await send("GET", path)).body.holds.map(({ code }: { code: string }) => code);
    const before = await holds();
    await ask(service, note.accessKey, "210240", REASON);
    await sendAll(service, needs, 1);
    expect(await kept(service)).toEqual([
      { type: "210240", sequence: 1, state: "done", code: "135", proven: 1 },
    ]);
    expect(await holds()).toEqual(["refused_by_recipient", ...before]);
    await ask(service, note.accessKey, "210200");
    await sendAll(service, needs, 1);
    expect(await holds()).toEqual(before);
    const [row] = await rows("select proof, protocol from sefaz_statements order by id");
    const proof = await ports.originals.get(1, String(row?.proof));
    expect(new TextDecoder().decode(proof ?? new Uint8Array())).toContain(
      `<nProt>${row?.protocol}</nProt>`,
    );
  }));

test("a cut call is asked for before it is sent again, and one that did not arrive is sent without a question", () =>
  withApp(async (service) => {
    const { ports } = service;
    const { plan, calls } = planned(["cut_after", "refused"]);
    const { play, needs } = statementPlay(ports, plan);
    const [cut, refused] = [await announce(ports, play, 1), await announce(ports, play, 2)];
    await ask(service, cut.accessKey, "210200");
    await sendAll(service, needs, 2);
    expect(calls).toEqual(["statement", "query"]);
    await ask(service, refused.accessKey, "210200");
    await sendAll(service, needs, 2);
    expect(calls.slice(2)).toEqual(["statement", "statement"]);
    expect((await kept(service)).map(({ state }) => state)).toEqual(["done", "done"]);
    expect(play.statements.duplicates).toBe(0);
  }));

test("a statement whose call was cut before the service had it is sent again after the question", () =>
  withApp(async (service) => {
    const { plan, calls } = planned(["cut"]);
    const { play, needs } = statementPlay(service.ports, plan);
    await ask(service, (await announce(service.ports, play, 1)).accessKey, "210200");
    await sendAll(service, needs, 2);
    expect(calls).toEqual(["statement", "query", "statement"]);
    expect(play.statements.registered).toHaveLength(1);
  }));

test("a duplicate is done by the service's proof, and takes the next number after another system's later word", () =>
  withApp(async (service) => {
    const { ports } = service;
    const { play, needs } = statementPlay(ports);
    const [same, later] = [await announce(ports, play, 1), await announce(ports, play, 2)];
    await madeElsewhere(service, play, same.accessKey, "210200");
    await madeElsewhere(service, play, later.accessKey, "210200");
    await madeElsewhere(service, play, later.accessKey, "210220");
    await ask(service, same.accessKey, "210200");
    await ask(service, later.accessKey, "210200");
    await sendAll(service, needs);
    expect(await kept(service)).toEqual([
      { type: "210200", sequence: 1, state: "done", code: "135", proven: 1 },
      { type: "210200", sequence: 2, state: "done", code: "135", proven: 1 },
    ]);
    expect(play.statements.of(later.accessKey).at(-1)).toMatchObject({
      type: "210200",
      sequence: 2,
    });
  }));

test("a refusal of the service ends the statement with its text, and its number is free again", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const { play, needs } = statementPlay(ports);
    const late = await announce(ports, play, 1, { days: 181 });
    const cancelled = await announce(ports, play, 2, { cSitNFe: "3" });
    await ask(service, late.accessKey, "210200");
    await ask(service, cancelled.accessKey, AWARE);
    await sendAll(service, needs);
    expect((await kept(service)).map(({ state, code }) => `${state} ${code}`)).toEqual([
      "refused 596",
      "refused 650",
    ]);
    const [row] = await rows("select text from sefaz_statements order by id");
    expect(row?.text).toBe("Rejeicao: Evento apresentado fora do prazo");
    expect((await ask(service, late.accessKey, "210200")).sequence).toBe(1);
    const events = await rows(
      "select payload ->> 'state' as state from events where type = 'nfe.statement' order by id",
    );
    expect(events.map(({ state }) => state)).toEqual([
      "asked",
      "asked",
      "refused",
      "refused",
      "asked",
    ]);
  }));

test("a statement waits without a certificate, or with one that may not sign, and is not sent", () =>
  withApp(async (service) => {
    const { ports } = service;
    const { plan, calls } = planned([]);
    const { play, needs } = statementPlay(ports, plan);
    await ask(service, (await announce(ports, play, 1)).accessKey, "210200");
    await sendAll(service, { ...needs, certificateOf: async () => null }, 1);
    expect(await kept(service)).toMatchObject([{ state: "asked", code: null }]);
    const key = await signingKey(COMPANY.cnpj, { until: "2026-11-22T00:00:00Z" });
    const expired: StatementNeeds = {
      ...needs,
      certificateOf: async (...of) => {
        const found = await needs.certificateOf(...of);
        return found && { ...found, key };
      },
    };
    await sendAll(service, expired, 1);
    expect(await kept(service)).toMatchObject([
      { state: "asked", code: "certificate.not_valid_now" },
    ]);
    expect(calls).toEqual([]);
    await sendAll(service, needs, 1);
    expect(await kept(service)).toMatchObject([{ state: "done" }]);
  }));

test("statements about one note go out in the order in which they were asked for", () =>
  withApp(async (service) => {
    const { plan } = planned(["refused", "refused", "refused"]);
    const { play, needs } = statementPlay(service.ports, plan);
    const { accessKey } = await announce(service.ports, play, 1);
    for (const type of [AWARE, "210220", "210200"] as const) await ask(service, accessKey, type);
    await sendAll(service, needs, 12);
    expect(play.statements.of(accessKey).map(({ type }) => type)).toEqual([
      AWARE,
      "210220",
      "210200",
    ]);
  }));

test("a statement whose answer was lost and that no query shows stays done without its proof", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const { plan, calls } = planned(["cut_after"]);
    const { play, needs } = statementPlay(ports, plan);
    const { accessKey } = await announce(ports, play, 1);
    play.notes.delete(accessKey);
    await ask(service, accessKey, "210200");
    for (let n = 0; n < 80; n += 1) {
      await sendDue(ports, needs, new AbortController().signal);
      ports.clock.advance(DAY / 12);
    }
    expect(await rows("select state, code, proof, next_at from sefaz_statements")).toEqual([
      { state: "done", code: "573", proof: null, next_at: null },
    ]);
    expect(calls.length).toBeLessThan(40);
  }));

test("a CNPJ without a certificate, and one whose calls fail, do not keep others from theirs", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const { play, needs } = statementPlay(ports);
    const without = cnpjOf("112223330001");
    const failing = cnpjOf("224488660001");
    for (const author of [without, failing])
      await ports.writer.commit({
        statements: Array.from({ length: 30 }, (_, n) => ({
          sql: `insert into sefaz_statements (company, id, access_key, author, environment, type, sequence, state, next_at, by_rule,
              asked_by, asked_at)
            values (2, ?1 || ?2, ?3, ?1, '1', '210200', 1, 'asked', 0, 0, 1, 0)`,
          args: [author, n, announcedKey(author === without ? n : 100 + n)],
        })),
        read: () => undefined,
      });
    const { accessKey } = await announce(ports, play, 1);
    await ask(service, accessKey, "210200");
    let failed = 0;
    const mixed: StatementNeeds = {
      caller: {
        async call(called, request) {
          if (!request.body.includes(failing)) return needs.caller.call(called, request);
          failed += 1;
          return err(sefazFault("unreachable"));
        },
      },
      certificateOf: async (company, cnpj) => {
        if (cnpj === without) return null;
        const found = await needs.certificateOf(company, cnpj);
        return found && { ...found, key: await signingKey(cnpj) };
      },
    };
    expect(await sendDue(ports, mixed, new AbortController().signal)).toBe(2);
    expect(failed).toBe(1);
    expect(play.statements.of(accessKey)).toHaveLength(1);
    expect(
      await rows("select state, count(*) as n from sefaz_statements group by state order by state"),
    ).toEqual([
      { state: "asked", n: 60 },
      { state: "done", n: 1 },
    ]);
  }));
