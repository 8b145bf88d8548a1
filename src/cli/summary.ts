import { grouped } from "../lib/amount.ts";
import type { Skipped } from "./find-files.ts";
import type { ImportTally, RejectedFile } from "./import.ts";
import { type Colour, paint, type Screen } from "./screen.ts";

/** The names of the batch summary, in the order and the words that a person reads. */
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

/** No list on the screen is longer. */
const LINES = 20;

/** Says what became of an import: counts, what was refused and why, what waits for a person. */
export function printTally(
  screen: Screen,
  { counts, rejected, waiting }: ImportTally,
  { dryRun, ignored, where }: { dryRun: boolean; ignored: number; where: string },
): void {
  const said: Record<string, number> = { ...counts, ignored: (counts.ignored ?? 0) + ignored };
  screen.line(
    paint(
      screen,
      "bold",
      dryRun ? `Simulação em ${where}: nada foi gravado` : `Importação em ${where}`,
    ),
  );
  for (const [name, one, many, colour] of WORDS) {
    const count = said[name] ?? 0;
    if (count === 0) continue;
    const line = `${grouped(count).padStart(9)}  ${count === 1 ? one : many}`;
    screen.line(colour === null ? line : paint(screen, colour, line));
  }
  printList(screen, "Aguardando decisão:", "yellow", waiting);
  printList(screen, "Recusados:", "red", rejected);
}

/** Says what was not read, one sentence each; beyond LINES by their reasons. */
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
  for (const { file, message } of list.slice(0, LINES)) screen.line(`  ${file}: ${message}`);
  const more = list.slice(LINES);
  if (more.length === 0) return;
  const reasons = new Map<string, number>();
  for (const { message } of more) reasons.set(message, (reasons.get(message) ?? 0) + 1);
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  for (const [message, count] of sorted.slice(0, LINES))
    screen.line(`  … e mais ${grouped(count)}: ${message}`);
}
