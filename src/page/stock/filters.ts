/** What of the stock is shown. */
export type Shown = "" | "abaixo" | "vencem" | "parados";

/** What the address says of the list. */
export interface StockFilter {
  readonly shown: Shown;
  readonly search: string;
  readonly category: string;
}

const ALL: readonly Shown[] = ["abaixo", "vencem", "parados"];

export const shownOf = (text: string): Shown => ALL.find((one) => one === text) ?? "";

function queryOf({ shown, search, category }: StockFilter): string {
  const query = new URLSearchParams();
  if (search !== "") query.set("search", search);
  if (category !== "") query.set("category_id", category);
  if (shown === "abaixo") query.set("low", "true");
  if (shown === "parados") query.set("idle", "true");
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** Lots that expire within 30 days, and those that have expired. */
const EXPIRING = "?expiring_within=30&expired=true";

export const listPath = (filter: StockFilter): string =>
  filter.shown === "vencem" ? `/api/lots${EXPIRING}` : `/api/stock${queryOf(filter)}`;

/** The CSV of the same filter. */
export const csvPath = (filter: StockFilter): string =>
  filter.shown === "vencem" ? `/api/export/lots${EXPIRING}` : `/api/export/stock${queryOf(filter)}`;
