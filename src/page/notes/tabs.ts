import type { Address } from "../base/address.ts";
import type { NoteCounts } from "./answers.ts";

/** What a list of notes shows: the value of `?ver=`. */
export const SHOWN = [
  { ver: "", text: "A aprovar", query: "status=PENDENTE&held=false", count: "ready" },
  { ver: "pendencias", text: "Com pendência", query: "status=PENDENTE&held=true", count: "held" },
  { ver: "estoque", text: "No estoque", query: "status=PROCESSADA", count: null },
  { ver: "todas", text: "Todas", query: "", count: null },
  { ver: "estornadas", text: "Estornadas", query: "status=ESTORNADA", count: "reversed" },
  { ver: "canceladas", text: "Canceladas", query: "status=CANCELADA", count: "cancelled" },
  { ver: "descartadas", text: "Descartadas", query: "status=DESCARTADA", count: "discarded" },
] as const;

/** These always stand there; the others when they are open, and in the filter. */
const ALWAYS = 4;

export type Shown = (typeof SHOWN)[number];

/** Links that people sent each other before 2026-11-29 say `retidas`. */
const nowCalled = (ver: string): string => (ver === "retidas" ? "pendencias" : ver);

export const shownBy = (ver: string): Shown =>
  SHOWN.find((one) => one.ver === nowCalled(ver)) ?? SHOWN[0];

/** `?ver=` of the notes that the tax office announces, which are not here: they have a list of their own. */
export const ANNOUNCED = "anunciadas";

/** The tabs above a list; `shown` null: the announced notes. */
export const tabsOf = (address: Address, shown: Shown | null, counts: NoteCounts | null) => [
  ...SHOWN.filter((one, i) => i < ALWAYS || one === shown).map((one) => ({
    href: address.with({ ver: one.ver, nota: "" }),
    text: one.text,
    current: one === shown,
    ...(one.count === null ? {} : { count: counts?.[one.count] ?? null }),
    ...(one.ver === "pendencias" && counts !== null && counts.held > 0
      ? { tone: "hold" as const }
      : {}),
  })),
  {
    href: address.with({ ...UNFILTERED, ver: ANNOUNCED, nota: "" }),
    text: "Anunciadas",
    current: shown === null,
  },
];

/** The filters of the address as the API takes them. */
const FILTERS = {
  busca: "search",
  fornecedor: "supplier",
  sentido: "direction",
  de: "from",
  ate: "to",
};

const FILTER_NAMES = Object.keys(FILTERS);
/** No filter at all, for `with` of an address. */
export const UNFILTERED = Object.fromEntries(FILTER_NAMES.map((name) => [name, ""]));

/** The list that an address shows, without cursor. Filters that the API would refuse (a text of another hand) are its own refusals. */
export function listPath(address: Address, shown: Shown): string {
  const params = new URLSearchParams(shown.query);
  for (const [name, query] of Object.entries(FILTERS)) {
    const value = address.param(name);
    if (value !== "") params.set(query, value);
  }
  return `/api/nfes?${params}`;
}

export const isFiltered = (address: Address): boolean =>
  FILTER_NAMES.some((name) => address.param(name) !== "");

/** What an address asks for, in words: "esta busca", "estes filtros" or both. */
export function whatIsAsked(address: Address): string {
  const searched = address.param("busca") !== "";
  const filtered = FILTER_NAMES.some((name) => name !== "busca" && address.param(name) !== "");
  if (searched) return filtered ? "esta busca e estes filtros" : "esta busca";
  return "estes filtros";
}
