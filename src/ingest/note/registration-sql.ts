import type { UserCause } from "../../accounts/actor.ts";
import type { Settings } from "../../accounts/company.ts";
import { values } from "../../journal/values.ts";
import { fold } from "../../lib/fold.ts";
import { positionFrom } from "../../lib/item-number.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import type { Original } from "../../lib/original.ts";
import { parameters } from "../../lib/parameters.ts";
import { issuedMs } from "../../nfe/dates.ts";
import { landedParts } from "../../nfe/landed-cost.ts";
import type { Note, Party } from "../../nfe/note.ts";
import { hasNumber } from "../../nfe/protocol.ts";
import { referencesOf } from "../../nfe/references.ts";
import type { Guard, Statement, Value } from "../../ports/sql.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import {
  assumedFactors,
  factorsAsAssumed,
  noFactors,
  nothingBelowZero,
  type SeenAssumption,
  seenAsAssumed,
} from "../../stock/posting/posting-guards.ts";
import { uncosted } from "../cost/item-cost.ts";
import { costJson } from "../cost/stored-cost.ts";
import { taxesJson } from "../cost/stored-taxes.ts";
import type { Standing } from "../verdict/event-standing.ts";
import type { KnownEvent } from "../verdict/known-event.ts";
import { RULES_VERSION } from "../verdict/rules.ts";
import { EVENTS_VERSION } from "./known-events.ts";
import type { StockItem } from "./lines.ts";
import { statusWith } from "./stored-note.ts";
import type { StoredReference } from "./tables.ts";
import { noneUndone } from "./undone-originals.ts";
import type { Finding, WrittenVerdict } from "./written-verdict.ts";

/** CNPJ or CPF of a party, without mask; empty when it has neither. */
export const partyId = (party: Party): string => party.cnpj ?? party.cpf ?? party.foreignId ?? "";

/** The items of a note for the ledger and `note_items`, in the order of the XML; their cost is not decided yet. */
export function stockItems(note: Note): StockItem[] {
  const parts = landedParts(note);
  return note.items.map((item, i) => ({
    position: positionFrom(i + 1),
    nItem: item.nItem,
    code: item.cProd,
    name: item.xProd,
    unit: item.uCom,
    quantity_e4: item.qCom.e4,
    barcode: item.cEAN,
    ncm: item.NCM,
    taxUnit: item.uTrib,
    taxQuantity_e4: item.qTrib.e4,
    taxBarcode: item.cEANTrib === item.cEAN ? null : item.cEANTrib,
    ...uncosted(item.CFOP, item.vProd_e2, parts[i] ?? [], item.taxes),
    lots: item.lots.map((lot) => ({
      lot: lot.nLote,
      quantity_e4: lot.qLote.e4,
      made_on: lot.dFab,
      expires_on: lot.dVal,
    })),
  }));
}

export interface Registration {
  readonly note: Note;
  readonly items: readonly StockItem[];
  readonly verdict: WrittenVerdict;
  /** The findings of the reader, of the lots and of the verdict. */
  readonly findings: readonly Finding[];
  readonly settings: Settings;
  readonly original: Original;
  /** Unique id of this attempt: identifies the batch that registered the note. */
  readonly id: string;
  readonly cause: UserCause;
  readonly at: number;
  /** The version of the events that the verdict was made with (known-events.ts); 0: no events. */
  readonly eventsVersion: number;
  readonly events: readonly KnownEvent[];
  /** What the events mean together. */
  readonly standing: Standing;
  /** The quantities were computed with the stored factors; false: every factor is assumed to be 1. */
  readonly mappingRead: boolean;
  /** What the findings about changed items rest on. */
  readonly assumedSeen: readonly SeenAssumption[];
  /** Not null: the note is approved in the same batch. */
  readonly posting: Posting | null;
}

/** The status that a note is registered with: one that is cancelled already is void from the start. */
export const registeredStatus = ({
  posting,
  verdict,
}: Pick<Registration, "posting" | "verdict">): NoteStatus =>
  posting === null ? statusWith("PENDENTE", verdict.holds) : "PROCESSADA";

/**
 * The statement that registers a note. It inserts, and returns a row, only where the key is new in the company and the data
 * of the verdict is unchanged: settings, earlier events, factors, and (where the company forbids it) no balance falls below
 * zero. Where it inserts no row, the guards keep the rest of the batch from writing.
 */
