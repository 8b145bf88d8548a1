/** What the report needs of a note to follow the numbers of its series. */
export interface NumberedNote {
  /** CNPJ or CPF of the emitter. */
  readonly supplier: string;
  readonly supplierName: string;
  readonly issuedByUs: boolean;
  readonly model: string;
  readonly series: string;
  readonly number: number;
  /** Whether it was issued in the period; notes before it only say where a series had come to. */
  readonly inPeriod: boolean;
}

/** Numbers of one series that no registered note has: `first` to `last`, both missing. */
export interface NumberGap extends Omit<NumberedNote, "number" | "inPeriod"> {
  readonly first: number;
  readonly last: number;
}

/** The gaps, and how many series of suppliers say nothing about theirs. */
export interface NumberGaps {
  readonly gaps: readonly NumberGap[];
  readonly unknownSeries: number;
}

/** Fewer notes of a supplier's series say nothing about its other notes. */
const FEWEST_NOTES = 5;

/**
 * The gaps that end at a note of the period, by emitter, model, series and number. A series of the company's own must be whole:
 * each gap is one. A supplier sells to others too: its gaps are a hint, and only where at least five notes and half of the
 * numbers between the least and the greatest are here; its other series cannot be known, and are counted.
 */
export function numberGaps(notes: Iterable<NumberedNote>): NumberGaps {
  const series = new Map<string, NumberedNote[]>();
  for (const note of notes) {
    const key = [note.issuedByUs, note.supplier, note.model, note.series].join(" ");
    const known = series.get(key);
    if (known === undefined) series.set(key, [note]);
    else known.push(note);
  }
  const gaps: NumberGap[] = [];
  let unknownSeries = 0;
  for (const found of series.values()) {
    if (!found.some(({ inPeriod }) => inPeriod)) continue;
    const sorted = found.sort((a, b) => a.number - b.number);
    if (!isKnown(sorted)) {
      unknownSeries += 1;
      continue;
    }
    for (const [i, note] of sorted.entries()) {
      const before = sorted[i - 1];
      if (before === undefined || !note.inPeriod || note.number - before.number < 2) continue;
      const { number, inPeriod: _, ...of } = note;
      gaps.push({ ...of, first: before.number + 1, last: number - 1 });
    }
  }
  return { gaps, unknownSeries };
}

function isKnown(sorted: readonly NumberedNote[]): boolean {
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return false;
  if (first.issuedByUs) return true;
  const distinct = new Set(sorted.map(({ number }) => number)).size;
  return distinct >= FEWEST_NOTES && distinct * 2 >= last.number - first.number + 1;
}
