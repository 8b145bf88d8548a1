type NoParams = Readonly<Record<string, never>>;
interface OfItem {
  readonly nItem: number;
}
/** Amounts in 1/10². `tag`: the total's name in ICMSTot. */
interface OfTotal {
  readonly tag: string;
  readonly stated_e2: number;
}

/** Every code that a reading may observe in a note, with what its sentence needs. None of them refuses the note. */
export interface NfeFindingParams {
  /** Neither the XML declaration nor the bytes say UTF-8: read as windows-1252. */
  readonly encoding_guessed: NoParams;
  /** Elements that the layout does not have: how many, and the first few different names, shortened. */
  readonly unknown_elements: {
    readonly count: number;
    readonly names: readonly string[];
    readonly more: boolean;
  };
  /** Lots of `med` that do not add up to the quantity of their item. */
  readonly lots_left_out: { readonly items: readonly number[] };
  /** A base, rate or amount of a tax that is no decimal of the layout: it counts as absent. */
  readonly tax_unreadable: { readonly items: readonly number[] };
  readonly cnpj_check_digit: { readonly party: "emit" | "dest" };
  readonly cpf_check_digit: { readonly party: "emit" | "dest" };
  readonly protocol_incomplete: NoParams;
  readonly protocol_number: NoParams;
  readonly digest_mismatch: NoParams;
  readonly environment_mismatch: NoParams;
  readonly unsigned: NoParams;
  readonly signature_reference: NoParams;
  readonly contingency: NoParams;
  readonly reference_key: NoParams;
  /** A total that differs from the sum of the items. */
  readonly total_differs: OfTotal & { readonly expected_e2: number };
  /** A total that no item has: it was shared out among them. */
  readonly total_without_items: OfTotal;
  readonly note_total: { readonly stated_e2: number; readonly expected_e2: number };
  readonly cost_below_total: {
    readonly stated_e2: number;
    readonly costs_e2: number;
    readonly isImport: boolean;
  };
  readonly item_value: OfItem;
  readonly item_tax_value: OfItem;
  readonly gtin_check_digit: OfItem & { readonly tag: "cEAN" | "cEANTrib" };
  readonly lot_dates: OfItem;
  readonly zero_quantity: OfItem;
  /** Quantities as the document writes them. */
  readonly tax_unit: OfItem & {
    readonly qCom: string;
    readonly uCom: string;
    readonly qTrib: string;
    readonly uTrib: string;
  };
  /** How many findings were left out. */
  readonly more_findings: { readonly count: number };
}

/** Something observed in one document by code and params; src/messages has the sentence of each code. */
export interface NfeFindingOf<C extends keyof NfeFindingParams> {
  readonly code: C;
  readonly severity: "info" | "warning";
  /** XPath by local names, or null when the whole document is meant. */
  readonly path: string | null;
  readonly params: NfeFindingParams[C];
}
export type NfeFinding = { [C in keyof NfeFindingParams]: NfeFindingOf<C> }[keyof NfeFindingParams];
