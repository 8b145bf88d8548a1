import { err, ok, type Result } from "../../lib/result.ts";
import { parseAccessKey } from "../access-key.ts";
import type { NfeFailure, NfeFieldError } from "../failures.ts";
import { noteShape } from "../layout/extract.ts";
import {
  fieldErrors,
  MAX_ERRORS,
  missing,
  onePerPath,
  shown,
  tooMany,
} from "../layout/field-errors.ts";
import { allOf, exclusive, groupOf, type Notices, onlyOf, textOf } from "../layout/group.ts";
import {
  GROUPS,
  KEY_TEXT,
  LAYOUTS,
  MAX_ALERTS,
  MAX_ITEMS,
  MAX_REFERENCES,
  PROTOCOL_TEXT,
  XMLDSIG,
} from "../layout/layout.ts";
import type { NoteElement } from "../layout/roots.ts";
import { checkShape, type NoteShape, type Unchecked } from "../layout/shape.ts";
import type { Note, Protocol, ProtocolAlert } from "../note.ts";
import { PARTS } from "../note-value.ts";
import { attributeOf, type XmlElement } from "../xml/element.ts";
import { noteOf } from "./build.ts";
import { cancellationsIn } from "./cancellations.ts";

/** A note, and the elements that were ignored. */
export interface ReadNote {
  readonly note: Note;
  /** Names of elements in known groups that the layout does not have, as often as they come. */
  readonly unknown: readonly string[];
  /** nItem of the items whose `med` lots do not add up to the quantity (build.ts). */
  readonly withoutLots: readonly number[];
  /** nItem of the items with a figure of a tax that could not be read (layout/taxes.ts). */
  readonly unreadTaxes: readonly number[];
}

const invalid = (...errors: NfeFieldError[]): Result<never, NfeFailure> =>
  err({ code: "nfe.invalid", errors });

/**
 * Reads one NFe of a document. Fails with `nfe.access_key` when infNFe/@Id holds no right key, and with `nfe.invalid`,
 * all errors at once (at most MAX_ERRORS), when what is needed is missing or outside its type (leiauteNFe_v4.00).
 */
export function readNote({ nfe, path: nfePath, proc }: NoteElement): Result<ReadNote, NfeFailure> {
  const notices: Notices = { unknown: [], errors: [] };
  const outer = groupOf(nfe, GROUPS.NFe, nfePath, notices);
  const infNFe = outer.get("infNFe");
  const path = `${nfePath}/infNFe`;
  if (infNFe === undefined) return invalid(missing(path));
  const head = identity(infNFe, path);
  if (!head.ok) return head;
  const dets = allOf(infNFe, "det").length;
  if (dets > MAX_ITEMS) return invalid(tooMany(`${path}/det`, MAX_ITEMS, dets));

  const shape = noteShape(infNFe, path, notices);
  const checked = checkShape(shape);
  const protocol = protocolIn(proc, notices);
  const refNFe = references(infNFe, path, notices);
  const signature = signatureIn(outer.get("Signature"), nfePath, notices);
  const cancelledBy =
    proc === null
      ? cancellationsIn(nfe, nfePath, head.value.accessKey, notices)
      : cancellationsIn(proc, `/${proc.name}`, head.value.accessKey, notices);
  const errors = onePerPath([
    ...(checked.ok ? [] : fieldErrors(checked.error, infNFe, path)),
    ...betweenFields(shape, infNFe, path),
    ...notices.errors,
  ]);
  if (!checked.ok || errors.length > 0) return invalid(...errors.slice(0, MAX_ERRORS));
  const note = noteOf(checked.value, {
    ...head.value,
    refNFe,
    hasDest: allOf(infNFe, "dest").length > 0,
    protocol,
    signature,
    cancelledBy,
  });
  const total = countable(note, path);
  if (total !== null) return invalid(total);
  const withoutLots = note.items
    .filter((item, i) => item.lots.length === 0 && (shape.det[i]?.["prod/med"].length ?? 0) > 0)
    .map(({ nItem }) => nItem);
  const unreadTaxes = note.items
    .filter((_, i) => shape.det[i]?.unreadTax === true)
    .map(({ nItem }) => nItem);
  return ok({ note, unknown: notices.unknown, withoutLots, unreadTaxes });
}

/** The layout and the access key: without them nothing else can be read. */
function identity(
  infNFe: XmlElement,
  path: string,
): Result<{ layout: string; accessKey: string }, NfeFailure> {
  const layout = attributeOf(infNFe, "versao")?.trim();
  const id = attributeOf(infNFe, "Id")?.trim();
  if (layout === undefined) return invalid(missing(`${path}/@versao`, LAYOUTS.join(", ")));
  if (!LAYOUTS.includes(layout))
    return invalid({
      path: `${path}/@versao`,
      code: "enum",
      reason: "layout",
      expected: LAYOUTS.join(", "),
      got: shown(layout),
    });
  if (id === undefined) return invalid(missing(`${path}/@Id`, "NFe e a chave de acesso"));
  const key = parseAccessKey(id);
  return key.ok ? ok({ layout, accessKey: key.value }) : key;
}

