/**
 * Words that the code does not use, in names, comments, titles of tests and docs: each hides a term that its field already has. A new
 * metaphor gets its line here, and its term in docs/glossary.md.
 */
const BANNED: readonly (readonly [words: string, instead: string])[] = [
  ["agedBy", "invalidatedTags"],
  ["anew", "again"],
  ["bell bells rung", "wake-up, listener"],
  ["breathe breathes", "yieldToEventLoop"],
  ["bury buries buried", "park, storeUnreadable"],
  ["decoy decoys", "dummy hash"],
  ["depart departs departed", "start of a single flight"],
  ["dice", "Random"],
  ["farewell farewells", "close frame"],
  ["foresee foresees foreseen", "prepare, expect"],
  ["furnish furnishes furnished", "migrate, seed"],
  ["giveBack putOff", "release, retryLater"],
  ["heard", "received, listeners"],
  ["knock knocks knocked", "probe"],
  ["lacking", "missing"],
  ["mayHaveHappened neverHappened", "outcomeUnknown, notApplied"],
  ["meddle meddles meddled meddling", "inject a fault"],
  ["neighbour neighbours", "remote service"],
  ["nobody somebody whoever", "the caller, another process, the client …"],
  ["outbox", "span batcher"],
  ["patience patienceMs patient", "idle timeout, timeoutMs, waitMs"],
  ["pulse pulses", "commit signal"],
  ["rehearse rehearses rehearsal rehearsals", "dry run"],
  ["river", "the way of a note"],
  ["spoilt", "invalid, damaged"],
  ["spokenFor", "resolveCorrections"],
  ["stranger strangers", "another company, an unrelated party, an anonymous client"],
  ["sweep sweeps swept sweeping", "maintenance, expire, remove"],
  ["teach teaches taught", "save mapping"],
  ["told untold", "given, reported, informed"],
  ["turnstile", "one per tick"],
  ["wall walls", "network rate limit"],
  ["weather", "transient fault"],
];

/** References that lead out of the repository: a decision is cited by its ADR, and a path of one machine is on no other. */
const DEAD_ENDS: readonly RegExp[] = [
  /\bdesign decisions?\b/,
  /(?<![\w.])\/(?:work|root|home|Users)\/\w[\w./-]*/,
];
/** The API's document is docs/api.md; in code its bare name leads nowhere. */
const BARE_API = /(?<![\w/])api\.md\b/;
/** A code of a threat or of a failure, as comments and titles cite them. */
const CODE = /(?:[("`]|: )([SCFT]\d{1,2})(?=[):,]| and )/g;

/** Names that stay: tables as committed migrations made them, metrics, log events and rules as their readers know them. A wall clock is a term. */
const FIXED_NAMES =
  /\bsweep_places\b|\bsge_sweep_\w+|"sweep(?:\.fault)?"|_told_|\bWALL_\w+|\bwhose\.\w+|wall clock|wallClock/g;

const MOST_LETTERS_OF_A_TITLE = 110;
const RIDDLE = /^(?:what|who|whoever|nobody|somebody|of) /i;
const TITLE =
  /\b(?:test\w*|describe\w*|it|inBrowser)(?:\.\w+)*(?:\(\w+\))?\(\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** The name of a case of a contract is the title of a test. */
const CASE = /\bname:\s*(?:"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** One finding with its line. */
export interface WordFinding {
  readonly line: number;
  readonly says: string;
}

/** The banned words with what to write instead, each with a pattern that finds it in text and inside of names. */
export const bannedWords = BANNED.flatMap(([words, instead]) =>
  words.split(" ").map((word) => ({ word, instead, pattern: patternOf(word) })),
);

/** A word alone, as a part of a camelCase or snake_case name, or in capitals. */
function patternOf(word: string): RegExp {
  const [first = "", rest = ""] = [word.slice(0, 1), word.slice(1)];
  const capital = first.toUpperCase();
  return new RegExp(
    `(?:(?<![A-Za-z])[${first}${capital}]|(?<=[a-z0-9])${capital})${rest}(?![a-z])|(?<![A-Za-z])${word.toUpperCase()}(?![A-Za-z])`,
    "g",
  );
}

/** What the text of a file says in words that are banned, or cites that is not there. `codes`: those that docs/ defines. */
export function wordFindings(
  path: string,
  text: string,
  codes: ReadonlySet<string>,
): WordFinding[] {
  const found: WordFinding[] = [];
  for (const [i, line] of text.replace(FIXED_NAMES, "").split("\n").entries()) {
    const note = (says: string) => found.push({ line: i + 1, says });
    for (const { word, instead, pattern } of bannedWords)
      if (line.search(pattern) >= 0) note(`says "${word}": ${instead}`);
    for (const end of DEAD_ENDS) if (end.test(line)) note(`cites ${end.exec(line)?.[0]}`);
    if (path.endsWith(".md")) continue;
    if (BARE_API.test(line)) note("cites api.md, not docs/api.md");
    for (const [, code = ""] of line.matchAll(CODE))
      if (!codes.has(code)) note(`cites ${code}, which no table of docs/ defines`);
  }
  return found;
}

/** Titles of tests, and of the cases of contracts, that begin with a riddle instead of their subject, or are too long. */
export function titleFindings(path: string, text: string): WordFinding[] {
  const found: WordFinding[] = [];
  for (const match of text.matchAll(path.startsWith("test/contracts/") ? CASE : TITLE)) {
    const title = match[1] ?? match[2] ?? "";
    const line = text.slice(0, match.index).split("\n").length;
    if (RIDDLE.test(title)) found.push({ line, says: `title begins with a riddle: ${title}` });
    if (title.length > MOST_LETTERS_OF_A_TITLE)
      found.push({ line, says: `title has ${title.length} characters: ${title}` });
  }
  return found;
}
