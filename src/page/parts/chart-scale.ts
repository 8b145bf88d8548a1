/** Where figures stand on a chart. Only pixels are computed here, no amount that anyone reads. */

/** Round ticks from `low` to `high`, about `many`, with 0 among them when it lies between. `whole`: of what is counted in pieces. */
export function ticks(low: number, high: number, many = 4, whole = false): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / many;
  const power = 10 ** Math.floor(Math.log10(raw));
  const round = [1, 2, 2.5, 5, 10].map((one) => one * power);
  const step = round.find((one) => one >= raw && (!whole || Number.isInteger(one))) ?? raw;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** From a figure to a pixel. */
export const scale =
  (from: readonly [number, number], to: readonly [number, number]) =>
  (value: number): number => {
    const span = from[1] - from[0];
    const part = span === 0 ? 0.5 : (value - from[0]) / span;
    return Math.round((to[0] + part * (to[1] - to[0])) * 10) / 10;
  };

/** Which of `many` labels are written, so that each has at least `room` of `width` pixels: the last always. */
export function shownLabels(many: number, width: number, room = 56): ReadonlySet<number> {
  const every = Math.max(1, Math.ceil((many * room) / Math.max(width, 1)));
  const shown = new Set<number>();
  for (let i = many - 1; i >= 0; i -= every) shown.add(i);
  return shown;
}

/** Which labels at these pixels are written, so that each has at least `room`: the last always. */
export function labelsApart(pixels: readonly number[], room = 56): ReadonlySet<number> {
  const shown = new Set<number>();
  let right = Number.POSITIVE_INFINITY;
  for (const [i, at] of [...pixels.entries()].reverse()) {
    if (at > right - room) continue;
    shown.add(i);
    right = at;
  }
  return shown;
}
