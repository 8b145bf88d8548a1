import { expect, test } from "bun:test";
import { askStatement } from "../../../src/sefaz/statements/ask-statement.ts";
import { AWARE, STATEMENT_TYPES } from "../../../src/sefaz/statements/evento.ts";
import { type StatementNeeds, sendDue } from "../../../src/sefaz/statements/send-due.ts";
import { procEvento } from "../../../src/sefaz/wire/statement-wire.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { mortal, mortalCaller } from "../../support/faults/mortal.ts";
import { FULL, testInFull } from "../../support/full.ts";
import { causeOf, sibling } from "../../support/ports-with-admin.ts";
import { randomFaults } from "../play/caller.ts";
import type { PlayNote } from "../play/documents.ts";
import { areSignedByXmlsec, noSchemas, schemaErrors } from "../play/outside.ts";
import { announce, statementPlay } from "./announce.ts";
import { compare } from "./compare.ts";

const MINUTE = 60_000;

interface Extent {
  readonly statements: number;
  /** One of so many notes is here itself; the others are announced. */
  readonly wholeEach: number;
  /** Of a thousand calls and of a thousand commits. */
  readonly faults: number;
}

/** Two processes make the statements that people ask for, through faults and kills, until nothing is left to do. */
async function stateAll(service: TestApp, { statements, wholeEach, faults }: Extent) {
  const { ports } = service;
  const random = new Random(14);
  const { play, needs: inner } = statementPlay(ports, randomFaults(random, faults));
  const other = await sibling(ports);
  const caller = mortalCaller(inner.caller, ports.clock, random, faults);
  const needs: StatementNeeds = { ...inner, caller };
  const signal = new AbortController().signal;
  const notes: PlayNote[] = [];
  const wishes = new Map<string, string>();
  let asked = 0;
  const wish = async () => {
    if (notes.length === 0 || random.below(3) > 0) {
      const seed = notes.length + 1;
      const days = random.below(25) === 0 ? 190 : random.below(8);
      const note = await announce(ports, play, seed, {
        days,
        ...(random.below(20) === 0 ? { cSitNFe: "3" } : {}),
      });
      if (seed % wholeEach === 0) await service.upload(note.xml);
      notes.push(note);
    }
    const { accessKey } = notes[
      random.between(Math.max(0, notes.length - 6), notes.length - 1)
    ] ?? { accessKey: "" };
    const type = STATEMENT_TYPES[random.below(4)] ?? AWARE;
    const reason = type === "210240" ? "Mercadoria recusada na entrega" : null;
    const made = await askStatement(ports, { accessKey, type, reason }, causeOf(1)).catch(
      () => null,
    );
    if (made === null) return;
    asked += 1;
    if (type !== AWARE) wishes.set(accessKey, type);
  };
  const open = async () =>
    Number(
      (
        await service.rows("select count(*) as n from sefaz_statements where next_at is not null")
      )[0]?.n,
    );
  for (let round = 0; round < 3_000; round += 1) {
    for (let n = 0; n < statements / 20 && asked < statements; n += 1) await wish();
    await Promise.all([
      sendDue(mortal(ports, random, faults), needs, signal),
      sendDue(mortal({ ...other, writer: ports.writer }, random, faults), needs, signal),
    ]);
    ports.clock.advance(random.between(1_000, round % 5 === 0 ? 40 * MINUTE : 2 * MINUTE));
    if (asked >= statements && (await open()) === 0) break;
  }
  expect(await open()).toBe(0);
  await other.close();
  await compare(service, play, wishes);
  return { play, asked };
}

test("statements are made once in effect by two processes through faults and kills, and stand here as there", () =>
  withApp(async (service) => {
    const { play } = await stateAll(service, { statements: 40, wholeEach: 8, faults: 250 });
    expect(play.statements.registered.length).toBeGreaterThan(25);
  }));

testInFull(
  "500 statements are made once in effect through faults and kills, right by the published schemas and xmlsec1",
  () =>
    withApp(async (service) => {
      const { play } = await stateAll(service, { statements: 500, wholeEach: 10, faults: 250 });
      const { registered } = play.statements;
      expect(registered.length).toBeGreaterThan(350);
      if (!FULL || noSchemas !== null) return;
      expect(areSignedByXmlsec(registered.map(({ evento }) => evento))).toEqual(
        registered.map(() => true),
      );
      // The schemas of the service know no letters in a key.
      const numeric = registered.filter(({ accessKey }) => /^\d{44}$/.test(accessKey));
      expect(numeric.length).toBeGreaterThan(200);
      for (const { evento, retEvento } of numeric) {
        const proof = new TextDecoder().decode(procEvento(evento, { proof: retEvento }));
        expect(schemaErrors(proof, "eventos/procConfRecebtoNFe_v1.00.xsd")).toBe("");
      }
    }),
  900_000,
);
