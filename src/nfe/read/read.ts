import { err, ok, type Result } from "../../lib/result.ts";
import { checkNote } from "../check/check.ts";
import { isContainer, looksLikeContainer, openContainer } from "../container/open-container.ts";
import type { Document, Reading } from "../document.ts";
import type { NfeFailure } from "../failures.ts";
import type { NfeFinding } from "../findings.ts";
import { documentAt, type NoteElement } from "../layout/roots.ts";
import type { XmlElement } from "../xml/element.ts";
import { type Decoded, decodeXml } from "../xml/encoding.ts";
import { parseXml, type Span } from "../xml/scan.ts";
import { readEvent } from "./read-event.ts";
import { readNote } from "./read-note.ts";

/**
 * Bytes of one XML file: what document it is, read and checked. Pure, and never throws.
 * An nfeProc or NFe gives one note, an enviNFe up to 50, each with its own Result; a procEventoNFe with the tax
 * office's answer gives an event; an answer of a service (a distribution, a query, also in SOAP) a container, whose
 * documents are not read yet. Fails with `nfe.malformed_xml` (encoding, XML, limits), `nfe.not_an_nfe` (`got`
 * names what it is) or `nfe.invalid` (no note where one must be).
 */
export function readDocument(bytes: Uint8Array): Result<Document, NfeFailure> {
  const decoded = decodeXml(bytes);
  if (!decoded.ok) return err({ code: "nfe.malformed_xml", ...decoded.error });
  const container = looksLikeContainer(decoded.value.text)
    ? readContainer(bytes, decoded.value)
    : null;
  if (container !== null) return container;
  const parsed = parseXml(decoded.value.text);
  if (!parsed.ok) return err({ code: "nfe.malformed_xml", ...parsed.error });
  const findings = decoded.value.guessed ? [GUESSED] : [];
  const document = documentAt(parsed.value);
  if (document.kind === "refused") return err(document.failure);
  if (document.kind === "event") {
    const event = readEvent(parsed.value);
    return event.ok ? ok({ kind: "event", event: event.value, findings }) : event;
  }
  const notes = document.notes.map((placed) => reading(placed, findings));
  const [only] = notes;
  // one note alone is the document: its failure is the document's
  return notes.length === 1 && only !== undefined && !only.ok ? only : ok({ kind: "notes", notes });
}

/** Null: it is no container after all. Its texts have documents in base64, so they may be as long as the whole. */
function readContainer(bytes: Uint8Array, decoded: Decoded): Result<Document, NfeFailure> | null {
  const spans = new Map<XmlElement, Span>();
  const parsed = parseXml(decoded.text, { textLimit: decoded.text.length, spans });
  if (!parsed.ok) return err({ code: "nfe.malformed_xml", ...parsed.error });
  return isContainer(parsed.value) ? openContainer(parsed.value, bytes, decoded, spans) : null;
}

function reading(placed: NoteElement, found: readonly NfeFinding[]): Result<Reading, NfeFailure> {
  const read = readNote(placed);
  if (!read.ok) return read;
  const { note, unknown, withoutLots, unreadTaxes } = read.value;
  const findings = [...found];
  if (unknown.length > 0) findings.push(unknownElements(unknown));
  if (withoutLots.length > 0) findings.push(lotsLeftOut(withoutLots));
  if (unreadTaxes.length > 0) findings.push(taxesLeftOut(unreadTaxes));
  return ok({ note, findings: [...findings, ...checkNote(note, `${placed.path}/infNFe`)] });
}

const GUESSED: NfeFinding = {
  code: "encoding_guessed",
  severity: "warning",
  path: null,
  params: {},
};

/** Not refused: every nota técnica adds elements, and a note with newer ones must still be read. */
function unknownElements(names: readonly string[]): NfeFinding {
  const different = [...new Set(names)];
  const shown = different.slice(0, 5).map((name) => name.slice(0, 40));
  return {
    code: "unknown_elements",
    severity: "info",
    path: null,
    params: { count: names.length, names: shown, more: different.length > shown.length },
  };
}

const taxesLeftOut = (items: readonly number[]): NfeFinding => ({
  code: "tax_unreadable",
  severity: "warning",
  path: null,
  params: { items },
});

const lotsLeftOut = (items: readonly number[]): NfeFinding => ({
  code: "lots_left_out",
  severity: "warning",
  path: null,
  params: { items },
});
