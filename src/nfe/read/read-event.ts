import { z } from "zod";
import { err, ok, type Result } from "../../lib/result.ts";
import type { NfeFailure, NfeFieldError } from "../failures.ts";
import {
  fieldErrors,
  MAX_ERRORS,
  missing,
  onePerPath,
  shown,
  tooMany,
} from "../layout/field-errors.ts";
import { F } from "../layout/fields.ts";
import { allOf, type Notices, onlyOf, textOf } from "../layout/group.ts";
import { MAX_ITEMS, NFE_NAMESPACE } from "../layout/layout.ts";
import type { EventQuantity, NfeEvent } from "../note.ts";
import { unmasked } from "../taxpayer.ts";
import { attributeOf, type XmlElement } from "../xml/element.ts";

/** retEvento cStat of a registered event: linked to its note, not linked, or a late cancellation (MOC, table of cStat). */
export const REGISTERED: readonly string[] = ["135", "136", "155"];
/** Cancellation, and cancellation by substitution (NFC-e, NT 2018.004). */
export const CANCELLATIONS: readonly string[] = ["110111", "110112"];

/** xCorrecao has 1,000 characters, xJust 255: longer texts are cut. */
const EVENT_TEXT = 1_000;

/** What names an event. */
export const InfEvento = z.object({
  chNFe: F.chNFe,
  tpEvento: F.tpEvento,
  nSeqEvento: F.nSeqEvento,
});

/** Text of a group's field; an empty one counts as absent, and a repeated one is an error. */
export type Fields = (name: string) => string | undefined;

/** Reads the fields of a group (infEvento, detEvento, infCanc …); of an absent group there are none. */
export const fieldsOf =
  (group: XmlElement | undefined, path: string, notices: Notices): Fields =>
  (name) => {
    const text = group === undefined ? undefined : textOf(onlyOf(group, name, path, notices));
    return text === "" ? undefined : text;
  };

/** The answer's infEvento and its path; some software wraps retEvento in retEvento, with the lot's own cStat outside. */
export function answerIn(
  element: XmlElement,
  path: string,
  notices: Notices,
): { infEvento: XmlElement | undefined; path: string } {
  let here = path;
  let around = element;
  let infEvento: XmlElement | undefined;
  for (;;) {
    const inner = onlyOf(around, "retEvento", here, notices);
    // Two answers one in the other are two all the same.
    const own = around === element ? undefined : onlyOf(around, "infEvento", here, notices);
    if (own !== undefined && inner !== undefined)
      notices.errors.push({
        path: `${here}/retEvento`,
        code: "duplicate",
        reason: "several_answers",
      });
    infEvento = own ?? infEvento;
    if (inner === undefined) return { infEvento, path: `${here}/infEvento` };
    around = inner;
    here += "/retEvento";
  }
}

/**
 * Reads procEventoNFe (or procEvento): the event and the tax office's answer.
 * Fails with `nfe.not_an_nfe` without an answer (nothing is registered yet), and with `nfe.invalid` where a field is
 * wrong, anything stands twice, or the answer is to another event (leiauteEvento_v1.00; a registered one must name the
 * note, the type and the sequence). The check digit of chNFe is not judged: it names a note, it is none.
 */
export function readEvent(root: XmlElement, at = `/${root.name}`): Result<NfeEvent, NfeFailure> {
  const notices: Notices = { unknown: [], errors: [] };
  const evento = onlyOf(root, "evento", at, notices);
  const path = `${at}/evento/infEvento`;
  const infEvento = evento && onlyOf(evento, "infEvento", `${at}/evento`, notices);
  const answer = answerIn(root, at, notices);
  const answered = fieldsOf(answer.infEvento, answer.path, notices);
  const cStat = answered("cStat");
  if (infEvento === undefined || cStat === undefined)
    return err({ code: "nfe.not_an_nfe", got: `${root.name} sem resposta da SEFAZ (retEvento)` });
  const asked = fieldsOf(infEvento, path, notices);
  const identity = {
    chNFe: asked("chNFe"),
    tpEvento: asked("tpEvento"),
    nSeqEvento: asked("nSeqEvento"),
  };
  const checked = InfEvento.safeParse(identity);
  const errors: NfeFieldError[] = checked.success
    ? []
    : fieldErrors(checked.error.issues, infEvento, path);
  errors.push(...answersTo(identity, answered, answer.path, cStat));
  const detEvento = onlyOf(infEvento, "detEvento", path, notices);
  const detail = fieldsOf(detEvento, `${path}/detEvento`, notices);
  const undone = detail("nProtEvento");
  const event = {
    at: asked("dhEvento") ?? answered("dhRegEvento") ?? null,
    registeredAt: answered("dhRegEvento") ?? null,
    tpAmb: asked("tpAmb") ?? null,
    answerTpAmb: answered("tpAmb") ?? null,
    author: authorOf(asked, path, notices),
    cStat,
    nProt: answered("nProt") ?? null,
    text: (detail("xJust") ?? detail("xCorrecao") ?? "").slice(0, EVENT_TEXT) || null,
    undoes: undone === undefined ? null : { type: detail("tpEventoAut") ?? null, nProt: undone },
    quantities: quantitiesIn(detEvento, `${path}/detEvento`, notices),
    details: detailsIn(detEvento),
    content: contentOf(infEvento),
  };
  errors.push(...notices.errors);
  if (!checked.success || errors.length > 0)
    return err({ code: "nfe.invalid", errors: onePerPath(errors).slice(0, MAX_ERRORS) });
  return ok({
    accessKey: checked.data.chNFe,
    type: checked.data.tpEvento,
    sequence: Number(checked.data.nSeqEvento),
    ...event,
  });
}

