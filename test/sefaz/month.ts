import { expect } from "bun:test";
import { applySettings } from "../../src/accounts/settings/settings.ts";
import { fetchDue } from "../../src/sefaz/fetch/fetch-due.ts";
import { changeFetching } from "../../src/sefaz/fetch/fetching.ts";
import { parkRefused } from "../../src/sefaz/fetch/park-refused.ts";
import { askByRule } from "../../src/sefaz/statements/ask-by-rule.ts";
import { changeAwarenessRule } from "../../src/sefaz/statements/awareness.ts";
import { type StatementNeeds, sendDue } from "../../src/sefaz/statements/send-due.ts";
import { cnpjOf } from "../../src/synthetic/access-keys.ts";
import { cancellationEvent } from "../../src/synthetic/events.ts";
import { Random } from "../../src/synthetic/random.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../src/synthetic/trade.ts";
import type { TestApp } from "../support/app.ts";
import { NOON } from "../support/ports.ts";
import { causeOf } from "../support/ports-with-admin.ts";
import { runJobs } from "../support/run-jobs.ts";
import { signingKey } from "../support/sefaz/signing-key.ts";
import { announcedKey } from "../support/sefaz/summaries.ts";
import { playCaller, playCertificate, randomFaults } from "./play/caller.ts";
import { eventSummary, type PlayNote } from "./play/documents.ts";
import { SefazPlay } from "./play/play.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

/** What becomes of a note of the play. */
export type Fate =
  | "stock"
  | "held"
  | "cancelled_after_entry"
  | "summary_only"
  | "not_here"
  | "not_here_void"
  | "parked"
  | "refused";

export interface PlayedMonth {
  readonly play: SefazPlay;
  /** Every note of the month, by what was done with it on purpose. */
  readonly notes: ReadonlyMap<Fate, readonly string[]>;
  /** `CNPJ NSU` of each document that cannot be read, and of each number that has no document. */
  readonly parked: readonly string[];
  readonly skipped: readonly string[];
  /** Notes of which the service tells a cancellation alone. */
  readonly onlyEvents: readonly string[];
}

export interface Extent {
  readonly cnpjs: number;
  /** Notes of each CNPJ. */
  readonly notes: number;
  /** Of a thousand calls. */
  readonly faults: number;
}

const [known, unmapped] = SUPPLIERS;

/** One of so many notes is withheld, each time in another way. */
const WITHHELD_EACH = 2;
const WAYS: readonly Exclude<Fate, "stock">[] = [
  "held",
  "cancelled_after_entry",
  "summary_only",
  "not_here",
  "not_here_void",
  "parked",
  "refused",
];

const cnpjNumber = (n: number) => cnpjOf(COMPANY.cnpj.slice(0, 8) + String(n).padStart(4, "0"));

/** Issues the notes of a month, and fetches and states until nothing is left to do, with the faults. */
export async function playMonth(service: TestApp, extent: Extent): Promise<PlayedMonth> {
  const { ports } = service;
  const cnpjs = Array.from({ length: extent.cnpjs }, (_, n) => cnpjNumber(n + 1));
  await applySettings(ports, { cnpjs, autoApprove: true }, causeOf(14));
  await changeAwarenessRule(ports, "known_suppliers", causeOf(14, "ADMIN", 1));
  // The first note of the supplier makes it a known one.
  const before = syntheticNote({ seed: 1, emit: known, issuedAt: "2026-10-01T10:00:00-03:00" });
  await service.upload(before.xml, "?approve=true");
  const random = new Random(15);
  const play = new SefazPlay({ now: () => ports.clock.now() });
  const month = issueAll(play, cnpjs, extent.notes, random);
  for (const cnpj of cnpjs)
    await changeFetching(ports, { cnpj, environment: "1", uf: "35", active: true }, causeOf(14));
  const caller = playCaller(play, randomFaults(random, extent.faults));
  const key = signingKey(COMPANY.cnpj);
  const fetching = {
    caller,
    certificateOf: async (_: number, cnpj: string) => playCertificate(cnpj),
  };
  const stating: StatementNeeds = {
    caller,
    certificateOf: async (_, cnpj) => ({ open: playCertificate(cnpj), key: await key }),
  };
  const signal = new AbortController().signal;
  const isDone = async () => {
    const rows = await service.rows(
      `select cnpj, ult_nsu, (select count(*) from sefaz_statements where next_at is not null) as open from sefaz_cursors`,
    );
    return rows.every(
      ({ cnpj, ult_nsu, open }) =>
        Number(open) === 0 && Number(ult_nsu) >= (play.documentsOf(String(cnpj)).at(-1)?.nsu ?? 0),
    );
  };
  for (let round = 0; round < 2_000 && !(round % 5 === 4 && (await isDone())); round += 1) {
    await fetchDue(ports, fetching, signal);
    await askByRule(ports, 1);
    await sendDue(ports, stating, signal);
    if (round % 20 === 19) await runJobs(ports);
    ports.clock.advance(random.between(1_000, round % 4 === 0 ? 30 * MINUTE : MINUTE));
  }
  expect(await isDone()).toBe(true);
  await runJobs(ports);
  const isLooked = async () =>
    (await service.rows("select 1 from sefaz_calls where job is not null limit 1")).length === 0;
  while (!(await isLooked())) await parkRefused(ports, 1);
  return { play, ...month };
}

