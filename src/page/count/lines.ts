import { newKey } from "../base/ask.ts";
import { beginningWith, got, type Line, withLines } from "./database.ts";

/** Lines of one request; the API takes 500. */
const MOST_SENT = 100;

/** What a transaction has changed: lines as they are now, and the numbers of those that are no more. */
export interface Changed {
  readonly put: readonly Line[];
  readonly removed: readonly number[];
}
const NOTHING: Changed = { put: [], removed: [] };

/** What is counted: a product, or a code that waits for one. */
export type Counted = Pick<Line, "mine" | "count" | "code" | "barcode" | "product" | "aside"> & {
  readonly device: string;
};

const isSame = (line: Line, what: Counted): boolean =>
  line.product === what.product && line.code === what.code && line.barcode === what.barcode;

/** What lines are added up by: the product, or the code that waits for one. */
export const keyOf = (line: Pick<Line, "product" | "code" | "barcode">): string =>
  line.product ?? `?${line.barcode ?? line.code ?? ""}`;

/** All lines of one person's count on this browser, in the order of counting. */
export const linesOf = (mine: string): Promise<Line[]> =>
  withLines((lines) => got<Line[]>(lines.index("mine").getAll(mine)));

/** Lines that are to be sent or undone, of every count that begins with `start`. */
export const unsentOf = (start: string): Promise<Line[]> =>
  withLines((lines) => got<Line[]>(lines.index("todo").getAll(beginningWith(start))));

/**
 * Adds a quantity (1/10⁴). What was just counted of the same product and has not been sent grows instead: a crate of forty bottles
 * is one line.
 */
export const addLine = (what: Counted, quantity_e4: number): Promise<Changed> =>
  withLines(async (lines) => {
    const at = new Date().toISOString();
    const cursor = await got<IDBCursorWithValue | null>(
      lines.index("mine").openCursor(what.mine, "prev"),
    );
    const last: Line | undefined = cursor?.value;
    const grows =
      last !== undefined && last.batch === null && !last.gone && isSame(last, what)
        ? { ...last, quantity_e4: last.quantity_e4 + quantity_e4, at }
        : null;
    return { put: [await put(lines, grows ?? newLine(what, quantity_e4, at))], removed: [] };
  });

const newLine = (what: Counted, quantity_e4: number, at: string): Omit<Line, "id"> => ({
  mine: what.mine,
  todo: what.mine,
  count: what.count,
  code: what.code,
  barcode: what.barcode,
  product: what.product,
  aside: what.aside,
  device: what.device,
  quantity_e4,
  at,
  batch: null,
  line: null,
  gone: false,
});

async function put(lines: IDBObjectStore, line: Omit<Line, "id">): Promise<Line> {
  const id = await got<number>(lines.put(line));
  return { ...line, id };
}

/**
 * Makes this browser's lines of a product (or code) add up to `target_e4`; null: they count no more. Lines are taken back from the
 * newest on, because a line that was sent is never changed, and what is then missing is added.
 */
export const setTotal = (what: Counted, key: string, target_e4: number | null): Promise<Changed> =>
  withLines(async (lines) => {
    const all = await got<Line[]>(lines.index("mine").getAll(what.mine));
    const here = all.filter((line) => !line.gone && keyOf(line) === key);
    let sum = here.reduce((total, line) => total + line.quantity_e4, 0);
    const wanted = target_e4 ?? 0;
    const changed: { put: Line[]; removed: number[] } = { put: [], removed: [] };
    const none = target_e4 === null || target_e4 === 0;
    while (here.length > 0 && (none || sum > wanted)) {
      const line = here.pop();
      if (line === undefined) break;
      sum -= line.quantity_e4;
      if (line.batch === null) {
        await got(lines.delete(line.id));
        changed.removed.push(line.id);
      } else changed.put.push(await put(lines, { ...line, gone: true, todo: line.mine }));
    }
    if (target_e4 === 0 || sum < wanted)
      changed.put.push(await put(lines, newLine(what, wanted - sum, new Date().toISOString())));
    return changed;
  });