/** The errors of an answer that names another event, or of a registered answer that names none. */
function answersTo(
  identity: Record<"chNFe" | "tpEvento" | "nSeqEvento", string | undefined>,
  answered: Fields,
  path: string,
  cStat: string,
): NfeFieldError[] {
  const errors: NfeFieldError[] = [];
  for (const name of ["chNFe", "tpEvento", "nSeqEvento"] as const) {
    const got = answered(name);
    const expected = identity[name];
    if (expected === undefined) continue;
    if (got === undefined) {
      if (REGISTERED.includes(cStat)) errors.push(missing(`${path}/${name}`, shown(expected)));
      continue;
    }
    const same = name === "nSeqEvento" ? Number(got) === Number(expected) : got === expected;
    if (same) continue;
    errors.push({
      path: `${path}/${name}`,
      code: "mismatch",
      reason: "other_event",
      expected: shown(expected),
      got: shown(got),
    });
  }
  return errors;
}

/** Who made the event; a CNPJ and a CPF at once are two authors. */
function authorOf(asked: Fields, path: string, notices: Notices): NfeEvent["author"] {
  const [cnpj, cpf] = [asked("CNPJ"), asked("CPF")];
  if (cnpj !== undefined && cpf !== undefined)
    notices.errors.push({
      path: `${path}/CPF`,
      code: "duplicate",
      reason: "two_authors",
    });
  return {
    cnpj: cnpj === undefined ? null : unmasked(cnpj),
    cpf: cpf === undefined ? null : unmasked(cpf),
  };
}

/** What `details` leaves out: it has a place of its own, says nothing about the note, or is a person's document. */
const NO_DETAILS: readonly string[] = [
  ...["descEvento", "xCondUso", "xJust", "xCorrecao", "nProt", "tpEventoAut", "nProtEvento"],
  ...["cOrgaoAutor", "tpAutor", "verAplic", "nDoc", "CPF"],
];
const MOST_DETAILS = 20;
const DETAIL_TEXT = 255;

/** The plain fields of detEvento, which differ from kind to kind; of a repeated one the first. */
function detailsIn(detEvento: XmlElement | undefined): Record<string, string> {
  const fields = (detEvento?.children ?? [])
    .filter((child) => child.children.length === 0 && isOurs(child))
    .filter(({ name }) => /^[A-Za-z][A-Za-z0-9]{0,39}$/.test(name) && !NO_DETAILS.includes(name))
    .map(({ name, text }) => [name, text.trim().slice(0, DETAIL_TEXT)] as const)
    .filter(([, text]) => text !== "")
    .slice(0, MOST_DETAILS);
  return Object.fromEntries(fields.toReversed());
}

/** The number of the item that a group is about: an attribute, as the layout has it, or an element, as some software writes it. */
function itemOf(group: XmlElement): string | undefined {
  const attribute = attributeOf(group, "nItem");
  if (attribute !== undefined) return attribute;
  const isGroup = group.children.some(({ name }) => name === "gControleEstoque");
  return isGroup ? textOf(allOf(group, "nItem")[0]) : undefined;
}

/** The quantities by item in an event of the tax reform: nItem of a group, q… and u… in it (NT 2025.002). */
function quantitiesIn(
  detEvento: XmlElement | undefined,
  path: string,
  notices: Notices,
): EventQuantity[] {
  const groups = (detEvento?.children ?? []).filter(
    (child) => isOurs(child) && itemOf(child) !== undefined,
  );
  if (groups.length > MAX_ITEMS) {
    notices.errors.push(tooMany(`${path}/${groups[0]?.name ?? "*"}`, MAX_ITEMS, groups.length));
    return [];
  }
  return groups.flatMap((group, i) => {
    const here = `${path}/${group.name}[${i + 1}]`;
    const inside = onlyOf(group, "gControleEstoque", here, notices) ?? group;
    const quantity = leafLike(inside, /^q(?:[A-Z]|tde$)/, here, notices);
    const unit = leafLike(inside, /^u(?:[A-Z]|nidade$)/, here, notices);
    const nItem = Number(itemOf(group));
    return quantity === undefined || !Number.isSafeInteger(nItem)
      ? []
      : [{ nItem, quantity: quantity.slice(0, 20), unit: (unit ?? "").slice(0, 6) }];
  });
}

/** In the namespace of NF-e, or in none. */
const isOurs = ({ ns }: XmlElement): boolean => ns === NFE_NAMESPACE || ns === "";

/** Text of the one child whose name has this form; the name depends on the kind of event. */
function leafLike(
  group: XmlElement,
  form: RegExp,
  path: string,
  notices: Notices,
): string | undefined {
  const [first, second] = group.children.filter((child) => form.test(child.name) && isOurs(child));
  if (second !== undefined)
    notices.errors.push({
      path: `${path}//${second.name}`,
      code: "duplicate",
      reason: "repeated",
    });
  return first === undefined ? undefined : textOf(allOf(group, first.name)[0]);
}

/**
 * The content of an element in a normal form: local names, attributes and texts, without prefixes, comments, encoding and
 * indentation. Two events are the same where this is the same.
 */
function contentOf(element: XmlElement): string {
  const attributes = element.attributes.map(({ name, value }) => [name, value]);
  const inside = element.children.map(contentOf);
  const text = inside.length === 0 ? element.text.trim() : "";
  return JSON.stringify([element.name, attributes.sort(), text, inside.length]) + inside.join("");
}
