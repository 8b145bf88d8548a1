import type { Settings } from "../../accounts/company.ts";
import type { Item, Note } from "../../nfe/note.ts";
import type { Kind } from "./cfop-table.ts";
import { HOLD_CODES, type HoldCode } from "./failures.ts";
import { comesBack } from "./returned-goods.ts";
import { type JudgedInput, type KnownFacts, type RuleInput, ruleInput } from "./rule-input.ts";
import type { Applied, ItemRuleParams, NoteRuleParams } from "./rule-params.ts";
import { RULES } from "./rules.ts";
import type { Effect, HoldReasons, RuleOutcome, Verdict, VerdictFinding } from "./verdict.ts";

/**
 * What the company makes of a note: the effect of each item on its stock, the direction, and what must be settled first.
 * Pure: the same note, settings and facts give the same verdict, and `rules` names every row of rules.ts that applied.
 * Holds stand in the order of HOLD_CODES, one of each code.
 */
export function classify(note: Note, company: Settings, known: KnownFacts = {}): Verdict {
  const input = ruleInput(note, company, known);
  const decided = RULES.direction.find((row) => row.applies(input));
  const direction = decided?.direction ?? "none";
  const items = judgeItems(input);
  const whole = judgeNote({ ...input, direction, kinds: items.kinds });
  return {
    direction,
    effects: items.kinds.map((kind) => effectOf(kind, direction)),
    bringsCost: note.items.map((item) => !comesBack(item, note)),
    holds: whole.holds,
    findings: whole.findings,
    rules: [
      ...(decided === undefined ? [] : [{ rule: decided.rule, params: {} }]),
      ...items.rules,
      ...whole.rules,
    ],
    issuedByUs: input.emitIsUs,
  };
}

/** A note that is not ours moves nothing, whatever its items are. */
function effectOf(kind: Kind, direction: Verdict["direction"]): Effect {
  if (direction === "none") return "none";
  return kind === "goods" ? direction : kind;
}

function judgeItems(input: RuleInput): { kinds: Kind[]; rules: RuleOutcome[] } {
  const outcomes = new Map<string, RuleOutcome & { items: number[] }>();
  const kinds = input.note.items.map((item) => {
    const { applied, kind } = judgeItem(item, input);
    const key = JSON.stringify(applied);
    const before = outcomes.get(key);
    if (before === undefined) outcomes.set(key, { ...applied, items: [item.nItem] });
    else before.items.push(item.nItem);
    return kind;
  });
  return { kinds, rules: [...outcomes.values()] };
}

function judgeItem(
  item: Item,
  input: RuleInput,
): { applied: Applied<keyof ItemRuleParams>; kind: Kind } {
  for (const { kind, apply } of RULES.item) {
    const applied = apply(item, input);
    if (applied !== null) return { applied, kind };
  }
  return { applied: { rule: "item.none_applies", params: {} }, kind: "ask" };
}

function judgeNote(input: JudgedInput): {
  holds: HoldReasons[];
  findings: VerdictFinding[];
  rules: RuleOutcome[];
} {
  const reasons = new Map<HoldCode, Applied<keyof NoteRuleParams>[]>();
  const findings: VerdictFinding[] = [];
  const rules: RuleOutcome[] = [];
  for (const { hold, finding, apply } of RULES.note) {
    const because = apply(input);
    if (because === null) continue;
    const items = "items" in because.params ? because.params.items : undefined;
    rules.push({ ...because, ...(items === undefined ? {} : { items }) });
    if (hold !== undefined) reasons.set(hold, [...(reasons.get(hold) ?? []), because]);
    if (finding !== undefined) findings.push({ ...finding, path: pathOf(items), because });
  }
  const holds = HOLD_CODES.flatMap((code) => {
    const because = reasons.get(code);
    return because === undefined ? [] : [{ code, because }];
  });
  return { holds, findings, rules };
}

/** The first item meant; null when the whole note is. */
const pathOf = (items: readonly number[] | undefined): string | null =>
  items?.[0] === undefined ? null : `//infNFe/det[@nItem='${items[0]}']`;
