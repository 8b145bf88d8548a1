import { divideHalfUp, fromScaled } from "../../lib/decimal.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import { chunkStream } from "../chunk-stream.ts";
import type { ExportFailure, UnfitReason } from "../failures.ts";
import { pages } from "../pages.ts";
import {
  averageCost_e6,
  type InventoryItem,
  type InventoryMoment,
  inventoryItem,
  inventoryKeyset,
} from "../sheets/inventory.ts";
import type { DownloadOptions } from "./download.ts";

type Needs = Pick<Ports, "reader" | "yieldToEventLoop" | "log" | "meter">;
type Options = Omit<DownloadOptions, "dialect" | "timeZone"> & {
  /** Leaves out the products that fit into no line, in place of a failure. */
  readonly skipUnfit: boolean;
};

/** How many unfit products a failure names. */
const NAMED = 20;

/**
 * The lines of an inventory for the SPED (EFD ICMS/IPI): H005 and H010, then K100 and K200; fields between `|`, lines end in
 * CRLF, ISO-8859-1. The ledger up to the moment's last movement never changes, so the sum that H005 tells before is that of
 * the lines that follow, of the products that fitted when it was made: where one does not fit any more, the file is interrupted. Fails with `inventory.unfit_products`, and as `downloadCsv` does.
 * Source: Guia Prático da EFD ICMS/IPI, registros H005, H010, K100, K200.
 */
export function spedInventory(
  ports: Needs,
  moment: InventoryMoment,
  options: Options,
): Promise<ReadableStream<Uint8Array>> {
  const count = { lines: 0 };
  return chunkStream(lines(ports, moment, options, count), () => count.lines, {
    onPageRequested: options.onRead,
    onFailure(rows) {
      const level = options.signal?.aborted === true ? "info" : "error";
      ports.log(level, "export.interrupted", { rows, request_id: options.requestId });
    },
  });
}

async function* lines(
  ports: Needs,
  moment: InventoryMoment,
  { company, signal, skipUnfit }: Options,
  count: { lines: number },
): AsyncGenerator<Uint8Array, void, void> {
  const { shown: _, ...query } = inventoryKeyset(company, moment);
  /** The products that have a line, page by page. */
  async function* fitting(isLeftOut: (item: InventoryItem, why: UnfitReason | null) => boolean) {
    for await (const page of pages(ports, query, signal))
      yield page.flatMap((row) => {
        const item = inventoryItem(row);
        return item === null || isLeftOut(item, whyUnfit(item)) ? [] : [item];
      });
  }
  const chunk = (records: readonly (readonly string[])[]): Uint8Array => {
    count.lines += records.length;
    return latin1(records.map((fields) => `|${fields.join("|")}|\r\n`).join(""));
  };

  let total_e2 = 0n;
  const unfit = new Set<string>();
  const named: { product_code: string; why: UnfitReason }[] = [];
  const failure = (count: number) =>
    new Failed<ExportFailure>({ code: "inventory.unfit_products", count, products: named });
  const judged = fitting(({ code }, why) => {
    if (why === null) return false;
    unfit.add(code);
    if (named.length < NAMED) named.push({ product_code: code, why });
    return true;
  });
  for await (const items of judged) for (const { value_e2 } of items) total_e2 += value_e2;
  if (unfit.size > 0 && !skipUnfit) throw failure(unfit.size);
  // A unit may be changed between the walks: the sum in H005 decides who has a line.
  const asJudged = () =>
    fitting(({ code }, why) => {
      const isOut = unfit.has(code);
      if (!isOut && why !== null) throw failure(unfit.size + 1);
      return isOut;
    });

  const day = spedDay(moment.day);
  yield chunk([["H005", day, number(total_e2, 2), "01"]]);
  // An inventory of the value 0 has no H010.
  if (total_e2 !== 0n)
    for await (const items of asJudged()) if (items.length > 0) yield chunk(items.map(h010));
  yield chunk([["K100", `01${day.slice(2)}`, day]]);
  for await (const items of asJudged())
    if (items.length > 0) yield chunk(items.map((item) => k200(day, item)));
}

/** REG, COD_ITEM, UNID, QTD, VL_UNIT, VL_ITEM, IND_PROP (0: its own and in its hands), COD_PART, TXT_COMPL, COD_CTA, VL_ITEM_IR. */
const h010 = (item: InventoryItem): string[] => [
  "H010",
  item.code,
  item.unit,
  number(quantity_e3(item), 3),
  number(averageCost_e6(item) ?? 0n, 6),
  number(item.value_e2, 2),
  "0",
  "",
  "",
  "",
  "",
];

/** REG, DT_EST, COD_ITEM, QTD, IND_EST (0: its own and in its hands), COD_PART. */
const k200 = (day: string, item: InventoryItem): string[] => [
  "K200",
  day,
  item.code,
  number(quantity_e3(item), 3),
  "0",
  "",
];

/** The quantity in the three places of the SPED, half up. */
const quantity_e3 = ({ quantity_e4 }: InventoryItem): bigint => divideHalfUp(quantity_e4, 10n);

const number = (scaled: bigint, places: number): string =>
  fromScaled(scaled, places, places).replace(".", ",");

/** `YYYY-MM-DD` as ddmmaaaa. */
const spedDay = (day: string): string => day.split("-").reverse().join("");

/** What a text field may hold: printable characters of ISO-8859-1, without the one that separates fields. */
const FIELD = /^[\u0020-\u007b\u007d\u007e\u00a0-\u00ff]+$/;

/** Why a product fits into no line; null where it does. */
export function whyUnfit({ code, unit, quantity_e4, value_e2 }: InventoryItem): UnfitReason | null {
  if (!FIELD.test(code) || code.length > 60) return "code";
  if (!FIELD.test(unit) || unit.length > 6) return "unit";
  if (quantity_e4 < 0n) return "negative_quantity";
  if (value_e2 < 0n) return "negative_value";
  if (quantity_e4 === 0n) return "value_without_quantity";
  return quantity_e4 < 5n ? "quantity_too_small" : null;
}

/** Of a text whose characters are all below U+0100. */
const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));