export function insertNote(r: Registration): Statement {
  const { note, verdict, posting } = r;
  const { actor } = r.cause;
  const guarded = posting !== null && !r.settings.allowNegative && hasExits(posting);
  const { args, add } = parameters<Value>([]);
  // ?1 and ?2, which EVENTS_VERSION and noneUndone name so.
  const company = add(actor.company);
  const accessKey = add(note.accessKey);
  const postingId = add(posting?.id ?? null);
  const direction = add(verdict.direction);
  const issuedByUs = add(verdict.issuedByUs ? 1 : 0);
  const supplier = add(partyId(note.emit));
  const settingsVersion = add(r.settings.version);
  const at = add(r.at);
  const user = add(actor.userId);
  // Only of what we have issued: a supplier's note is for us.
  const recipient = verdict.issuedByUs ? note.dest : null;
  const columns: readonly (readonly [name: string, sql: string])[] = [
    ["company", company],
    ["access_key", accessKey],
    ["sha256", add(r.original.sha256)],
    ["status", add(registeredStatus(r))],
    ["registration", add(r.id)],
    ["posting", postingId],
    ["direction", direction],
    ["issued_by_us", issuedByUs],
    ["model", add(note.ide.mod)],
    ["series", add(note.ide.serie)],
    ["number", add(note.ide.nNF)],
    ["supplier_id", supplier],
    ["supplier_name", add(note.emit.name)],
    ["issued_at", add(note.ide.issuedAt)],
    ["issued_ms", add(issuedMs(note.ide.issuedAt))],
    ["total_items", add(note.items.length)],
    ["total_value_e2", add(note.total.vNF_e2)],
    ["has_protocol", add(hasNumber(note.protocol) ? 1 : 0)],
    ["holds", add(JSON.stringify(verdict.holds))],
    ["settings_version", settingsVersion],
    ["findings", add(JSON.stringify(r.findings))],
    ["rules", add(JSON.stringify(verdict.rules))],
    ["received_at", at],
    ["received_by", user],
    ["processed_at", `iif(${postingId} is null, null, ${at})`],
    ["processed_by", `iif(${postingId} is null, null, ${user})`],
    ["updated_at", at],
    ["rules_version", String(RULES_VERSION)],
    ["referenced", add(referencedJson(note))],
    ["tax_profile", add(r.settings.taxProfileVersion)],
    ["recipient_id", add(recipient === null ? null : partyId(recipient))],
    ["recipient_name", add(recipient?.name ?? null)],
  ];
  const keys = [...new Set(referencesOf(note).map((reference) => reference.accessKey))];
  const conditions = [
    `exists (select 1 from companies where id = ${company} and settings_version = ${settingsVersion})`,
    r.eventsVersion === 0
      ? `not exists (select 1 from nfe_events where company = ${company} and access_key = ${accessKey})`
      : `${EVENTS_VERSION} = ${add(r.eventsVersion)}`,
    seenAsAssumed(
      company,
      supplier,
      add(JSON.stringify(r.assumedSeen)),
      posting !== null && !r.mappingRead,
    ),
    ...(posting === null
      ? []
      : [
          r.mappingRead
            ? factorsAsAssumed(company, supplier, add(assumedFactors(posting.lines)))
            : noFactors(company, supplier),
        ]),
    ...(posting !== null && verdict.bringsCost.includes(false) && keys.length > 0
      ? [noneUndone(add(JSON.stringify(keys)), direction)]
      : []),
    ...(guarded && posting !== null
      ? [nothingBelowZero(company, supplier, add(JSON.stringify(posting.entries)), issuedByUs)]
      : []),
  ];
  return {
    sql: `insert into notes (${columns.map(([name]) => name).join(", ")})
      select ${columns.map(([, sql]) => sql).join(", ")}
      where ${conditions.join(" and ")}
      on conflict (company, access_key) do nothing
      returning id`,
    args,
  };
}

