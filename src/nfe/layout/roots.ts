import type { NfeFailure, NfeFieldError } from "../failures.ts";
import { type OtherDocument, otherDocument } from "../other-documents.ts";
import type { XmlElement } from "../xml/element.ts";
import { missing, tooMany } from "./field-errors.ts";
import { allOf } from "./group.ts";
import { MAX_BATCH, NFE_NAMESPACE } from "./layout.ts";

/** An NFe element, its XPath, and the nfeProc around it where there is one. */
export interface NoteElement {
  readonly nfe: XmlElement;
  readonly path: string;
  readonly proc: XmlElement | null;
}

/** The kind of a document, by its root. */
export type RootResult =
  | { readonly kind: "notes"; readonly notes: readonly NoteElement[] }
  | { readonly kind: "event" }
  | { readonly kind: "refused"; readonly failure: NfeFailure };

const refused = (...errors: NfeFieldError[]): RootResult => ({
  kind: "refused",
  failure: { code: "nfe.invalid", errors },
});

const notAnNfe = (got: string, type?: OtherDocument): RootResult => ({
  kind: "refused",
  failure: {
    code: "nfe.not_an_nfe",
    got,
    ...(type === undefined ? {} : { document_type: type }),
  },
});

/** Recognises a document by name and namespace of its root. Any prefix is accepted, and no namespace too: some software writes none. */
export function documentAt(root: XmlElement): RootResult {
  const { name, ns } = root;
  if (ns !== NFE_NAMESPACE && ns !== "") {
    const ours = ["nfeProc", "NFe", "enviNFe", "procEventoNFe", "procEvento"].includes(name);
    if (ours) return notAnNfe(`${name} (${ns.slice(0, 100)})`);
    return notAnNfe(name.slice(0, 100), otherDocument(name, ns));
  }
  switch (name) {
    case "NFe":
      return { kind: "notes", notes: [{ nfe: root, path: "/NFe", proc: null }] };
    case "nfeProc":
      return inProc(root);
    case "enviNFe":
      return inBatch(root);
    case "procEventoNFe":
    case "procEvento":
      return { kind: "event" };
    default:
      return notAnNfe(name.slice(0, 100), otherDocument(name, ns));
  }
}

/** Exactly one note: the items of a second one must not be taken for the first one's. */
function inProc(root: XmlElement): RootResult {
  const [nfe, second] = allOf(root, "NFe");
  if (nfe === undefined) return refused(missing("/nfeProc/NFe"));
  if (second !== undefined)
    return refused({
      path: "/nfeProc/NFe[2]",
      code: "duplicate",
      reason: "one_note",
      expected: "1",
      got: String(allOf(root, "NFe").length),
    });
  return { kind: "notes", notes: [{ nfe, path: "/nfeProc/NFe", proc: root }] };
}

function inBatch(root: XmlElement): RootResult {
  const all = allOf(root, "NFe");
  if (all.length === 0) return refused(missing("/enviNFe/NFe"));
  if (all.length > MAX_BATCH) return refused(tooMany("/enviNFe/NFe", MAX_BATCH, all.length));
  const notes = all.map((nfe, i) => ({ nfe, path: `/enviNFe/NFe[${i + 1}]`, proc: null }));
  return { kind: "notes", notes };
}
