import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { short } from "../base/say.ts";
import { labelsApart, scale, shownLabels, ticks } from "./chart-scale.ts";
import { Heads } from "./heads.tsx";

export type SeriesTone = "brand" | "amber" | "blue" | "red" | "violet";

/** What every chart has: a title, figures that may be unknown (null), and how they are written. */
interface ChartProps {
  readonly title: string;
  /** One sentence with what it shows, for who does not see it. */
  readonly summary: string;
  readonly labels: readonly string[];
  /** When each label is, in milliseconds, oldest first: points stand where they fall in time. Absent: evenly. Not for bars. */
  readonly at?: readonly number[];
  readonly series: readonly {
    readonly name: string;
    readonly tone: SeriesTone;
    readonly values: readonly (number | null)[];
  }[];
  readonly format: (value: number | null) => string;
  /** A line across: the minimum. */
  readonly limit?: { readonly name: string; readonly value: number } | undefined;
  readonly height?: number;
  /** The axis begins near the lowest figure instead of at 0: small changes of a cost are seen. */
  readonly near?: boolean;
}

interface Plot {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly y: (value: number) => number;
  readonly x: (at: number) => number;
  readonly step: number;
}

/** Bars side by side for each label: entries and exits by day. */
export const BarChart = (props: ChartProps) => (
  <Chart {...props} centred>
    {(plot) => {
      const each = Math.max(2, Math.min(22, (plot.step * 0.72) / props.series.length));
      return props.series.map(({ name, tone, values }, s) => (
        <g key={name} class={`tone-${tone}`}>
          {values.map((value, i) => {
            if (value === null || value === 0) return null;
            const [top, bottom] = [plot.y(Math.max(value, 0)), plot.y(Math.min(value, 0))];
            const left = plot.x(i) + (s - props.series.length / 2) * each;
            return (
              <rect
                key={props.labels[i]}
                x={left}
                y={top}
                width={each - 1}
                height={Math.max(1, bottom - top)}
                rx={Math.min(2, each / 3)}
              >
                <title>{`${props.labels[i]} · ${name}: ${props.format(value)}`}</title>
              </rect>
            );
          })}
        </g>
      ));
    }}
  </Chart>
);

/** A value that stays until it changes: the balance of a product. */
export const StepChart = (props: ChartProps) => (
  <Chart {...props}>
    {(plot) =>
      props.series.map(({ name, tone, values }) => {
        const points = placed(values, plot);
        const line = points.map(([x, y], i) => (i === 0 ? `M${x} ${y}` : `H${x}V${y}`)).join("");
        const [first, last] = [points[0], points.at(-1)];
        const base = plot.y(0);
        return (
          <g key={name} class={`tone-${tone}`}>
            {first !== undefined && last !== undefined && (
              <path class="area" d={`${line}V${base}H${first[0]}Z`} />
            )}
            <path class="line" d={line} />
            {last !== undefined && <circle cx={last[0]} cy={last[1]} r={3.5} />}
          </g>
        );
      })
    }
  </Chart>
);

/** Values at moments, joined: the cost of a product over its notes. */
export const LineChart = (props: ChartProps) => (
  <Chart {...props}>
    {(plot) =>
      props.series.map(({ name, tone, values }) => {
        const points = placed(values, plot);
        return (
          <g key={name} class={`tone-${tone}`}>
            <path
              class="line"
              d={points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("")}
            />
            {points.length <= 60 &&
              points.map(([x, y, at]) => (
                <circle key={at} cx={x} cy={y} r={3}>
                  <title>{`${props.labels[at]} · ${name}: ${props.format(values[at] ?? null)}`}</title>
                </circle>
              ))}
          </g>
        );
      })
    }
  </Chart>
);

/** The points of the known values: x, y, and which label it is. */
function placed(values: readonly (number | null)[], plot: Plot): [number, number, number][] {
  return values.flatMap((value, i) =>
    value === null ? [] : [[plot.x(i), plot.y(value), i] satisfies [number, number, number]],
  );
}

