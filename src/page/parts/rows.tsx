import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useKeys } from "../base/keys.ts";
import { type ListReader, MOST_ROWS } from "../base/list-reader.ts";
import { otherSession } from "../base/me.ts";
import { Empty, ErrorBar, Skeleton } from "./states.tsx";

/** A column: what stands in its head, and in which class its cells are (`figure` aligns right). */
export interface Column<T> {
  readonly head: string;
  readonly kind?: "wide" | "figure" | "act" | "mark";
  readonly cell: (row: T) => ComponentChildren;
  /** Not on phones. */
  readonly desk?: boolean;
}

interface RowsProps<T> {
  readonly label: string;
  readonly reader: ListReader<T>;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (row: T) => string;
  /** Where the row's one link goes; it lies over the whole row, buttons above it. */
  readonly hrefOf: (row: T) => string;
  /** The text of the row's link, for screen readers and as its first cell. */
  readonly nameOf: (row: T) => ComponentChildren;
  /** Key of the row whose detail is open. */
  readonly open?: string;
  /** What is there when nothing was found. */
  readonly empty: ComponentChildren;
  /** `x` on the row with the focus. */
  readonly onMark?: (row: T) => void;
}

/**
 * A list that reads on as it is scrolled, up to 1,000 rows. j, k and the arrows move the focus over its links, Enter opens, x marks.
 * Rows are keyed: focus and marks stay when it is read again.
 */
export function Rows<T>(props: RowsProps<T>) {
  const { reader, columns, keyOf } = props;
  const list = useRef<HTMLDivElement>(null);
  const rows = reader.rows.value;
  const state = reader.state.value;
  const move = (by: number) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>("a.row-link") ?? [])];
    const at = links.findIndex((link) => link.matches(":focus"));
    const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by;
    links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
  };
  const mark = () => {
    const key = document.activeElement?.closest("[data-key]")?.getAttribute("data-key");
    const row = rows.find((one) => keyOf(one) === key);
    if (row !== undefined) props.onMark?.(row);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ...(props.onMark === undefined ? {} : { x: mark }),
  });
  if (state === "first" && rows.length === 0) return <Skeleton lines={8} />;
  return (
    <div class="rows" ref={list}>
      <ErrorBar fault={reader.fault.value} again={() => void reader.readAgain()} />
      {rows.length === 0 ? (
        <Nothing failed={state === "failed"}>{props.empty}</Nothing>
      ) : (
        <table aria-label={props.label} aria-busy={reader.busy.value ? "true" : undefined}>
          <thead>
            <tr>
              {columns.map(({ head, kind, desk }) => (
                <th key={head} scope="col" class={`${kind ?? ""}${desk === true ? " desk" : ""}`}>
                  {kind === "act" || kind === "mark" ? <span class="hidden">{head}</span> : head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={keyOf(row)} row={row} props={props} />
            ))}
          </tbody>
        </table>
      )}
      <More reader={reader} />
    </div>
  );
}

/** What stands where no row is: nothing under the bar of an error, which says what to do. */
function Nothing({ failed, children }: { failed: boolean; children: ComponentChildren }) {
  if (!failed) return <>{children}</>;
  if (otherSession.value === null) return null;
  return <Empty icon="refresh-cw" title="Recarregue a tela para ver esta lista." />;
}

function Row<T>({ row, props }: { row: T; props: RowsProps<T> }) {
  const key = props.keyOf(row);
  return (
    <tr data-key={key} class={props.open === key ? "is-open" : ""}>
      {props.columns.map(({ head, kind, cell, desk }) => (
        <td key={head} class={`${kind ?? ""}${desk === true ? " desk" : ""}`} data-head={head}>
          {kind === "wide" && (
            <a
              class="row-link"
              href={props.hrefOf(row)}
              aria-current={props.open === key ? "true" : undefined}
            >
              {props.nameOf(row)}
            </a>
          )}
          {cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** The end of a list: reads on when it comes into sight, and says when there is no more. */
function More<T>({ reader }: { reader: ListReader<T> }) {
  const end = useRef<HTMLDivElement>(null);
  const state = reader.state.value;
  const many = reader.rows.value.length;
  useEffect(() => {
    if (state !== "more" || end.current === null) return;
    // An observer reports a change only, so a new one looks again after each page.
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting === true && void reader.readMore(),
      { rootMargin: "600px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [reader, state, many]);
  return (
    <div ref={end} class="rows-end" role="status">
      {state === "full" && `Só as primeiras ${MOST_ROWS} linhas. Refine a busca.`}
      {reader.busy.value && state === "more" && "Carregando mais…"}
    </div>
  );
}
