import { expect, test } from "bun:test";
import { askByRule } from "../../../src/sefaz/statements/ask-by-rule.ts";
import { askStatement } from "../../../src/sefaz/statements/ask-statement.ts";
import { changeAwarenessRule } from "../../../src/sefaz/statements/awareness.ts";
import { AWARE, type StatementType } from "../../../src/sefaz/statements/evento.ts";
import { cancellationEvent, syntheticEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS, UNRELATED } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { causeOf } from "../../support/ports-with-admin.ts";
import { announce, DAY, statementPlay } from "./announce.ts";

const REASON = "Mercadoria recusada na entrega";

const ask = (
  { ports }: TestApp,
  accessKey: string,
  type: StatementType,
  reason: string | null = null,
) => askStatement(ports, { accessKey, type, reason }, causeOf(1));
const codeOf = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error) => error.failure?.code ?? String(error),
  );
const kept = ({ rows }: TestApp) =>
  rows("select access_key, type, sequence, state from sefaz_statements order by id");

test("a statement is asked for once, with its audit line and event, about an announced and a stored note", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const { play } = statementPlay(ports);
    const { accessKey } = await announce(ports, play, 1);
    const stored = syntheticNote({ seed: 2 });
    await service.upload(stored.xml);
    for (const key of [accessKey, stored.accessKey]) {
      const first = await ask(service, key, "210240", `  ${REASON}\n`);
      expect(first).toMatchObject({
        state: "asked",
        sequence: 1,
        author: COMPANY.cnpj,
        reason: REASON,
      });
      expect((await ask(service, key, "210240", REASON)).id).toBe(first.id);
      expect((await ask(service, key, "210240", `${REASON} de novo`)).sequence).toBe(2);
    }
    const written = "select count(*) as n from";
    expect(await rows(`${written} audit where action = 'sefaz.statement'`)).toEqual([{ n: 4 }]);
    expect(await rows(`${written} events where type = 'nfe.statement'`)).toEqual([{ n: 4 }]);
  }));

test("a statement is refused by a reason that does not fit, by a third one, and by ciência after a conclusive one", () =>
  withApp(async (service) => {
    const { play } = statementPlay(service.ports);
    const { accessKey } = await announce(service.ports, play, 1);
    const code = (type: StatementType, reason: string | null = null) =>
      codeOf(ask(service, accessKey, type, reason));
    expect(await code("210240")).toBe("sefaz.statement_reason");
    expect(await code("210240", "curto")).toBe("sefaz.statement_reason");
    expect(await code("210200", REASON)).toBe("sefaz.statement_reason");
    for (const type of ["210200", "210220", "210200", "210220"] as const)
      expect(await code(type)).toBe(null);
    expect(await code("210200")).toBe("sefaz.statements_used_up");
    expect(await code(AWARE)).toBe("sefaz.after_conclusive");
  }));

test("a note that is unknown, issued by the company, to another recipient or an NFC-e gets no statement", () =>
  withApp(async (service) => {
    const { ports, send } = service;
    await send("PATCH", "/api/company", { json: { cnpjs: [COMPANY.cnpj] } });
    expect(ports.config).toBeDefined();
    const code = async (options: Parameters<typeof syntheticNote>[0], isSent = true) => {
      const { accessKey, xml } = syntheticNote(options);
      if (isSent) await service.upload(xml);
      return codeOf(ask(service, accessKey, "210200"));
    };
    expect(await code({ seed: 1 }, false)).toBe("nfe.not_found");
    expect(await code({ seed: 2, emit: COMPANY, dest: UNRELATED })).toBe("sefaz.not_recipient");
    expect(await code({ seed: 3, dest: UNRELATED })).toBe("sefaz.not_recipient");
    expect(await code({ seed: 4, mod: "65" })).toBe("sefaz.not_recipient");
    expect(await kept(service)).toEqual([]);
  }));

