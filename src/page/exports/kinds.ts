import type { IconName } from "../parts/icon.tsx";
import type { Period } from "./period.ts";

export type Kind =
  | "stock"
  | "inventory"
  | "movements"
  | "nfes"
  | "nfe-items"
  | "lots"
  | "archive"
  | "sped";

/** A file that can be had: what it is, and what it wants to know. */
export interface Exported {
  readonly kind: Kind;
  readonly name: string;
  readonly says: string;
  readonly icon: IconName;
  readonly asks: "nothing" | "day" | "period" | "month" | "expiry";
  /** The separator and the decimal sign can be chosen. */
  readonly csv: boolean;
  /** It can be prepared in the background. */
  readonly job: boolean;
}

export const KINDS: readonly Exported[] = [
  {
    kind: "stock",
    name: "Estoque hoje",
    says: "Saldo, custo e valor de cada produto, agora",
    icon: "package",
    asks: "nothing",
    csv: true,
    job: true,
  },
  {
    kind: "inventory",
    name: "Estoque numa data",
    says: "O inventário ao fim de um dia, pelo custo médio",
    icon: "calendar",
    asks: "day",
    csv: true,
    job: true,
  },
  {
    kind: "movements",
    name: "Movimentos",
    says: "Entradas e saídas de um período, do mais novo ao mais antigo",
    icon: "history",
    asks: "period",
    csv: true,
    job: true,
  },
  {
    kind: "nfes",
    name: "Notas",
    says: "Uma linha por nota, por data de emissão",
    icon: "file-text",
    asks: "period",
    csv: true,
    job: true,
  },
  {
    kind: "nfe-items",
    name: "Itens das notas",
    says: "Uma linha por item, com quantidade, valor e custo",
    icon: "layers",
    asks: "period",
    csv: true,
    job: true,
  },
  {
    kind: "lots",
    name: "Lotes",
    says: "Lotes com saldo, por data de validade",
    icon: "clock",
    asks: "expiry",
    csv: true,
    job: true,
  },
  {
    kind: "archive",
    name: "XMLs do mês",
    says: "ZIP com os XMLs originais das notas, os eventos e um índice",
    icon: "folder",
    asks: "month",
    csv: false,
    job: false,
  },
  {
    kind: "sped",
    name: "Inventário para o SPED",
    says: "Linhas H005, H010, K100 e K200 da EFD ICMS/IPI",
    icon: "building-2",
    asks: "day",
    csv: false,
    job: false,
  },
];

export type Dialect = "br" | "rfc4180";
export type Expiry = "todos" | "30" | "vencidos";

/** What a person chose for a file. */
export interface Choice extends Period {
  readonly day: string;
  readonly month: string;
  readonly expiry: Expiry;
  readonly dialect: Dialect;
}

/** The filters of a file, as the API names them. */
export function filtersOf(
  one: Exported,
  choice: Choice,
): Record<string, string | number | boolean> {
  switch (one.asks) {
    case "nothing":
    case "month":
      return {};
    case "day":
      return { date: choice.day };
    case "period":
      return {
        ...(choice.from === "" ? {} : { from: choice.from }),
        ...(choice.to === "" ? {} : { to: choice.to }),
      };
    case "expiry":
      if (choice.expiry === "todos") return {};
      return choice.expiry === "30" ? { expiring_within: 30 } : { expired: true };
  }
}

/** Where a file is downloaded at once. */
export function pathOf(one: Exported, choice: Choice): string {
  if (one.kind === "archive") return `/api/nfes/archive?month=${choice.month}`;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filtersOf(one, choice)))
    query.set(name, String(value));
  if (one.kind === "sped") query.set("format", "sped");
  else query.set("dialect", choice.dialect);
  return `/api/export/${one.kind === "sped" ? "inventory" : one.kind}?${query}`;
}
