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
  const { args, add } = parameters<Value>([
    actor.company,
    note.accessKey,
    r.original.sha256,
    registeredStatus(r),
    r.id,
    posting?.id ?? null,
    verdict.direction,
    verdict.issuedByUs ? 1 : 0,
    note.ide.mod,
    note.ide.serie,
    note.ide.nNF,
    partyId(note.emit),
    note.emit.name,
    note.ide.issuedAt,
    issuedMs(note.ide.issuedAt),
    note.items.length,
    note.total.vNF_e2,
    hasNumber(note.protocol) ? 1 : 0,
    JSON.stringify(verdict.holds),
    r.settings.version,
    JSON.stringify(r.findings),
    JSON.stringify(verdict.rules),
    r.at,
    actor.userId,
    referencedJson(note),
    r.settings.taxProfileVersion,
  ]);
  // Only of what we have issued: a supplier's note is for us.
  const recipient = verdict.issuedByUs ? note.dest : null;
  const [recipientId, recipientName] = [
    add(recipient === null ? null : partyId(recipient)),
    add(recipient?.name ?? null),
  ];
  const keys = [...new Set(referencesOf(note).map(({ accessKey }) => accessKey))];
  const conditions = [
    "exists (select 1 from companies where id = ?1 and settings_version = ?20)",
    r.eventsVersion === 0
      ? "not exists (select 1 from nfe_events where company = ?1 and access_key = ?2)"
      : `${EVENTS_VERSION} = ${add(r.eventsVersion)}`,
    seenAsAssumed(
      "?1",
      "?12",
      add(JSON.stringify(r.assumedSeen)),
      posting !== null && !r.mappingRead,
    ),
    ...(posting === null
      ? []
      : [
          r.mappingRead
            ? factorsAsAssumed("?1", "?12", add(assumedFactors(posting.lines)))
            : noFactors("?1", "?12"),
        ]),
    ...(posting !== null && verdict.bringsCost.includes(false) && keys.length > 0
      ? [noneUndone(add(JSON.stringify(keys)), "?7")]
      : []),
    ...(guarded && posting !== null
      ? [nothingBelowZero("?1", "?12", add(JSON.stringify(posting.entries)), "?8")]
      : []),
  ];
  return {
    sql: `insert into notes (company, access_key, sha256, status, registration, posting, direction, issued_by_us,
        model, series, number, supplier_id, supplier_name, issued_at, issued_ms, total_items, total_value_e2,
        has_protocol, holds, settings_version, findings, rules, received_at, received_by, processed_at, processed_by, updated_at,
        rules_version, referenced, tax_profile, recipient_id, recipient_name)
      select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
        ?23, ?24, iif(?6 is null, null, ?23), iif(?6 is null, null, ?24), ?23, ${RULES_VERSION}, ?25, ?26,
        ${recipientId}, ${recipientName}
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

/** Inserts the items of the registered note; none where this registration did not insert the note. */
export function insertItems(r: Registration): Statement {
  const args = [r.cause.actor.company, r.note.accessKey, r.id];
  const items = values(
    r.items.map((item, i) => [
      item.position,
      item.nItem,
      item.code,
      item.name,
      item.unit,
      item.quantity_e4,
      r.note.items[i]?.vUnCom ?? "",
      item.total_e2,
      item.ncm,
      item.cfop,
      item.barcode,
      item.taxUnit,
      item.taxQuantity_e4,
      r.verdict.effects[i] ?? "ask",
      item.landed_e2,
      item.lots.length === 0 ? "[]" : JSON.stringify(item.lots),
      r.verdict.bringsCost[i] === false ? 0 : 1,
      taxesJson(item.taxes),
      costJson(item, r.settings),
      item.destination,
      item.taxBarcode,
    ]),
    args.length,
  );
  return {
    sql: `with item as (${items.sql})
      insert into note_items (company, note, position, n_item, code, name, unit, quantity_e4, unit_price_text, total_e2,
        ncm, cfop, barcode, tax_unit, tax_quantity_e4, effect, landed_e2, lots, brings_cost,
        taxes, cost, destination, tax_barcode)
      select n.company, n.id, item.* from notes n, item
      where n.company = ?1 and n.access_key = ?2 and n.registration = ?3`,
    args: [...args, ...items.args],
  };
}

/** Selects a row only in the batch whose first statement gave the note this posting (see `guard` in stock/posting/posting.ts). */
export const POSTING_GUARD =
  "select 1 from notes where company = ?1 and access_key = ?3 and posting = ?2";
