import type { Permission } from "../accounts/roles.ts";
import type { IconName } from "./parts/icon.tsx";

/** A place of the page: what the address begins with, where it stands in the bars, and the key after `g`. */
export interface Place {
  readonly path: string;
  readonly name: string;
  readonly icon: IconName;
  readonly letter: string;
  /** Its folder and its style sheet. */
  readonly folder:
    | "notes"
    | "stock"
    | "mapping"
    | "panel"
    | "count"
    | "exports"
    | "admin"
    | "companies"
    | "account";
  readonly needs: Permission;
  /** It is one of the four in the bar of a phone; the rest stands under "Mais". */
  readonly onPhone: boolean;
  /** Shown only to people with more than one company. */
  readonly severalCompanies?: boolean;
}

/** In the order of the side bar. src/web answers each with the same document. */
export const PLACES: readonly Place[] = [
  {
    path: "/painel",
    name: "Painel",
    icon: "gauge",
    letter: "p",
    folder: "panel",
    needs: "read",
    onPhone: true,
  },
  {
    path: "/notas",
    name: "Notas",
    icon: "file-text",
    letter: "n",
    folder: "notes",
    needs: "read",
    onPhone: true,
  },
  {
    path: "/estoque",
    name: "Estoque",
    icon: "package",
    letter: "e",
    folder: "stock",
    needs: "read",
    onPhone: true,
  },
  {
    path: "/de-para",
    name: "De-para",
    icon: "link-2",
    letter: "d",
    folder: "mapping",
    needs: "read",
    onPhone: false,
  },
  {
    path: "/contagem",
    name: "Contagem",
    icon: "scan-barcode",
    letter: "c",
    folder: "count",
    needs: "read",
    onPhone: true,
  },
  {
    path: "/exportacoes",
    name: "Exportações",
    icon: "download",
    letter: "x",
    folder: "exports",
    needs: "read",
    onPhone: false,
  },
  {
    path: "/empresas",
    name: "Empresas",
    icon: "building-2",
    letter: "m",
    folder: "companies",
    needs: "read",
    onPhone: false,
    severalCompanies: true,
  },
  {
    path: "/admin",
    name: "Administração",
    icon: "settings",
    letter: "a",
    folder: "admin",
    needs: "administer",
    onPhone: false,
  },
  {
    path: "/conta",
    name: "Minha conta",
    icon: "key-round",
    letter: "u",
    folder: "account",
    needs: "self",
    onPhone: false,
  },
];

/** Where a person arrives after entering. */
export const HOME = "/notas";

/** The place of a path; null where there is none. */
export const placeOf = (path: string): Place | null =>
  PLACES.find((one) => path === one.path || path.startsWith(`${one.path}/`)) ?? null;

/** A path of ours to return to: `/x`, not `//x` nor another site. */
export const ownPath = (value: string | undefined): string =>
  value !== undefined && /^\/[^/\\]/.test(value) && placeOf(value.split(/[?#]/)[0] ?? "") !== null
    ? value
    : HOME;
