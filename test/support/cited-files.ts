/** What of a line is a comment, as far as a line alone shows it. */
const COMMENT = /(?:^\s*\*|\/\*\*?|(?<!:)\/\/).*/;
/** A file as comments name it: its name, or the end of its path. */
const FILE = /(?<![\w/.@-])(?:[\w.-]+\/)*[\w-]+\.(?:tsx?|mjs|md|sql)\b/g;
/** Names of no file in particular. */
const EXAMPLES = ["src/x.ts", "./x.ts", "../http/x.ts", "test/path.ts"];

/** The files that the comments of a source name and that no path of `paths` ends with, each with its line. */
export function missingFiles(
  source: string,
  paths: ReadonlySet<string>,
): { line: number; file: string }[] {
  const missing: { line: number; file: string }[] = [];
  for (const [i, line] of source.split("\n").entries())
    for (const [file] of COMMENT.exec(line)?.[0].matchAll(FILE) ?? [])
      if (!EXAMPLES.includes(file) && !paths.has(file)) missing.push({ line: i + 1, file });
  return missing;
}

/** Every path, and every end of it from a folder or the file on. */
export function endsOf(paths: Iterable<string>): Set<string> {
  const ends = new Set<string>();
  for (const path of paths)
    for (let end = path; end !== ""; ) {
      ends.add(end);
      const slash = end.indexOf("/");
      end = slash < 0 ? "" : end.slice(slash + 1);
    }
  return ends;
}