/** Lines that travel together, in their order, and the key of their request. */
export interface Batch {
  readonly key: string;
  readonly lines: readonly Line[];
  /** Their product is undone instead: lines with a number that were taken back. */
  readonly undo: readonly Line[];
}

/** The next request of a count: the one that was never answered, or the next lines under a new key. Null: all is sent. */
export const nextBatch = (mine: string): Promise<Batch | null> =>
  withLines(async (lines) => {
    const todo = await got<Line[]>(lines.index("todo").getAll(mine));
    const away = todo.filter(({ line }) => line === null);
    const begun = away.find(({ batch }) => batch !== null);
    if (begun !== undefined && begun.batch !== null)
      return {
        key: begun.batch,
        lines: away.filter(({ batch }) => batch === begun.batch),
        undo: [],
      };
    const next = away.slice(0, MOST_SENT);
    const key = newKey();
    if (next.length > 0) {
      const claimed: Line[] = [];
      for (const line of next) claimed.push(await put(lines, { ...line, batch: key }));
      return { key, lines: claimed, undo: [] };
    }
    return todo.length === 0 ? null : { key, lines: [], undo: todo };
  });

/** What the server says of a line. */
export interface Answered {
  readonly line: number;
  readonly product_code: string | null;
  readonly aside: Line["aside"];
}

/** Writes what the server has answered to a batch, line by line. */
export const batchAnswered = (batch: Batch, answers: readonly Answered[]): Promise<Changed> =>
  withLines(async (lines) => {
    const changed: Line[] = [];
    for (const [i, { id }] of batch.lines.entries()) {
      const answer = answers[i];
      const now = await got<Line | undefined>(lines.get(id));
      if (answer === undefined || now === undefined) continue;
      const { todo, ...rest } = now;
      const sent = {
        ...rest,
        line: answer.line,
        product: answer.product_code,
        aside: answer.aside,
        ...(now.gone && todo !== undefined ? { todo } : {}),
      };
      changed.push(await put(lines, sent));
    }
    return { put: changed, removed: [] };
  });

/**
 * Takes over what a person has decided about lines of all devices by their numbers on the server: they have this product now, or
 * (null) count no more.
 */
export const linesDecided = (
  mine: string,
  numbers: readonly number[],
  product: string | null,
): Promise<Changed> =>
  withLines(async (lines) => {
    const all = await got<Line[]>(lines.index("mine").getAll(mine));
    const changed: { put: Line[]; removed: number[] } = { put: [], removed: [] };
    for (const line of all) {
      if (line.line === null || !numbers.includes(line.line)) continue;
      if (product !== null) changed.put.push(await put(lines, { ...line, product, aside: null }));
      else {
        await got(lines.delete(line.id));
        changed.removed.push(line.id);
      }
    }
    return changed;
  });

/** Removes lines: those that were undone on the server, and those that a person gives up. */
export const removeLines = (ids: readonly number[]): Promise<Changed> =>
  ids.length === 0
    ? Promise.resolve(NOTHING)
    : withLines(async (lines) => {
        for (const id of ids) await got(lines.delete(id));
        return { put: [], removed: ids };
      });

/**
 * Whether a line stays on this browser when `person` (`owner` of queue.ts) leaves: it was not sent, and is another person's or of
 * another company, so that the person was not asked whether it may be lost.
 */
export const staysAtLeaving = ({ mine, todo }: Pick<Line, "mine" | "todo">, person: string) =>
  todo !== undefined && !mine.startsWith(`${person}|`);

/** Removes every line that does not stay when a person leaves. */
export const removeAtLeaving = (person: string): Promise<void> =>
  withLines(async (lines) => {
    for (const line of await got<Line[]>(lines.getAll()))
      if (!staysAtLeaving(line, person)) await got(lines.delete(line.id));
  });
