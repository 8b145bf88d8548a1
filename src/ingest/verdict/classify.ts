import type { Settings } from "../../accounts/company.ts";
import type { Finding } from "../../nfe/document.ts";
import type { Item, Note } from "../../nfe/note.ts";
import type { Kind } from "./cfop-table.ts";
import { HOLD_CODES, type Hold } from "./failures.ts";
import { comesBack } from "./returned-goods.ts";
import { type Case, caseOf, type Judged, type Known } from "./rule-input.ts";
import { RULES } from "./rules.ts";
import type { Effect, Rule, Verdict } from "./verdict.ts";

/**
 * What the company makes of a note: the effect of each item on its stock, the direction, and what must be settled first.
 * Pure: the same note, settings and knowledge give the same verdict, and `rules` names every row of ingest/rules.ts that
 * fired. Holds stand in the order of HOLD_CODES, one of each code.
 */
export function classify(note: Note, company: Settings, known: Known = {}): Verdict {
  const seen = caseOf(note, company, known);
  const whose = RULES.whose.find((row) => row.applies(seen));
  const direction = whose?.direction ?? "none";
  const items = judgeItems(seen);
  const spoken = speak({ ...seen, direction, kinds: items.kinds });
  return {
    direction,
    effects: items.kinds.map((kind) => effectOf(kind, direction)),
    bringsCost: note.items.map((item) => !comesBack(item, note)),
    holds: spoken.holds,
    findings: spoken.findings,
    rules: [
      ...(whose === undefined ? [] : [{ rule: whose.rule, message: whose.message }]),
      ...items.rules,
      ...spoken.rules,
    ],
    issuedByUs: seen.emitIsUs,
  };
}

/** A note that is not ours moves nothing, whatever its items are. */
function effectOf(kind: Kind, direction: Verdict["direction"]): Effect {
  if (direction === "none") return "none";
  return kind === "goods" ? direction : kind;
}

function judgeItems(seen: Case): { kinds: Kind[]; rules: Rule[] } {
  const fired = new Map<string, { rule: string; message: string; items: number[] }>();
  const kinds = seen.note.items.map((item) => {
    const { rule, kind, message } = judge(item, seen);
    const key = `${rule} ${message}`;
    const before = fired.get(key);
    if (before === undefined) fired.set(key, { rule, message, items: [item.nItem] });
    else before.items.push(item.nItem);
    return kind;
  });
  return { kinds, rules: [...fired.values()] };
}

function judge(item: Item, seen: Case): { rule: string; kind: Kind; message: string } {
  for (const { rule, kind, says } of RULES.item) {
    const message = says(item, seen);
    if (message !== null) return { rule, kind, message };
  }
  return {
    rule: "item.none_applies",
    kind: "ask",
    message: "Nenhuma regra se aplica a este item.",
  };
}

function speak(seen: Judged): { holds: Hold[]; findings: Finding[]; rules: Rule[] } {
  const held = new Map<string, string>();
  const findings: Finding[] = [];
  const rules: Rule[] = [];
  for (const { rule, hold, finding, says } of RULES.note) {
    const said = says(seen);
    if (said === null) continue;
    const { message, items } =
      typeof said === "string" ? { message: said, items: undefined } : said;
    rules.push({ rule, message, ...(items === undefined ? {} : { items }) });
    if (hold !== undefined) held.set(hold, [held.get(hold), message].filter(Boolean).join(" "));
    if (finding !== undefined) findings.push({ ...finding, path: pathOf(items), message });
  }
  const holds = HOLD_CODES.flatMap((code) => {
    const message = held.get(code);
    return message === undefined ? [] : [{ code, message }];
  });
  return { holds, findings, rules };
}

/** The first item meant; null when the whole note is. */
const pathOf = (items: readonly number[] | undefined): string | null =>
  items?.[0] === undefined ? null : `//infNFe/det[@nItem='${items[0]}']`;
