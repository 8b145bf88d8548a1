import type { Protocol } from "./note.ts";

/** `infProt/cStat` that authorises a note (MOC, table of cStat; 120: NT 2026.002). */
export const AUTHORISED: readonly string[] = ["100", "120", "150"];
/** `infProt/cStat` of a note that was cancelled: in time, and late (MOC, table of cStat). */
export const CANCELLED: readonly string[] = ["101", "151", "155"];

/** Whether a note has a valid protocol: one with its number (procNFe_v4.00, infProt/nProt). */
export const hasNumber = (protocol: Protocol | null): boolean =>
  protocol !== null && protocol.nProt !== null;
