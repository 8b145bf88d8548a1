import type { Note } from "../../nfe/note.ts";
import { checkNoteSignature, type SignatureCheck } from "../../nfe/signature/signer.ts";
import { readTrustStore, type TrustStore } from "../../nfe/signature/trust.ts";
import type { Ports } from "../../ports/ports.ts";

/** Checks the signature of one note when it is called. */
export type CheckSignature = () => Promise<SignatureCheck>;

/** The check of a note's signature in the bytes that it was read from. Only a company that requires signatures runs it. */
export const signatureCheck =
  (
    ports: Pick<Ports, "config">,
    note: Note,
    original: { readonly bytes: Uint8Array<ArrayBuffer> },
  ): CheckSignature =>
  () =>
    checkNoteSignature(original.bytes, note, signatureRoots(ports));

/** The certificates are parsed once for each configuration. */
const stores = new WeakMap<Ports["config"], TrustStore | null>();

/** The certificates of SIGNATURE_ROOTS; without roots where none are configured, null where they cannot be read. */
export function signatureRoots({ config }: Pick<Ports, "config">): TrustStore | null {
  const known = stores.get(config);
  if (known !== undefined) return known;
  const store = readTrustStore(config.SIGNATURE_ROOTS ?? "");
  stores.set(config, store);
  return store;
}
