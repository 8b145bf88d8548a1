import type { Protocol } from "./note.ts";

/** Whether a note has a valid protocol: one with its number (procNFe_v4.00, infProt/nProt). */
export const hasNumber = (protocol: Protocol | null): boolean =>
  protocol !== null && protocol.nProt !== null;