/** Choices of the layout: both elements together are an error. */
const EXCLUSIVE: readonly (readonly [keyof Unchecked<NoteShape>, keyof Unchecked<NoteShape>])[] = [
  ["ide/dhEmi", "ide/dEmi"],
  ["emit/CNPJ", "emit/CPF"],
  ["dest/CNPJ", "dest/CPF"],
  ["dest/CNPJ", "dest/idEstrangeiro"],
  ["dest/CPF", "dest/idEstrangeiro"],
];

/** Checks across fields: the emitter has a CNPJ or CPF, there is a date, there are items. */
function betweenFields(
  shape: Unchecked<NoteShape>,
  infNFe: XmlElement,
  path: string,
): NfeFieldError[] {
  const errors: NfeFieldError[] = [];
  const without = (group: string, ...names: (keyof Unchecked<NoteShape>)[]): boolean =>
    allOf(infNFe, group).length > 0 && names.every((name) => shape[name] === undefined);
  if (without("ide", "ide/dhEmi", "ide/dEmi")) errors.push(missing(`${path}/ide/dhEmi`));
  if (without("emit", "emit/CNPJ", "emit/CPF"))
    errors.push(missing(`${path}/emit/CNPJ`, "CNPJ ou CPF"));
  for (const [one, other] of EXCLUSIVE)
    if (shape[one] && shape[other])
      errors.push(exclusive(`${path}/${other}`, one.slice(one.indexOf("/") + 1)));
  if (shape.det.length === 0) errors.push(missing(`${path}/det`));
  return errors;
}

/**
 * protNFe/infProt as written: nothing in it is needed to read the note, and a missing or wrong value (an empty
 * text here) keeps the note out of stock by the holds of the verdict. A protNFe without infProt is no protocol.
 */
function protocolIn(proc: XmlElement | null, notices: Notices): Protocol | null {
  if (proc === null) return null;
  const path = `/${proc.name}`;
  const protNFe = groupOf(proc, GROUPS.nfeProc, path, notices).get("protNFe");
  const infProt = protNFe && onlyOf(protNFe, "infProt", `${path}/protNFe`, notices);
  if (infProt === undefined) return null;
  const fields = groupOf(infProt, GROUPS.infProt, `${path}/protNFe/infProt`, notices);
  const text = (name: string): string => (textOf(fields.get(name)) ?? "").slice(0, PROTOCOL_TEXT);
  const orNull = (name: string): string | null => text(name) || null;
  return {
    tpAmb: text("tpAmb"),
    chNFe: text("chNFe"),
    nProt: orNull("nProt"),
    dhRecbto: orNull("dhRecbto"),
    digVal: orNull("digVal"),
    cStat: text("cStat"),
    xMotivo: orNull("xMotivo"),
    alerts: alertsIn(infProt),
  };
}

/** infProt/cMsg with the xMsg that follows it; texts are cut to the 200 characters of the layout. */
function alertsIn(infProt: XmlElement): ProtocolAlert[] {
  const texts = allOf(infProt, "xMsg").map((xMsg) => textOf(xMsg) ?? "");
  return allOf(infProt, "cMsg")
    .slice(0, MAX_ALERTS)
    .map((cMsg, i) => ({
      cMsg: (textOf(cMsg) ?? "").slice(0, 4),
      xMsg: (texts[i] ?? "").slice(0, 200),
    }));
}

/** ide/NFref/refNFe, each once, of the first MAX_REFERENCES. */
function references(infNFe: XmlElement, path: string, notices: Notices): string[] {
  const [ide] = allOf(infNFe, "ide");
  if (ide === undefined) return [];
  const keys = new Set<string>();
  for (const [i, reference] of allOf(ide, "NFref").slice(0, MAX_REFERENCES).entries()) {
    const key = textOf(onlyOf(reference, "refNFe", `${path}/ide/NFref[${i + 1}]`, notices));
    if (key !== undefined && key !== "") keys.add(key.slice(0, KEY_TEXT));
  }
  return [...keys];
}

/** The reference of the signature; signature.ts verifies it. */
function signatureIn(
  signature: XmlElement | undefined,
  nfePath: string,
  notices: Notices,
): Note["signature"] {
  if (signature?.ns !== XMLDSIG) return null;
  const path = `${nfePath}/Signature`;
  const info = onlyOf(signature, "SignedInfo", path, notices);
  const reference = info && onlyOf(info, "Reference", `${path}/SignedInfo`, notices);
  if (reference === undefined) return null;
  const digest = onlyOf(reference, "DigestValue", `${path}/SignedInfo/Reference`, notices);
  return {
    digestValue: (textOf(digest) ?? "").slice(0, PROTOCOL_TEXT),
    referenceUri: (attributeOf(reference, "URI") ?? "").slice(0, PROTOCOL_TEXT),
  };
}

/** All amounts of a note together stay exact (below 2⁵³ cents), so that no sum of some of them can fail later. */
function countable(note: Note, path: string): NfeFieldError | null {
  let sum = 0;
  for (const item of note.items) {
    sum += item.vProd_e2;
    for (const part of PARTS) sum += item[part.item];
  }
  for (const value of Object.values(note.total)) sum += value;
  return sum <= Number.MAX_SAFE_INTEGER
    ? null
    : {
        path: `${path}/total`,
        code: "range",
        reason: "sum",
        expected: "até 90.071.992.547.409,91",
      };
}
