import { findingSentence } from "../../messages/pt-BR/documents/findings.ts";
import { ruleSentence } from "../../messages/pt-BR/documents/rules.ts";
import type { NfeFinding } from "../../nfe/findings.ts";
import type { Hold } from "../verdict/failures.ts";
import type { Verdict } from "../verdict/verdict.ts";

/** An observation that does not hold a note, as notes.findings keeps it and the API answers it. */
export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning";
  /** XPath by local names, or null when the whole document is meant. */
  readonly path: string | null;
  /** For people, in Portuguese. */
  readonly message: string;
}

/** A rule that applied, as notes.rules keeps it. */
export interface Rule {
  readonly rule: string;
  /** For people, in Portuguese: what was seen and what follows. */
  readonly message: string;
  /** nItem of the items meant; absent: the whole note. */
  readonly items?: readonly number[];
}

/** A verdict with its sentences: what is stored and answered. */
export interface WrittenVerdict extends Omit<Verdict, "holds" | "findings" | "rules"> {
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
  readonly rules: readonly Rule[];
}

/** Puts the verdict into sentences (Portuguese). A hold with several reasons has all of their sentences. */
export function writtenVerdict({ holds, findings, rules, ...verdict }: Verdict): WrittenVerdict {
  return {
    ...verdict,
    holds: holds.map(({ code, because }) => ({
      code,
      message: because.map((applied) => ruleSentence(applied)).join(" "),
    })),
    findings: findings.map(({ because, ...finding }) => ({
      ...finding,
      message: ruleSentence(because),
    })),
    rules: rules.map((outcome) => ({
      rule: outcome.rule,
      message: ruleSentence(outcome),
      ...(outcome.items === undefined ? {} : { items: outcome.items }),
    })),
  };
}

/** Puts a finding of the reader into a sentence (Portuguese). */
export const writtenFinding = (finding: NfeFinding): Finding => ({
  code: finding.code,
  severity: finding.severity,
  path: finding.path,
  message: findingSentence(finding),
});