test("the same statement asked for between look and batch stays one, and another one takes its place in the order", () =>
  withApp(async (service) => {
    const { ports } = service;
    const { play } = statementPlay(ports);
    const { accessKey } = await announce(ports, play, 1);
    beforeNextCommit(ports, () => ask(service, accessKey, "210200"));
    await ask(service, accessKey, "210200");
    expect(await kept(service)).toHaveLength(1);
    beforeNextCommit(ports, () => ask(service, accessKey, "210240", REASON));
    await ask(service, accessKey, "210220");
    beforeNextCommit(ports, () => ask(service, accessKey, "210200"));
    expect(await codeOf(ask(service, accessKey, AWARE))).toBe("sefaz.after_conclusive");
    expect((await ask(service, accessKey, "210200")).sequence).toBe(2);
    expect((await kept(service)).map(({ type, sequence }) => `${type} ${sequence}`)).toEqual([
      "210200 1",
      "210240 1",
      "210220 1",
      "210200 2",
    ]);
  }));

test("ciência is asked for by the rule, once, for authorised announced notes of the last ten days", () =>
  withApp(async (service) => {
    const { ports } = service;
    const { play } = statementPlay(ports);
    const [known, other, stated] = [
      await announce(ports, play, 1),
      await announce(ports, play, 2),
      await announce(ports, play, 3),
    ];
    await announce(ports, play, 4, { days: 11 });
    await announce(ports, play, 5, { cSitNFe: "3" });
    const here = await announce(ports, play, 6);
    await service.upload(here.xml);
    await ask(service, stated.accessKey, "210200");
    const bought = syntheticNote({ seed: 900, ...(SUPPLIERS[0] ? { emit: SUPPLIERS[0] } : {}) });
    await service.upload(bought.xml, "?approve=true");
    expect(await askByRule(ports, 1)).toBe(0);
    await changeAwarenessRule(ports, "known_suppliers", causeOf(1));
    expect(await askByRule(ports, 1)).toBe(1);
    await changeAwarenessRule(ports, "always", causeOf(1));
    beforeNextCommit(ports, () => ask(service, other.accessKey, "210220"));
    expect(await askByRule(ports, 1)).toBe(0);
    ports.clock.advance(DAY);
    expect(await askByRule(ports, 1)).toBe(0);
    expect(await kept(service)).toEqual([
      { access_key: stated.accessKey, type: "210200", sequence: 1, state: "asked" },
      { access_key: known.accessKey, type: AWARE, sequence: 1, state: "asked" },
      { access_key: other.accessKey, type: "210220", sequence: 1, state: "asked" },
    ]);
  }));

test("the rule asks for no ciência of a note that an event has cancelled, or that was stated elsewhere", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const { play } = statementPlay(ports);
    const keys: string[] = [];
    for (const seed of [1, 2, 3, 4, 5, 6]) keys.push((await announce(ports, play, seed)).accessKey);
    const [cancelled = "", cancelledToo = "", stated = "", concluded = "", open = ""] = keys;
    await service.upload(cancellationEvent(cancelled));
    const author = COMPANY.cnpj;
    await service.upload(syntheticEvent(stated, { type: AWARE, author }));
    const summaries = [
      { key: cancelledToo, type: "110111" },
      { key: concluded, type: "210200" },
    ];
    await ports.writer.commit({
      statements: [
        {
          sql: `insert into announced_events (company, access_key, tp_evento, n_seq, author, cnpj, nsu, title, happened_at, protocol,
              announced_at)
            select 1, value ->> 'key', value ->> 'type', 1, ?2, ?2, 90, '', '', '', ?3 from json_each(?1)`,
          args: [JSON.stringify(summaries), author, ports.clock.now()],
        },
      ],
      read: () => undefined,
    });
    const { data } = (await service.send("GET", "/api/nfes/announced")).body;
    const situations = new Map(
      data.map((one: { access_key: string; situation: string }) => [one.access_key, one.situation]),
    );
    expect(keys.map((key) => situations.get(key))).toEqual([
      "cancelled",
      "cancelled",
      ...["authorised", "authorised", "authorised", "authorised"],
    ]);
    await changeAwarenessRule(ports, "always", causeOf(1));
    beforeNextCommit(ports, () => ask(service, keys[5] ?? "", "210220"));
    expect(await askByRule(ports, 1)).toBe(1);
    expect(await kept(service)).toMatchObject([{ access_key: open }, { access_key: keys[5] }]);
    // The line counts what was asked for, not what the read before had found.
    const lines = await rows(
      "select detail from audit where action = 'sefaz.statement' and detail ->> 'by_rule' = 1",
    );
    expect(lines.map(({ detail }) => JSON.parse(String(detail)))).toEqual([
      { type: AWARE, by_rule: true, notes: 1 },
    ]);
  }));