/** Stores the name by which a search finds the supplier of the registered note; a stored one is not written again. */
export function insertParty({ note, cause, id }: Registration): Statement {
  const won = registrationGuard(cause.actor.company, note.accessKey, id);
  const supplier = partyId(note.emit);
  return {
    sql: `insert into parties (company, supplier, folded) select ?1, ?4, ?5 where exists (${won.sql})
      on conflict do nothing`,
    args: [...won.args, supplier, `${fold(note.emit.name)}\t${fold(supplier)}`],
  };
}

/** The references of a note, as stored in `notes.referenced`. */
export function referencedJson(note: Note): string | null {
  const references = referencesOf(note).map(
    ({ accessKey, nItem, original }): StoredReference => ({
      key: accessKey,
      n_item: nItem,
      original,
    }),
  );
  return references.length === 0 ? null : JSON.stringify(references);
}

/** Whether anything leaves the stock. */
export const hasExits = (posting: Posting): boolean =>
  posting.entries.some((entry) => entry.quantity_e4 < 0);

/** Selects a row only in the batch that registered the note as `id`. */
export function registrationGuard(company: number, accessKey: string, id: string): Guard {
  return {
    sql: "select 1 from notes where company = ?1 and access_key = ?2 and registration = ?3",
    args: [company, accessKey, id],
  };
}

/**
 * Statements that let a document find the registered note by the key that it refers to; none where it refers to nothing. What
 * a note refers to never changes.
 */
export const insertReferences = (
  company: number,
  accessKey: string,
  referenced: string | null,
  registration: string | null = null,
): Statement[] =>
  referenced === null
    ? []
    : [
        {
          sql: `insert into note_references (company, access_key, note)
            select distinct n.company, r.value ->> 'key', n.id from json_each(?3) r cross join notes n
            where n.company = ?1 and n.access_key = ?2 and (?4 is null or n.registration = ?4)
            on conflict do nothing`,
          args: [company, accessKey, referenced, registration],
        },
      ];

/** The columns of an item beside its note, each with its value; `i`: its place in the note from 0. */
const ITEM_COLUMNS: readonly (readonly [
  name: string,
  value: (item: StockItem, i: number, r: Registration) => Value,
])[] = [
  ["position", (item) => item.position],
  ["n_item", (item) => item.nItem],
  ["code", (item) => item.code],
  ["name", (item) => item.name],
  ["unit", (item) => item.unit],
  ["quantity_e4", (item) => item.quantity_e4],
  ["unit_price_text", (_, i, r) => r.note.items[i]?.vUnCom ?? ""],
  ["total_e2", (item) => item.total_e2],
  ["ncm", (item) => item.ncm],
  ["cfop", (item) => item.cfop],
  ["barcode", (item) => item.barcode],
  ["tax_unit", (item) => item.taxUnit],
  ["tax_quantity_e4", (item) => item.taxQuantity_e4],
  ["effect", (_, i, r) => r.verdict.effects[i] ?? "ask"],
  ["landed_e2", (item) => item.landed_e2],
  ["lots", ({ lots }) => (lots.length === 0 ? "[]" : JSON.stringify(lots))],
  ["brings_cost", (_, i, r) => (r.verdict.bringsCost[i] === false ? 0 : 1)],
  ["taxes", (item) => taxesJson(item.taxes)],
  ["cost", (item, _, r) => costJson(item, r.settings)],
  ["destination", (item) => item.destination],
  ["tax_barcode", (item) => item.taxBarcode],
];
const ITEM_COLUMN_NAMES = ITEM_COLUMNS.map(([name]) => name).join(", ");

/** Inserts the items of the registered note; none where this registration did not insert the note. */
export function insertItems(r: Registration): Statement {
  const args = [r.cause.actor.company, r.note.accessKey, r.id];
  const items = values(
    r.items.map((item, i) => ITEM_COLUMNS.map(([, value]) => value(item, i, r))),
    args.length,
  );
  return {
    sql: `with item as (${items.sql})
      insert into note_items (company, note, ${ITEM_COLUMN_NAMES})
      select n.company, n.id, item.* from notes n, item
      where n.company = ?1 and n.access_key = ?2 and n.registration = ?3`,
    args: [...args, ...items.args],
  };
}

/** Selects a row only in the batch whose first statement gave the note this posting (see `guard` in stock/posting/posting.ts). */
export const POSTING_GUARD =
  "select 1 from notes where company = ?1 and access_key = ?3 and posting = ?2";
