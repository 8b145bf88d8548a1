import { grouped } from "../../lib/amount.ts";
import { type Colour, paint, type Screen } from "../terminal/screen.ts";
import type { Skipped } from "./find-files.ts";
import type { ImportTally, RejectedFile } from "./import.ts";

/** Portuguese words for the names of the batch summary, in the order in which they are printed. */
const WORDS: readonly (readonly [
  name: string,
  one: string,
  many: string,
  colour: Colour | null,
])[] = [
  ["approved", "aprovada", "aprovadas", "green"],
  ["registered", "registrada", "registradas", "green"],
  ["completed", "completada com o protocolo", "completadas com o protocolo", "green"],
  ["events", "evento", "eventos", "green"],
  ["duplicate", "já registrada", "já registradas", null],
  ["ignored", "ignorado", "ignorados", "dim"],
  ["rejected", "recusado", "recusados", "red"],
];

/** Most lines of a list. */
const MAX_LINES = 20;

/** Prints the results of an import: counts, notes that wait for a decision, and refused documents with their reasons. */
export function printTally(
  screen: Screen,
  { counts, rejected, waiting }: ImportTally,
  { dryRun, ignored, where }: { dryRun: boolean; ignored: number; where: string },
): void {
  const shown: Record<string, number> = { ...counts, ignored: (counts.ignored ?? 0) + ignored };
  screen.line(
    paint(
      screen,
      "bold",
      dryRun ? `Simulação em ${where}: nada foi gravado` : `Importação em ${where}`,
    ),
  );
  for (const [name, one, many, colour] of WORDS) {
    const count = shown[name] ?? 0;
    if (count === 0) continue;
    const line = `${grouped(count).padStart(9)}  ${count === 1 ? one : many}`;
    screen.line(colour === null ? line : paint(screen, colour, line));
  }
  printList(screen, "Aguardando decisão:", "yellow", waiting);
  printList(screen, "Recusados:", "red", rejected);
}

/** Prints the files that were not read, with their reasons; after MAX_LINES only counts by reason. */
export const printSkipped = (screen: Screen, skipped: readonly Skipped[]): void =>
  printList(
    screen,
    "Não foram lidos:",
    "yellow",
    skipped.map(({ path, why }) => ({ file: path, code: "", message: why })),
  );

function printList(
  screen: Screen,
  title: string,
  colour: Colour,
  list: readonly RejectedFile[],
): void {
  if (list.length === 0) return;
  screen.line();
  screen.line(paint(screen, colour, title));
  for (const { file, message } of list.slice(0, MAX_LINES)) screen.line(`  ${file}: ${message}`);
  const more = list.slice(MAX_LINES);
  if (more.length === 0) return;
  const reasons = new Map<string, number>();
  for (const { message } of more) reasons.set(message, (reasons.get(message) ?? 0) + 1);
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  for (const [message, count] of sorted.slice(0, MAX_LINES))
    screen.line(`  … e mais ${grouped(count)}: ${message}`);
}
