import type { Settings } from "../../accounts/company.ts";
import type { NItem } from "../../lib/item-number.ts";
import { isRefusal, type Note, type Party } from "../../nfe/note.ts";
import type { SignatureCheck } from "../../nfe/signature/signer.ts";
import type { Kind } from "./cfop-table.ts";
import type { Standing } from "./event-standing.ts";
import type { HoldCode } from "./failures.ts";
import type { Applied, NoteRuleParams } from "./rule-params.ts";
import type { Direction } from "./verdict.ts";

/** A stored note that was reversed or cancelled, with the direction in which it had moved goods. */
export interface UndoneOriginal {
  readonly key: string;
  readonly direction: Direction;
}

/** What is known of a note beside its text. */
export interface KnownFacts {
  /** nItem of the items whose supplier code is mapped to no product. */
  readonly unmapped?: readonly NItem[];
  /** nItem of the items whose quantity is 0 in stock units, by the factor of their mapping, and not on the note. */
  readonly vanishing?: readonly NItem[];
  /** Summary of the events stored under its key; absent: there are none. */
  readonly standing?: Standing;
  /** Null or absent: the signature was not verified. */
  readonly signature?: SignatureCheck | null;
  /** Keys of the notes that this one refers to and that are not in our stock as entries; read for complementary notes alone. */
  readonly awaited?: readonly string[];
  /** Of the notes that this one refers to those that were reversed or cancelled; read for returns alone. */
  readonly undone?: readonly UndoneOriginal[];
  /** A note that this one refers to is in our stock, as an entry. */
  readonly originalEntered?: boolean;
}

/**
 * What a rule may look at: a note, the company that received it, and the facts known beside it. It has no clock. A rule about
 * age compares times of the note itself (dhEmi, dhSaiEnt, dhRecbto, the time of an event), so that a later judgement gives
 * the same verdict. A rule that needs the day of receipt gets the stored `received_at` through `KnownFacts`.
 */
export interface RuleInput {
  readonly note: Note;
  readonly company: Settings;
  readonly known: KnownFacts;
  readonly emitIsUs: boolean;
  readonly destIsUs: boolean;
}

/** The input of the rules about the note as a whole: direction and items are decided. */
export interface JudgedInput extends RuleInput {
  readonly direction: Direction;
  /** In the order of `note.items`. */
  readonly kinds: readonly Kind[];
}

/** What every row of a rule table has. */
export interface RuleRow {
  readonly rule: string;
  /** Where the rule is written: schema, manual (MOC), technical note, agreement, or our own decision. */
  readonly source: string;
}

export interface NoteRule extends RuleRow {
  readonly rule: keyof NoteRuleParams;
  readonly hold?: HoldCode;
  readonly finding?: { readonly code: string; readonly severity: "info" | "warning" };
  /** The rule with the params of its sentence; null: it does not apply. */
  readonly apply: (input: JudgedInput) => Applied<keyof NoteRuleParams> | null;
}

/** A row of the table of note rules: `when` gives the params of the rule's sentence, or null where it does not apply. */
export function noteRule<R extends keyof NoteRuleParams>(
  rule: R,
  row: Omit<NoteRule, "rule" | "apply"> & {
    readonly when: (input: JudgedInput) => NoteRuleParams[R] | null;
  },
) {
  const { when, ...rest } = row;
  return {
    rule,
    ...rest,
    apply: (input: JudgedInput) => {
      const params = when(input);
      return params === null ? null : { rule, params };
    },
  };
}

/** The input for a note. A party is the company when its CNPJ or CPF, whole, is one of the company's. */
export function ruleInput(note: Note, company: Settings, known: KnownFacts): RuleInput {
  const own = new Set(company.cnpjs);
  const isUs = (party: Party | null): boolean => {
    const id = party?.cnpj ?? party?.cpf ?? null;
    return id !== null && own.has(id);
  };
  return { note, company, known, emitIsUs: isUs(note.emit), destIsUs: isUs(note.dest) };
}

/** Whether a CNPJ is configured for the company. */
export const hasCnpj = ({ company }: RuleInput): boolean => company.cnpjs.length > 0;

/** Whether the emitter takes back, by a credit note, what was refused or not delivered and had never entered our stock. */
export const refusedBeforeEntry = (input: RuleInput): boolean =>
  isRefusal(input.note) &&
  !input.emitIsUs &&
  (input.destIsUs || !hasCnpj(input)) &&
  input.known.originalEntered !== true;

/** Whether the emitter issued it as an entry note (tpNF 0). */
export const isEntryNote = ({ note }: RuleInput): boolean => note.ide.tpNF === "0";
