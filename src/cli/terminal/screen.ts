/**
 * Text output for people, in colours only at a terminal and when NO_COLOR (no-color.org) is not set.
 */
export interface Screen {
  readonly colours: boolean;
  readonly width: number;
  line(text?: string): void;
}

export type Colour = "bold" | "dim" | "green" | "yellow" | "red";

const CODES: Readonly<Record<Colour, string>> = {
  bold: "1",
  dim: "2",
  green: "32",
  yellow: "33",
  red: "31",
};

/** The screen of an output stream of this process. */
export function screenOn(
  stream: { isTTY?: boolean; columns?: number; write(text: string): unknown },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Screen {
  return {
    colours: stream.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb",
    width: stream.columns ?? 120,
    line: (text = "") => void stream.write(`${text}\n`),
  };
}

/** The text in a colour, if the screen has colours. */
export const paint = (screen: Pick<Screen, "colours">, colour: Colour, text: string): string =>
  screen.colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;

/** The text, cut to `width` characters with `…` at its end. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/**
 * The text in at most `lines` lines of at most `width` characters, broken at blanks; the last one is
 * cut.
 */
export function wrap(text: string, width: number, lines: number): string[] {
  if (text.length <= width || lines <= 1) return [cut(text, width)];
  const blank = text.lastIndexOf(" ", width);
  const at = blank > 0 ? blank : width;
  return [text.slice(0, at).trimEnd(), ...wrap(text.slice(at).trimStart(), width, lines - 1)];
}

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Most characters; a longer text is cut. */
  readonly most?: number;
  readonly colour?: Colour;
}

/**
 * The lines of a table with aligned columns, without blanks at their ends.
 */
export function table(
  screen: Pick<Screen, "colours">,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = rows.map((row) => columns.map(({ most }, n) => cut(row[n] ?? "", most ?? 200)));
  const widths = columns.map(({ title }, n) =>
    Math.max(title.length, ...cells.map((row) => row[n]?.length ?? 0)),
  );
  const format = (row: readonly string[], colour: (n: number) => Colour | undefined) =>
    columns
      .map(({ align }, n) => {
        const text = row[n] ?? "";
        const width = widths[n] ?? 0;
        const padded = align === "right" ? text.padStart(width) : text.padEnd(width);
        const paints = colour(n);
        return paints === undefined ? padded : paint(screen, paints, padded);
      })
      .join("  ")
      .trimEnd();
  return [
    format(
      columns.map(({ title }) => title),
      () => "dim",
    ),
    ...cells.map((row) => format(row, (n) => columns[n]?.colour)),
  ];
}
