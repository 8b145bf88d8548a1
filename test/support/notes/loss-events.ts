import { type EventOptions, syntheticEvent } from "../../../src/synthetic/events.ts";

/** A quantity as an event states it. */
export interface StatedQuantity {
  readonly nItem: number;
  readonly quantity: string;
  readonly unit: string;
}

export interface LossOptions extends EventOptions {
  /** The group of detEvento that names the items; default that of 112130 and 211124. */
  readonly group?: "gPerecimento" | "gItemNaoFornecido" | "gImobilizacao";
}

const PROTOCOL = "135260000000031";
/** Names of quantity and unit in `gControleEstoque`. */
const FIELDS = {
  gPerecimento: ["qPerecimento", "uPerecimento"],
  gItemNaoFornecido: ["qNaoFornecida", "uNaoFornecida"],
  gImobilizacao: ["qImobilizado", "uImobilizado"],
} as const;

/** A registered event (112130 by default) that says of items how much of them is lost. */
export function lossEvent(
  accessKey: string,
  stated: readonly StatedQuantity[],
  { group = "gPerecimento", ...options }: LossOptions = {},
): string {
  const [q, u] = FIELDS[group];
  const groups = stated.map(({ nItem, quantity, unit }) => ({
    "@nItem": String(nItem),
    vIBS: "1.00",
    vCBS: "1.00",
    gControleEstoque: { [q]: quantity, [u]: unit },
  }));
  return syntheticEvent(accessKey, {
    type: "112130",
    nProt: PROTOCOL,
    detail: { [group]: groups },
    ...options,
  });
}

/** The registered 110001 that cancels such an event, by its author. */
export function undoEvent(accessKey: string, type: string, event: string): string {
  const nProt = /<nProt>([0-9]+)<\/nProt>/.exec(event.slice(event.indexOf("<retEvento")))?.[1];
  return syntheticEvent(accessKey, {
    type: "110001",
    at: "2026-11-13T14:00:00-03:00",
    nProt: "135260000000077",
    detail: { tpEventoAut: type, nProtEvento: nProt ?? "" },
  });
}
