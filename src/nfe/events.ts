import { z } from "zod";
import { err, ok, type Result } from "../lib/result.ts";
import type { FieldError, NfeFailure } from "./failures.ts";
import { fieldErrors, shown } from "./field-errors.ts";
import { F } from "./fields.ts";
import { allOf, firstOf, textOf } from "./group.ts";
import type { NfeEvent } from "./note.ts";
import type { XmlElement } from "./xml/element.ts";

/** The tax office has registered the event: linked to its note, not linked, or late (cancellation). */
const REGISTERED = ["135", "136", "155"];
/** Cancellation, and cancellation by substitution (NFC-e). */
const CANCELLATIONS = ["110111", "110112"];

const InfEvento = z.object({
  chNFe: F.chNFe,
  tpEvento: F.tpEvento,
  nSeqEvento: F.nSeqEvento,
});

/** Text of infEvento's fields; the empty ones count as absent. */
type Fields = (name: string) => string | undefined;

const fieldsOf =
  (infEvento: XmlElement | undefined): Fields =>
  (name) => {
    const text = infEvento === undefined ? undefined : textOf(firstOf(infEvento, name));
    return text === "" ? undefined : text;
  };

/** The answer's infEvento; some software wraps retEvento in retEvento, with the lot's own cStat outside. */
function answerIn(element: XmlElement): XmlElement | undefined {
  let answer = firstOf(element, "retEvento");
  for (let inner = answer; inner !== undefined; inner = firstOf(inner, "retEvento")) answer = inner;
  return answer === undefined ? undefined : firstOf(answer, "infEvento");
}

/**
 * Reads procEventoNFe (or procEvento): the event and the tax office's answer.
 * Fails with `nfe.not_an_nfe` without an answer (nothing is registered yet), and with `nfe.invalid` where a field is
 * wrong or the answer is to another event. The check digit of chNFe is not judged: it names a note, it is none.
 */
export function readEvent(root: XmlElement): Result<NfeEvent, NfeFailure> {
  const path = `/${root.name}/evento/infEvento`;
  const [evento] = allOf(root, "evento");
  const infEvento = evento === undefined ? undefined : firstOf(evento, "infEvento");
  const answered = fieldsOf(answerIn(root));
  const cStat = answered("cStat");
  if (infEvento === undefined || cStat === undefined)
    return err({ code: "nfe.not_an_nfe", got: `${root.name} sem resposta da SEFAZ (retEvento)` });
  const asked = fieldsOf(infEvento);
  const checked = InfEvento.safeParse({
    chNFe: asked("chNFe"),
    tpEvento: asked("tpEvento"),
    nSeqEvento: asked("nSeqEvento"),
  });
  const errors: FieldError[] = checked.success
    ? []
    : fieldErrors(checked.error.issues, infEvento, path);
  for (const name of ["chNFe", "tpEvento"]) {
    const got = answered(name);
    const expected = asked(name);
    if (got === undefined || expected === undefined || got === expected) continue;
    errors.push({
      path: `/${root.name}/retEvento/infEvento/${name}`,
      code: "mismatch",
      message: "a resposta da SEFAZ é de outro evento",
      expected: shown(expected),
      got: shown(got),
    });
  }
  if (!checked.success || errors.length > 0) return err({ code: "nfe.invalid", errors });
  const detEvento = firstOf(infEvento, "detEvento");
  const detail = fieldsOf(detEvento);
  return ok({
    accessKey: checked.data.chNFe,
    type: checked.data.tpEvento,
    sequence: Number(checked.data.nSeqEvento),
    at: asked("dhEvento") ?? answered("dhRegEvento") ?? null,
    cStat,
    nProt: answered("nProt") ?? null,
    text: detail("xJust") ?? detail("xCorrecao") ?? null,
  });
}

/**
 * Registered cancellations that a nfeProc carries after its protNFe: whole procEventoNFe elements, or only the
 * answers (retEvento), as sped-common writes them. What cannot be read as one is passed over.
 */
export function cancellationsIn(proc: XmlElement): NfeEvent[] {
  const events: NfeEvent[] = [];
  for (const child of proc.children) {
    if (child.name === "procEventoNFe" || child.name === "procEvento") {
      const event = readEvent(child);
      if (event.ok) events.push(event.value);
    } else if (child.name === "retEvento") {
      const answer = answerOnly(child);
      if (answer !== null) events.push(answer);
    }
  }
  return events.filter(
    ({ type, cStat }) => CANCELLATIONS.includes(type) && REGISTERED.includes(cStat ?? ""),
  );
}

function answerOnly(retEvento: XmlElement): NfeEvent | null {
  const answered = fieldsOf(firstOf(retEvento, "infEvento") ?? answerIn(retEvento));
  const checked = InfEvento.safeParse({
    chNFe: answered("chNFe"),
    tpEvento: answered("tpEvento"),
    nSeqEvento: answered("nSeqEvento") ?? "1",
  });
  if (!checked.success) return null;
  return {
    accessKey: checked.data.chNFe,
    type: checked.data.tpEvento,
    sequence: Number(checked.data.nSeqEvento),
    at: answered("dhRegEvento") ?? null,
    cStat: answered("cStat") ?? null,
    nProt: answered("nProt") ?? null,
    text: null,
  };
}
