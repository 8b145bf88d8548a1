import { TAX_PRESETS, type TaxPreset } from "../../../src/accounts/settings/tax-presets.ts";
import type { Destination } from "../../../src/accounts/tax-profile.ts";
import { costed, issueYear } from "../../../src/ingest/cost/item-cost.ts";
import { stockItems } from "../../../src/ingest/note/registration-sql.ts";
import { statusWith } from "../../../src/ingest/note/stored-note.ts";
import { classify } from "../../../src/ingest/verdict/classify.ts";
import { standingOf } from "../../../src/ingest/verdict/event-standing.ts";
import { sumExact } from "../../../src/lib/decimal.ts";
import { nItemFrom } from "../../../src/lib/item-number.ts";
import type { ItemSpec } from "../../../src/synthetic/amounts.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, CUSTOMER, SUPPLIERS, UNRELATED } from "../../../src/synthetic/trade.ts";
import { noteIn } from "../xml/read-notes.ts";
import { knownEvent } from "./known-event.ts";
import { company } from "./note-values.ts";

const [supplier] = SUPPLIERS;
const PARTIES = {
  us: COMPANY,
  branch: { ...COMPANY, cnpj: `${COMPANY.cnpj.slice(0, 8)}000275` },
  supplier,
  customer: CUSTOMER,
  other: UNRELATED,
  none: null,
} as const;
type PartyName = keyof typeof PARTIES;

/** The features of a document, as a row of verdicts.tsv writes them; what it leaves out makes a supplier's plain sale to us. */
export interface Features extends Omit<NoteOptions, "emit" | "dest" | "items"> {
  readonly emit?: Exclude<PartyName, "none">;
  readonly dest?: PartyName;
  /** Changes of the one item: 10 at R$ 80.00. */
  readonly item?: Partial<ItemSpec>;
}

/** What is known beside the document, and the company that receives it. */
export interface Around {
  readonly preset?: TaxPreset;
  readonly destination?: Destination;
  readonly cnpjs?: readonly string[];
  readonly environment?: "production" | "homologation";
  readonly requireMapping?: boolean;
  readonly requireSignature?: boolean;
  readonly events?: readonly string[];
  readonly unmapped?: boolean;
  readonly signature?: "valid" | "other_signer";
  readonly originalEntered?: boolean;
}

const GOODS = { cProd: "M", xProd: "MERCADORIA", uCom: "UN", qCom: "10", vUnCom: "80.00" };

/** The verdict of a row: direction, status after an upload with approval, holds, effect, cost (1/10²) and the rules that applied. */
export function verdictOf({ emit, dest, item, ...options }: Features, around: Around) {
  const { xml } = syntheticNote({
    seed: 3,
    emit: PARTIES[emit ?? "supplier"] ?? supplier,
    ...(dest === undefined ? {} : { dest: PARTIES[dest] }),
    ...options,
    items: [{ ...GOODS, ...item }],
  });
  const note = noteIn(xml);
  const settings = company({
    cnpjs: around.cnpjs ?? [COMPANY.cnpj],
    environment: around.environment ?? "production",
    requireMapping: around.requireMapping ?? false,
    requireSignature: around.requireSignature ?? false,
    taxProfile: TAX_PRESETS[around.preset ?? "none"],
  });
  const author = (type: string) =>
    (type.startsWith("21") ? note.dest?.cnpj : note.emit.cnpj) ?? COMPANY.cnpj;
  const events = (around.events ?? []).map((type) => knownEvent({ type, author: author(type) }));
  const verdict = classify(note, settings, {
    unmapped: around.unmapped === true ? [nItemFrom(1)] : [],
    standing: standingOf(events, note),
    signature:
      around.signature === undefined
        ? null
        : around.signature === "valid"
          ? { valid: true, unchecked: ["chain", "revocation", "signer"] }
          : { valid: false, why: "other_signer" },
    originalEntered: around.originalEntered ?? false,
  });
  const year = issueYear(note.ide.issuedAt);
  const costs = stockItems(note).map((one, i) => {
    const effect = verdict.effects[i] ?? "ask";
    const bringsCost = verdict.bringsCost[i] ?? false;
    const destination = around.destination ?? null;
    return costed(one, { effect, bringsCost, destination }, settings, year).landed_e2;
  });
  const waits = statusWith("PENDENTE", verdict.holds);
  return {
    direction: verdict.direction,
    status: verdict.holds.length === 0 ? "PROCESSADA" : waits,
    holds: verdict.holds.map(({ code }) => code).join(" ") || "-",
    effects: verdict.effects.join(" "),
    cost: sumExact(costs),
    rules: verdict.rules.map(({ rule }) => rule),
  };
}
