import type { EventQuantity } from "../../nfe/note.ts";
import type { CfopGroupName } from "./cfop-table.ts";

/** A rule whose sentence needs nothing but its name. */
export type NoParams = Readonly<Record<string, never>>;

/** The two ends of a note as a sentence names them; a CPF is never among it. */
export type PartyLabel =
  | { readonly is: "company"; readonly cnpj: string }
  | { readonly is: "person" | "foreigner" | "unknown" };

/** What the sentence of each rule about the note as a whole needs. Item numbers are nItem, in the order of the XML. */
export interface NoteRuleParams {
  /** The environment that the company accepts. */
  readonly "note.environment": { readonly accepted: "production" | "homologation" };
  readonly "note.no_protocol": NoParams;
  readonly "note.not_authorised": { readonly cStat: string };
  readonly "note.authorised_with_alert": {
    readonly alerts: readonly { readonly cMsg: string; readonly xMsg: string }[];
  };
  readonly "note.protocol_mismatch": NoParams;
  /** Parts of the access key that differ, by their tags. */
  readonly "note.key_mismatch": { readonly parts: readonly string[] };
  readonly "note.cancelled_protocol": { readonly cStat: string };
  readonly "note.cancelled_inside": NoParams;
  readonly "note.cancelled_event": NoParams;
  /** Type of the event: 210220 (unknown operation) or another (operation not carried out). */
  readonly "note.refused_by_recipient": { readonly event: string };
  readonly "note.not_delivered": {
    readonly event: string;
    readonly amounts: readonly EventQuantity[];
  };
  readonly "note.goods_lost": {
    readonly event: string;
    readonly amounts: readonly EventQuantity[];
  };
  readonly "note.immobilised": { readonly amounts: readonly EventQuantity[] };
  readonly "note.not_ours": { readonly from: PartyLabel; readonly to: PartyLabel };
  readonly "note.same_root": { readonly cnpj: string };
  readonly "note.cnpj_unknown": NoParams;
  readonly "note.no_goods": NoParams;
  readonly "note.complements_cost": NoParams;
  /** Access keys, as the note names them. */
  readonly "note.complement_waits": { readonly keys: readonly string[] };
  /** Access keys of the notes that no longer stand, as the note names them. */
  readonly "note.original_reversed": { readonly keys: readonly string[] };
  readonly "note.complement_quantity": { readonly items: readonly number[] };
  /** `cfops`: each once, sorted. */
  readonly "note.unknown_operation": {
    readonly items: readonly number[];
    readonly cfops: readonly string[];
    readonly natOp: string;
  };
  readonly "note.cfop_direction": { readonly items: readonly number[]; readonly tpNF: string };
  readonly "note.cfop_not_in_nfe": { readonly items: readonly number[] };
  readonly "note.return": { readonly namesOriginal: boolean };
  readonly "note.mapping": { readonly items: readonly number[] };
  readonly "note.rounds_to_zero": { readonly items: readonly number[] };
  readonly "note.signature_invalid": {
    readonly why:
      | "absent"
      | "not_verified"
      | "unsigned"
      | "other_signer"
      | "not_valid_then"
      | "unknown_issuer";
  };
  readonly "note.certificate_not_checked": NoParams;
  readonly "note.signer_not_compared": NoParams;
  readonly "note.revocation_not_checked": NoParams;
  readonly "note.retail": NoParams;
}

interface OfCfop {
  readonly cfop: string;
  /** Null: the code is in no list. */
  readonly group: CfopGroupName | null;
}

/** What the sentence of each rule about an item needs. Items whose rule and params are equal share one sentence. */
export interface ItemRuleParams {
  readonly "item.complement": NoParams;
  readonly "item.complement_quantity": NoParams;
  readonly "item.adjustment": NoParams;
  readonly "item.credit_or_debit": NoParams;
  readonly "item.service": NoParams;
  readonly "item.no_quantity": NoParams;
  readonly "cfop.none": OfCfop;
  readonly "item.refused_never_entered": NoParams;
  readonly "item.credit_or_debit_goods": NoParams;
  readonly "item.own_transfer": NoParams;
  readonly "cfop.unknown": { readonly cfop: string };
  /** `note`: what the note is by tpNF; the code is of the other. */
  readonly "cfop.direction": { readonly cfop: string; readonly note: "entry" | "exit" };
  readonly "cfop.ask": OfCfop;
  readonly "cfop.goods": OfCfop;
  readonly "item.none_applies": NoParams;
}

/** The rules that decide the direction of a note; none of their sentences has a value. */
export interface DirectionRuleParams {
  readonly "whose.refused_never_entered": NoParams;
  readonly "whose.untold_exit_note": NoParams;
  readonly "whose.untold_entry_note": NoParams;
  readonly "whose.our_exit": NoParams;
  readonly "whose.our_entry": NoParams;
  readonly "whose.supplier_sale": NoParams;
  readonly "whose.their_entry": NoParams;
  readonly "whose.not_ours": NoParams;
}

/** Every rule by its name, with what its sentence needs: src/messages has a sentence for each. */
export interface RuleParams extends NoteRuleParams, ItemRuleParams, DirectionRuleParams {}

/** A rule that applied, before it has a sentence. */
export interface AppliedRule<R extends keyof RuleParams = keyof RuleParams> {
  readonly rule: R;
  readonly params: RuleParams[R];
}

/** One of the rules named by `Names`, with the params of its own. */
export type Applied<Names extends keyof RuleParams> = { [R in Names]: AppliedRule<R> }[Names];