function issueAll(
  play: SefazPlay,
  cnpjs: readonly string[],
  each: number,
  random: Random,
): Omit<PlayedMonth, "play"> {
  const notes = new Map<Fate, string[]>();
  const [parked, skipped, onlyEvents]: string[][] = [[], [], []];
  let nNF = 1;
  for (const to of cnpjs)
    for (let n = 0; n < each; n += 1) {
      nNF += 1;
      const isWithheld = nNF % WITHHELD_EACH === 0;
      const fate = (isWithheld ? WAYS[(nNF / WITHHELD_EACH) % WAYS.length] : undefined) ?? "stock";
      const issuedAt = NOON - random.between(1, 4) * DAY;
      const made = syntheticNote({
        seed: nNF,
        emit: fate === "not_here" ? unmapped : known,
        dest: { ...COMPANY, cnpj: to },
        issuedAt: `${new Date(issuedAt - 3 * HOUR).toISOString().slice(0, 19)}-03:00`,
        items: 1,
        ...(fate === "held" ? { protocol: { cStat: "110" } } : {}),
      });
      notes.set(fate, [...(notes.get(fate) ?? []), made.accessKey]);
      const note: PlayNote = { ...made, to, issuedAt };
      if (fate === "parked") {
        const nsu = play.pushPacked(to, "procNFe_v4.00.xsd", "bm8gZ3ppcA==");
        parked?.push(`${to} ${nsu}`);
      } else if (fate === "refused") {
        const nsu = play.push(to, "procNFe_v4.00.xsd", made.xml.slice(0, -40));
        parked?.push(`${to} ${nsu}`);
      } else if (fate === "not_here_void" && n % 3 === 0) play.issue({ ...note, cSitNFe: "3" });
      else
        play.issue({
          ...note,
          isFull: fate === "cancelled_after_entry" || fate === "held",
          isWithheld: fate === "summary_only" || fate === "not_here_void",
        });
      const isCancelledInFull = fate === "not_here_void" && n % 3 === 1;
      if (fate === "not_here_void" && n % 3 === 2)
        play.push(
          to,
          "resEvento_v1.01.xsd",
          eventSummary(made.accessKey, "110111", issuedAt + HOUR),
        );
      if (fate === "cancelled_after_entry" || isCancelledInFull)
        play.push(to, "procEventoNFe_v1.00.xsd", cancellationEvent(made.accessKey));
      if (fate === "not_here") {
        skipped?.push(`${to} ${play.skipNsu(to)}`);
        const key = announcedKey(nNF);
        onlyEvents?.push(key);
        play.push(to, "resEvento_v1.01.xsd", eventSummary(key, "110111", issuedAt));
      }
    }
  return { notes, parked: parked ?? [], skipped: skipped ?? [], onlyEvents: onlyEvents ?? [] };
}