/** Axes, grid and labels around what `children` draws; drawn for the width it has, so that its text keeps its size on a phone. */
function Chart(
  props: ChartProps & { centred?: boolean; children: (plot: Plot) => ComponentChildren },
) {
  const { labels, series, limit, height = 220 } = props;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const id = useId();
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) =>
      setWidth(Math.floor(entry?.contentRect.width ?? 0)),
    );
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const ends = props.near === true && known.length > 0 ? known : [0, limit?.value ?? 0, ...known];
  const whole = ends.every((value) => Number.isInteger(value));
  const marks = ticks(Math.min(...ends), Math.max(...ends), 4, whole);
  const [low = 0, high = 1] = [marks[0], marks.at(-1)];
  const written = marks.map((mark) => short(mark));
  const left = 12 + 7 * Math.max(...written.map((text) => text.length));
  const bottom = height - 24;
  const inner = width - left - 8;
  const step = inner / Math.max(1, labels.length);
  const y = scale([low, high === low ? low + 1 : high], [bottom, 10]);
  const x =
    props.centred === true
      ? (at: number) => Math.round((left + (at + 0.5) * step) * 10) / 10
      : placeIn(props.at, labels.length, [left + 2, width - 10]);
  const plot: Plot = { width, height, left, y, x, step };
  const shown =
    props.at === undefined || props.centred === true
      ? shownLabels(labels.length, inner)
      : labelsApart(labels.map((_, i) => x(i)));
  return (
    <figure class="chart">
      <div ref={box} style={{ height: `${height}px` }}>
        {width > 0 && (
          <svg
            width={width}
            height={height}
            role="img"
            aria-labelledby={`${id}-title ${id}-summary`}
          >
            <title id={`${id}-title`}>{props.title}</title>
            <desc id={`${id}-summary`}>{props.summary}</desc>
            {marks.map((mark, i) => (
              <g key={mark} class="axis">
                <line
                  x1={left}
                  x2={width - 4}
                  y1={y(mark)}
                  y2={y(mark)}
                  class={mark === 0 ? "zero" : ""}
                />
                <text x={left - 8} y={y(mark) + 4} text-anchor="end">
                  {written[i]}
                </text>
              </g>
            ))}
            {labels.map((label, i) =>
              shown.has(i) ? (
                <text
                  key={label}
                  class="label"
                  x={between(x(i), left, width, label)}
                  y={height - 6}
                  text-anchor="middle"
                >
                  {label}
                </text>
              ) : null,
            )}
            {props.children(plot)}
            {limit !== undefined && (
              <g class="limit">
                <line x1={left} x2={width - 4} y1={y(limit.value)} y2={y(limit.value)} />
                <text x={width - 6} y={y(limit.value) - 5} text-anchor="end">
                  {limit.name}
                </text>
              </g>
            )}
          </svg>
        )}
      </div>
      {series.length > 1 && (
        <ul class="legend">
          {series.map(({ name, tone }) => (
            <li key={name} class={`tone-${tone}`}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <Numbers {...props} />
    </figure>
  );
}

/** Where the middle of a label is, so that all of it is between two pixels. */
function between(at: number, from: number, to: number, label: string): number {
  const half = label.length * 3.4;
  return Math.max(from + half, Math.min(at, to - half));
}

/** From the number of a label to its pixel: by its moment, or evenly. */
function placeIn(
  at: readonly number[] | undefined,
  many: number,
  pixels: readonly [number, number],
): (label: number) => number {
  if (at === undefined) return scale([0, Math.max(1, many - 1)], pixels);
  const inTime = scale([at[0] ?? 0, at.at(-1) ?? 0], pixels);
  return (label) => inTime(at[label] ?? 0);
}

/** The same figures as a table, behind a line. */
function Numbers({ title, labels, series, format }: ChartProps) {
  return (
    <details class="numbers">
      <summary>Ver números</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="numbers-box" tabIndex={0} aria-label={`Números de ${title}`}>
        <table>
          <Heads texts={[title]} figures={series.map(({ name }) => name)} />
          <tbody>
            {labels.map((label, i) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {series.map(({ name, values }) => (
                  <td key={name} class="figure">
                    {format(values[i] ?? null)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

/** Lying bars, the largest first: where the money is, by category or product. Each may lead to its list. */
export function BarList(props: {
  title: string;
  rows: readonly { label: string; value: number; href?: string; more?: ComponentChildren }[];
  format: (value: number | null) => string;
  tone?: SeriesTone;
}) {
  const most = Math.max(1, ...props.rows.map(({ value }) => value));
  return (
    <ol class={`bar-list tone-${props.tone ?? "brand"}`} aria-label={props.title}>
      {props.rows.map(({ label, value, href, more }) => (
        <li key={label}>
          <span class="bar-name">{href === undefined ? label : <a href={href}>{label}</a>}</span>
          <span class="bar-value">{props.format(value)}</span>
          {more !== undefined && <span class="bar-more">{more}</span>}
          <svg class="bar" width="100%" height="6" aria-hidden="true">
            <rect width={`${Math.max(0, (value / most) * 100)}%`} height="6" rx="3" />
          </svg>
        </li>
      ))}
    </ol>
  );
}
