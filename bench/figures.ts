/** The quantile `p` (0 to 1) of sorted values by nearest rank; NaN when there are none. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)] ?? Number.NaN;
}

/** The median; of an even number the lower of the two in the middle. NaN when there are none. */
export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** The quotients of two series of figures that were measured in pairs. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.slice(0, theirs.length).map((value, n) => value / (theirs[n] ?? Number.NaN));
}

/** Three significant figures, thousands apart: `1,234`, `12.3`, `0.456`; `–` where nothing was measured. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en");
  return value === 0 ? "0" : value.toPrecision(3);
}

/** The median, with the lowest and the highest value. */
export function spread(values: readonly number[]): string {
  if (values.length === 0) return "–";
  const range = `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
  return values.length === 1 ? figure(median(values)) : `${figure(median(values))} (${range})`;
}

/** A Markdown table with aligned columns. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, n) =>
    Math.max(3, head.length, ...rows.map((row) => (row[n] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, n) => (cells[n] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

/** A target of speed, and the measured figures. */
export interface Target {
  /** `T1`… */
  readonly id: string;
  readonly what: string;
  readonly values: readonly number[];
  /** The limit for the median, and the better value that is hoped for. */
  readonly bound: "≥" | "≤";
  readonly must: number;
  readonly stretch: number;
}

export const TARGET_HEADS = ["target", "what", "median (range)", "must", "stretch", "outcome"];

/** The outcome of targets as a table; a target without figures was not measured. */
export function targetTable(targets: readonly Target[]): string {
  return table(
    TARGET_HEADS,
    targets.map((target) => {
      const { id, what, values, bound, must, stretch } = target;
      return [id, what, spread(values), `${bound} ${must}`, `${bound} ${stretch}`, outcome(target)];
    }),
  );
}

function outcome({ values, bound, must, stretch }: Target): string {
  const value = median(values);
  if (!Number.isFinite(value)) return "not measured";
  const met = (limit: number) => (bound === "≥" ? value >= limit : value <= limit);
  return met(stretch) ? "met, stretch too" : met(must) ? "met" : "NOT MET";
}
