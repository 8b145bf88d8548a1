import { variables } from "../config.ts";

/** A variable that the program does not read, and the setting that was probably meant; null where only the prefix is ours. */
export interface UnknownSetting {
  readonly name: string;
  readonly meant: string | null;
}

/** Prefixes that no other program is known to use. */
const OURS =
  /^(?:NFE|SGE|COMPANY|RATE_LIMIT|SSE|MAIL|SMTP|SEFAZ|WEBHOOKS|METRICS|JWT|CORS|EVENTS_KEEP|COMMIT_(?:GROUP|QUEUE))_/;

/** Read by the command line alone. */
const ELSEWHERE = [
  "SGE_CERTIFICATE_PASSWORD",
  "SGE_COMPANY",
  "SGE_EMAIL",
  "SGE_PASSWORD",
  "SGE_TOKEN",
];

/** Shorter names are near to too many others (HOST and CHOST). */
const LEAST_LENGTH = 8;
const MOST_EDITS = 2;

/**
 * The names of an environment that are not a setting but look like one: with a prefix of ours, or within two edits of the name
 * of a setting. Other names belong to other programs.
 */
export function unknownSettings(
  env: Readonly<Record<string, string | undefined>>,
): UnknownSetting[] {
  const known = [...variables.map(({ name }) => name), ...ELSEWHERE];
  return Object.keys(env)
    .filter((name) => !known.includes(name) && /^[A-Za-z][A-Za-z0-9_]*$/.test(name))
    .flatMap((name) => {
      const meant = nearest(name.toUpperCase(), known);
      return meant !== null || OURS.test(name) ? [{ name, meant }] : [];
    });
}

/** The nearest known name within MOST_EDITS; or else one that begins with the name. */
function nearest(name: string, known: readonly string[]): string | null {
  if (name.length < LEAST_LENGTH) return null;
  const near = known
    .map((one) => ({ one, edits: editsBetween(name, one) }))
    .filter(({ edits }) => edits <= MOST_EDITS)
    .sort((a, b) => a.edits - b.edits)[0];
  return near?.one ?? known.find((one) => one.startsWith(name)) ?? null;
}

/** Levenshtein's distance; where the lengths differ by more than MOST_EDITS, a larger number without counting. */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_EDITS) return MOST_EDITS + 1;
  let above = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1)
      row.push(
        Math.min(
          (above[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    above = row;
  }
  return above[b.length] ?? 0;
}
