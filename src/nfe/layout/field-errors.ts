import { z } from "zod";
import { FIELD_REASONS, type NfeFieldError } from "../failures.ts";
import { attributeOf, type XmlElement } from "../xml/element.ts";
import type { FieldIssue } from "./fields.ts";
import { allOf, choiceOf, textOf } from "./group.ts";

/** Most errors reported for one document: more would not make it clearer. */
export const MAX_ERRORS = 100;

/** The params of a field's own issue (fields.ts). */
const FieldIssueParams = z.object({
  code: z.string(),
  reason: z.enum(FIELD_REASONS),
  expected: z.string(),
});

export function missing(path: string, expected?: string): NfeFieldError {
  const error: NfeFieldError = { path, code: "missing", reason: "absent" };
  return expected === undefined ? error : { ...error, expected };
}

/** More of an element than the layout allows; the path is that of the first one too many. */
export const tooMany = (path: string, most: number, got: number): NfeFieldError => ({
  path: `${path}[${most + 1}]`,
  code: "too_many",
  reason: "too_many",
  expected: String(most),
  got: String(got),
});

/** The errors, only the first of each path. */
export const onePerPath = (errors: readonly NfeFieldError[]): NfeFieldError[] =>
  [...new Map(errors.toReversed().map((error) => [error.path, error])).values()].reverse();

/**
 * Zod's issues as errors with an XPath below `base`, the XPath of `element`, from which the shape was taken.
 * An absent group has one error instead of one for each of its fields.
 */
export function fieldErrors(
  issues: readonly z.core.$ZodIssue[],
  element: XmlElement,
  base: string,
): NfeFieldError[] {
  const errors = new Map<string, NfeFieldError>();
  for (const issue of issues) {
    const { path, got } = located(issue.path, element, base);
    if (errors.has(path)) continue;
    errors.set(path, got === undefined ? missing(path) : { path, ...issueOf(issue, got), got });
    if (errors.size >= MAX_ERRORS) break;
  }
  return [...errors.values()];
}

function issueOf(issue: z.core.$ZodIssue, got: string): FieldIssue {
  if (issue.code === "custom") return FieldIssueParams.parse(issue.params);
  const expected = issue.code === "invalid_value" ? issue.values.map(String).join(", ") : "texto";
  // an element that is there and was left out of the shape is an empty one
  return got === "" || issue.code !== "invalid_value"
    ? { code: "empty", reason: "empty", expected }
    : { code: "enum", reason: "not_listed", expected };
}

/** Walks the tree beside the path, so that `*` gets its name and the first absent element ends the path. */
function located(
  keys: readonly PropertyKey[],
  from: XmlElement,
  base: string,
): { path: string; got?: string } {
  let path = base;
  let element = from;
  const steps = keys.flatMap((key): PropertyKey[] =>
    typeof key === "string" ? key.split("/") : [key],
  );
  for (const [i, step] of steps.entries()) {
    if (typeof step === "number") continue;
    const name = String(step);
    const attribute = name.startsWith("@") ? attributeOf(element, name.slice(1)) : undefined;
    const index = steps[i + 1];
    const next: XmlElement | undefined =
      name === "*"
        ? choiceOf(element, "", { unknown: [], errors: [] })
        : allOf(element, name)[typeof index === "number" ? index : 0];
    path += `/${next?.name ?? name}${typeof index === "number" ? `[${index + 1}]` : ""}`;
    if (next === undefined)
      return attribute === undefined ? { path } : { path, got: shown(attribute) };
    element = next;
  }
  return { path, got: shown(textOf(element) ?? "") };
}

/** As much of a value as an error shows. */
export const shown = (text: string): string => text.slice(0, 60);
