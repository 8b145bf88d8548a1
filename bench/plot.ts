import { figure } from "./figures.ts";

/** A picture of figures over a few places on the x axis. */
export interface Plot {
  readonly title: string;
  /** The names of the places. */
  readonly x: readonly string[];
  /** Drawn one below the other, each with a scale of its own from 0. */
  readonly parts: readonly {
    readonly heading: string;
    readonly lines: readonly { readonly name: string; readonly values: readonly number[] }[];
  }[];
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP] = [720, 220, 60, 80, 56];
const COLOURS = ["#1f6f4a", "#b4690e", "#a02334"];

/** The picture as SVG, readable on a light and on a dark page; each point has its figure as a title. */
export function plot({ title, x, parts }: Plot): string {
  const across = (n: number) => LEFT + (n * (WIDTH - LEFT - RIGHT)) / Math.max(1, x.length - 1);
  const drawn = parts.map(({ heading, lines }, part) => {
    const base = TOP + part * (HEIGHT + 60) + HEIGHT;
    const most = Math.max(...lines.flatMap(({ values }) => values), 1);
    const up = (value: number) => base - (value / most) * HEIGHT;
    const grid = [0, 0.5, 1].map(
      (share) => `<path d="M${LEFT} ${up(most * share)}H${WIDTH - RIGHT}" stroke="#8888" />
<text x="${LEFT - 8}" y="${up(most * share) + 4}" text-anchor="end">${figure(most * share)}</text>`,
    );
    const places = x.map(
      (name, n) => `<text x="${across(n)}" y="${base + 18}" text-anchor="middle">${name}</text>`,
    );
    const curves = lines.map(({ name, values }, n) => {
      const colour = COLOURS[n % COLOURS.length] ?? "";
      const points = values.map((value, i) => `${across(i)},${up(value).toFixed(1)}`);
      const dots = values.map(
        (value, i) =>
          `<circle cx="${across(i)}" cy="${up(value).toFixed(1)}" r="3.5" fill="${colour}"><title>${name}, ${x[i]}: ${figure(value)}</title></circle>`,
      );
      const end = up(values.at(-1) ?? 0) + 4;
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2" />
${dots.join("\n")}
<text x="${WIDTH - RIGHT + 10}" y="${end.toFixed(1)}" style="fill:${colour}">${name}</text>`;
    });
    return `<text x="${LEFT}" y="${base - HEIGHT - 12}" font-weight="600">${heading}</text>
${[...grid, ...places, ...curves].join("\n")}`;
  });
  const height = TOP + parts.length * (HEIGHT + 60);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${title}</title>
<style>text{fill:#333}@media (prefers-color-scheme:dark){text{fill:#ddd}}</style>
<text x="${LEFT}" y="20" font-size="15" font-weight="600">${title}</text>
${drawn.join("\n")}
</svg>
`;
}
