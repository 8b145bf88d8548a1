import type { Settings } from "../../accounts/company.ts";
import type { Reading } from "../../nfe/document.ts";
import { isRefusal, type Note } from "../../nfe/note.ts";
import { referencesOf } from "../../nfe/references.ts";
import type { Ports } from "../../ports/ports.ts";
import { costEffect, costed, issueYear } from "../cost/item-cost.ts";
import { costJson } from "../cost/stored-cost.ts";
import { taxesJson } from "../cost/stored-taxes.ts";
import { changedItemFindings } from "../note/changed-items.ts";
import { knownEvents } from "../note/known-events.ts";
import { itemFindings, type StockItem } from "../note/lines.ts";
import { emptyMapping, type Mapping, mappingOf, unmappedItems } from "../note/mapping.ts";
import { partyId, referencedJson, stockItems } from "../note/registration-sql.ts";
import { vanishingItems } from "../note/rounded.ts";
import { undoneAmong } from "../note/undone-originals.ts";
import {
  type Finding,
  type WrittenVerdict,
  writtenFinding,
  writtenVerdict,
} from "../note/written-verdict.ts";
import { classify } from "../verdict/classify.ts";
import { type Parties, type Standing, standingOf } from "../verdict/event-standing.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { comesBack } from "../verdict/returned-goods.ts";
import type { CheckSignature } from "./signature-check.ts";

/** A verdict, and the data that it was computed from. */
export interface Judgement {
  readonly verdict: WrittenVerdict;
  /** With their cost under the settings of the company. */
  readonly items: readonly StockItem[];
  readonly taxProfileVersion: number;
  /** As stored in `notes.referenced`. */
  readonly referenced: string | null;
  /** The findings of the reader, of the lots and of the verdict. */
  readonly findings: readonly Finding[];
  readonly mapping: Mapping;
  /** Whether the mapping was read from the database; otherwise it is empty. */
  readonly mappingRead: boolean;
  /** Rises with every event of the key; 0 where the events were not read. */
  readonly eventsVersion: number;
  /** The events of the key, as `changeEvents` gave them. */
  readonly events: readonly KnownEvent[];
  readonly standing: Standing;
  /** Emitter, recipient and the other parties of the note. */
  readonly parties: Parties;
}

/** Gives the events of a key as they will be once the caller's batch is written. */
export type ChangeEvents = (events: readonly KnownEvent[]) => readonly KnownEvent[];

export interface JudgeOptions {
  /** Called only where the company requires signatures. */
  readonly checkSignature: CheckSignature;
  /**
   * Reads the key's earlier events and the supplier's items. Without it none are assumed, and the batch that relies on
   * the verdict must prove that by its guards (registration-sql.ts).
   */
  readonly readDatabase: boolean;
  readonly changeEvents?: ChangeEvents;
  readonly signal?: AbortSignal | undefined;
}

/** Judges a note under a company's settings. Fails as the ports do. */
export const judge = (
  ports: Pick<Ports, "reader" | "trace">,
  reading: Reading,
  settings: Settings,
  options: JudgeOptions,
): Promise<Judgement> =>
  ports.trace.span("verdict", () => judged(ports, reading, settings, options));

async function judged(
  ports: Pick<Ports, "reader">,
  reading: Reading,
  settings: Settings,
  { checkSignature, readDatabase, changeEvents = (events) => events, signal }: JudgeOptions,
): Promise<Judgement> {
  const { note } = reading;
  const stated = stockItems(note);
  const mappingRead = readDatabase || settings.requireMapping;
  const mapping = mappingRead
    ? await mappingOf(ports, settings, partyId(note.emit), stated, signal)
    : emptyMapping(settings);
  const known = readDatabase
    ? await knownEvents(ports, settings.company, note.accessKey, signal)
    : { events: [], version: 0 };
  const events = changeEvents(known.events);
  const standing = standingOf(events, note);
  const entered = await enteredAmong(ports, settings.company, note, signal);
  const verdict = writtenVerdict(
    classify(note, settings, {
      unmapped: settings.requireMapping
        ? unmappedItems(stated, mapping).map((item) => item.nItem)
        : [],
      vanishing: mappingRead ? vanishingItems(stated, mapping).map((item) => item.nItem) : [],
      standing,
      originalEntered: entered.size > 0,
      awaited: (note.ide.finNFe === "2" ? keysOf(note) : []).filter((key) => !entered.has(key)),
      undone: note.items.some((item) => comesBack(item, note))
        ? await undoneAmong(ports, settings.company, keysOf(note), signal)
        : [],
      signature: settings.requireSignature ? await checkSignature() : null,
    }),
  );
  const complementsCost = verdict.rules.some(({ rule }) => rule === "note.complements_cost");
  const year = issueYear(note.ide.issuedAt);
  const items = stated.map((item, i) => {
    const effect = costEffect(verdict.effects[i] ?? "ask", complementsCost);
    const bringsCost = verdict.bringsCost[i] ?? false;
    return costed(item, { effect, bringsCost, destination: null }, settings, year);
  });
  return {
    verdict,
    items,
    taxProfileVersion: settings.taxProfileVersion,
    referenced: referencedJson(note),
    findings: [
      ...reading.findings.map(writtenFinding),
      ...itemFindings(items),
      ...changedItemFindings(items, mapping),
      ...verdict.findings,
    ],
    mapping,
    mappingRead,
    eventsVersion: known.version,
    events,
    standing,
    parties: note,
  };
}

/** The documents that a note refers to, each once. */
const keysOf = (note: Note): string[] => [
  ...new Set(referencesOf(note).map(({ accessKey }) => accessKey)),
];

/** Of the documents that a refusal or a complementary note refers to, the notes that are in stock as entries; others: none. */
async function enteredAmong(
  ports: Pick<Ports, "reader">,
  company: number,
  note: Note,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const keys = isRefusal(note) || note.ide.finNFe === "2" ? keysOf(note) : [];
  if (keys.length === 0) return new Set();
  const rows = await ports.reader.rows(
    {
      sql: `select n.access_key from json_each(?2) k cross join notes n on n.company = ?1 and n.access_key = k.value
        where n.status = 'PROCESSADA' and n.direction = 'entry'`,
      args: [company, JSON.stringify(keys)],
    },
    signal,
  );
  return new Set(rows.map((row) => String(row.access_key)));
}
/** What `note_items` keeps of a verdict, for each item. */
export const judgedItems = ({ items, verdict, taxProfileVersion }: Judgement) =>
  items.map((item, i) => ({
    n: item.position,
    effect: verdict.effects[i] ?? "ask",
    landed_e2: item.landed_e2,
    brings_cost: verdict.bringsCost[i] === false ? 0 : 1,
    taxes: taxesJson(item.taxes),
    cost: costJson(item, { taxProfileVersion }),
    destination: item.destination,
  }));
