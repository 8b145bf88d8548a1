import { askByRule } from "../../../src/sefaz/statements/ask-by-rule.ts";
import { changeAwarenessRule } from "../../../src/sefaz/statements/awareness.ts";
import {
  type ClaimedStatement,
  claimStatement,
} from "../../../src/sefaz/statements/claim-statement.ts";
import { LEASE_MS } from "../../../src/sefaz/statements/limits.ts";
import {
  takeNextSequence,
  writeDone,
  writePause,
  writeRefused,
} from "../../../src/sefaz/statements/write-outcome.ts";
import { syntheticEvent } from "../../../src/synthetic/events.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import {
  type Act,
  cause,
  path,
  problem,
  type Row,
  registered,
  testInterleavings,
  up,
  whole,
} from "../../ingest/receive/intruder-table.ts";
import type { TestApp } from "../../support/app.ts";
import { announce, statementPlay } from "./announce.ts";

const [CONFIRMED, AWARE, UNKNOWN] = ["210200", "210210", "210220"];
const state =
  (type: string | undefined): Act =>
  ({ send }) =>
    send("POST", `${path}/statement`, { json: { type } });
const elsewhere = up(
  syntheticEvent(whole.accessKey, { type: "210200", author: COMPANY.cnpj, detail: {} }),
);

const ASKED: readonly Row[] = [
  [
    "a statement",
    "the same",
    registered,
    state(CONFIRMED),
    state(CONFIRMED),
    { status: 202, body: { sequence: 1 } },
    { statements: ["210200 1 asked"] },
  ],
  [
    "a statement",
    "the same that was made elsewhere",
    registered,
    state(CONFIRMED),
    elsewhere,
    problem(409, "sefaz.already_stated"),
    { statements: [] },
  ],
  [
    "ciência",
    "a conclusive statement",
    registered,
    state(AWARE),
    state(CONFIRMED),
    problem(409, "sefaz.after_conclusive"),
    { statements: ["210200 1 asked"] },
  ],
];

const announced: Act = ({ ports }) =>
  announce(ports, statementPlay(ports).play, 1, { accessKey: whole.accessKey, xml: whole.xml });
const rule =
  (awareness: "always" | "never" | "known_suppliers"): Act =>
  ({ ports }) =>
    changeAwarenessRule(ports, awareness, cause);
const byRule: Act = async ({ ports }) => ({ asked: await askByRule(ports, 1) });
const waiting = [announced, rule("always")];

const BY_RULE: readonly Row[] = [
  ["a person's statement", state(UNKNOWN), { statements: ["210220 1 asked"] }] as const,
  ["the same of another process", byRule, { statements: ["210210 1 asked"] }] as const,
  ["the note itself", up(whole.xml), { status: "PENDENTE", statements: [] }] as const,
  ["a rule that asks for none", rule("never"), { statements: [] }] as const,
  ["a rule without its supplier", rule("known_suppliers"), { statements: [] }] as const,
].map(([intruder, intrude, left]) => [
  "ciência by the rule",
  intruder,
  waiting,
  byRule,
  intrude,
  { asked: 0 },
  left,
]);

/** Claims the note's first statement; null: another has it. */
async function claimed({ ports, rows }: TestApp): Promise<ClaimedStatement | null> {
  const [first] = await rows("select id from sefaz_statements order by id limit 1");
  return claimStatement(ports, { company: 1, id: String(first?.id) });
}
/** What a process writes for a statement that it has claimed. */
const written =
  (write: (service: TestApp, claim: ClaimedStatement) => Promise<unknown>): Act =>
  async (service) => {
    const claim = await claimed(service);
    return { written: claim === null ? "not claimed" : await write(service, claim) };
  };
const takenOver: Act = (service) => {
  service.ports.clock.advance(LEASE_MS);
  return claimed(service);
};
const answer = { cStat: "135", xMotivo: "Evento registrado", nProt: "1", dhRegEvento: null };
const PAUSE = { code: "108", text: null, isDoubtful: false };
const stated = [...registered, state(CONFIRMED)];

const CLAIMED: readonly Row[] = [
  [
    "the claim of a statement",
    "that of another process",
    stated,
    async (service) => ({ claim: await claimed(service) }),
    claimed,
    { claim: null },
    { statements: ["210200 1 sending"] },
  ],
  [
    "a statement's next sequence",
    "a second one that a person asks for",
    stated,
    written(({ ports }, claim) => takeNextSequence(ports, claim)),
    async (service) => [await state(UNKNOWN)(service), await state(CONFIRMED)(service)],
    { written: false },
    { statements: ["210200 1 sending", "210220 1 asked", "210200 2 asked"] },
    1,
  ],
];
const OUTCOMES: readonly Row[] = [
  [
    "a statement that is registered",
    written(({ ports }, claim) => writeDone(ports, claim, { answer, proof: new Uint8Array(1) })),
    null,
  ] as const,
  [
    "a statement that is refused",
    written(({ ports }, claim) => writeRefused(ports, claim, answer)),
    false,
  ] as const,
  [
    "a statement that is put off",
    written(({ ports }, claim) => writePause(ports, claim, PAUSE)),
    false,
  ] as const,
  [
    "a statement's next sequence",
    written(({ ports }, claim) => takeNextSequence(ports, claim)),
    false,
  ] as const,
].map(([flow, act, wasWritten]) => [
  flow,
  "a process that has taken it over",
  stated,
  act,
  takenOver,
  { written: wasWritten },
  { statements: ["210200 1 sending"] },
  1,
]);

testInterleavings(ASKED);
testInterleavings(BY_RULE);
testInterleavings(CLAIMED);
testInterleavings(OUTCOMES);
