import { beforeAll, expect, test } from "bun:test";
import { readDocument } from "../../../src/nfe/read/read.ts";
import type { SefazService } from "../../../src/ports/sefaz.ts";
import {
  type EventAnswer,
  procEvento,
  readStatementAnswer,
  statementRequest,
} from "../../../src/sefaz/wire/statement-wire.ts";
import { readStatusAnswer, statusRequest } from "../../../src/sefaz/wire/status-query.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Signer, signer } from "../../support/signatures/signer.ts";
import { playCaller, playCertificate } from "./caller.ts";
import type { PlayNote } from "./documents.ts";
import { SefazPlay } from "./play.ts";
import { signedStatement } from "./signed-statement.ts";

const CNPJ = "11222333000181";
const DAY = 86_400_000;
const ISSUED = Date.parse("2026-11-10T10:00:00Z");
let own: Signer;
beforeAll(async () => {
  own = await signer();
});

function started() {
  let at = ISSUED + DAY;
  const play = new SefazPlay({ now: () => at });
  const caller = playCaller(play);
  const call = async (service: SefazService, body: string): Promise<Uint8Array> => {
    const answer = await caller.call(service, {
      environment: "1",
      body,
      certificate: playCertificate(CNPJ),
      signal: new AbortController().signal,
    });
    if (!answer.ok) throw new Error(answer.error.kind);
    return answer.value;
  };
  const sign = (
    accessKey: string,
    type: string,
    more: { sequence?: number; xJust?: string } = {},
  ) => signedStatement(own, { accessKey, type, author: CNPJ, at, ...more });
  const send = async (...events: string[]): Promise<readonly EventAnswer[]> => {
    const read = readStatementAnswer(await call("statement", statementRequest("1", events)));
    if (!read.ok) throw new Error(read.error.kind);
    return read.value.events;
  };
  const state = async (...events: string[]) => (await send(...events)).map(({ cStat }) => cStat);
  return { play, call, sign, send, state, pass: (days: number) => (at += days * DAY) };
}

function noteOf(seed: number, more: Partial<PlayNote> = {}): PlayNote {
  const { accessKey, xml } = syntheticNote({ seed });
  return { accessKey, xml, to: CNPJ, issuedAt: ISSUED, ...more };
}

test("a statement is registered once, with its protocol, and gives the recipient the full note", async () => {
  const { play, sign, send, state } = started();
  const note = noteOf(1);
  play.issue(note);
  const evento = sign(note.accessKey, "210210");
  const [first] = await send(evento);
  expect(first).toMatchObject({
    cStat: "135",
    accessKey: note.accessKey,
    type: "210210",
    sequence: 1,
    nProt: "891260000000001",
    dhRegEvento: "2026-11-11T07:00:00-03:00",
  });
  expect(await state(evento)).toEqual(["573"]);
  expect(play.statements.of(note.accessKey)).toHaveLength(1);
  expect(play.documentsOf(CNPJ).map(({ schema }) => schema)).toEqual([
    "resNFe_v1.01.xsd",
    "procNFe_v4.00.xsd",
  ]);
});

test("a registered statement and its answer make an event that our reader takes", async () => {
  const { play, sign, send } = started();
  const note = noteOf(1);
  play.issue(note);
  const evento = sign(note.accessKey, "210240", { xJust: "Mercadoria recusada na entrega" });
  const [answer] = await send(evento);
  const read = readDocument(answer === undefined ? new Uint8Array() : procEvento(evento, answer));
  expect(read).toMatchObject({
    ok: true,
    value: { kind: "event", event: { type: "210240", accessKey: note.accessKey } },
  });
});

test("a query gives the note's protocol and its events, each with its answer and its bytes", async () => {
  const { play, sign, send, call } = started();
  const note = noteOf(2);
  play.issue(note);
  await send(sign(note.accessKey, "210210"), sign(note.accessKey, "210200"));
  const read = readStatusAnswer(await call("query", statusRequest("1", note.accessKey)));
  expect(read).toMatchObject({
    ok: true,
    value: {
      cStat: "100",
      accessKey: note.accessKey,
      protocol: { cStat: "100" },
      events: [
        { type: "210210", sequence: 1, cStat: "135", author: CNPJ },
        { type: "210200", sequence: 1, cStat: "135", author: CNPJ },
      ],
    },
  });
  const bytes = read.ok ? (read.value.events[1]?.bytes ?? new Uint8Array()) : new Uint8Array();
  expect(readDocument(bytes)).toMatchObject({ ok: true, value: { event: { type: "210200" } } });
});

test("a query about an unknown note has neither protocol nor events", async () => {
  const { call } = started();
  const read = readStatusAnswer(await call("query", statusRequest("1", noteOf(9).accessKey)));
  expect(read).toMatchObject({ ok: true, value: { cStat: "217", protocol: null, events: [] } });
});

test("the play refuses awareness after ten days, of a cancelled note, and after a conclusive statement", async () => {
  const { play, sign, state, pass } = started();
  const [late, cancelled, concluded] = [noteOf(1), noteOf(2, { cSitNFe: "3" }), noteOf(3)];
  for (const note of [late, cancelled, concluded]) play.issue(note);
  expect(await state(sign(cancelled.accessKey, "210210"))).toEqual(["650"]);
  expect(await state(sign(concluded.accessKey, "210220"))).toEqual(["135"]);
  expect(await state(sign(concluded.accessKey, "210210"))).toEqual(["655"]);
  pass(10);
  expect(await state(sign(late.accessKey, "210210"))).toEqual(["596"]);
  expect(await state(sign(late.accessKey, "210200"))).toEqual(["135"]);
});

test("the play takes a conclusive statement twice by its sequence, within 180 days, also of an unknown note", async () => {
  const { play, sign, state, pass } = started();
  const note = noteOf(1);
  play.issue(note);
  const confirm = (sequence: number) => sign(note.accessKey, "210200", { sequence });
  expect(await state(confirm(1), confirm(2), confirm(3))).toEqual(["135", "135", "594"]);
  expect(await state(sign(noteOf(8).accessKey, "210200"))).toEqual(["136"]);
  pass(180);
  expect(await state(sign(note.accessKey, "210220"))).toEqual(["596"]);
});

test("the play refuses what is signed wrongly, does not follow the schema, or comes from another party", async () => {
  const { play, sign, state } = started();
  const [note, other] = [noteOf(1), noteOf(2, { to: "99888777000166" })];
  for (const one of [note, other]) play.issue(one);
  const evento = sign(note.accessKey, "210210");
  expect(await state(evento.replace("-03:00</dhEvento>", "-02:00</dhEvento>"))).toEqual(["297"]);
  expect(await state(evento.replace("<cOrgao>91", "<cOrgao>35"))).toEqual(["215"]);
  expect(await state(evento.replace("<cOrgao>", " <cOrgao>"))).toEqual(["215"]);
  expect(await state(sign(note.accessKey, "210240", { xJust: "curto" }))).toEqual(["215"]);
  expect(await state(sign(note.accessKey, "210240"))).toEqual(["215"]);
  expect(await state(sign(other.accessKey, "210200"))).toEqual(["576"]);
  expect(play.statements.registered).toEqual([]);
});
