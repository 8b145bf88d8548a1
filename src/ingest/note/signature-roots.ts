import { readTrustStore, type TrustStore } from "../../nfe/signature/trust.ts";
import type { Ports } from "../../ports/ports.ts";

/** Read once for each configuration. */
const kept = new WeakMap<Ports["config"], TrustStore | null>();

/** The certificates of SIGNATURE_ROOTS; without roots where none are configured, null where they cannot be read. */
export function signatureRoots({ config }: Pick<Ports, "config">): TrustStore | null {
  const known = kept.get(config);
  if (known !== undefined) return known;
  const store = readTrustStore(config.SIGNATURE_ROOTS ?? "");
  kept.set(config, store);
  return store;
}
