import { supplier } from "../notes/purchase.ts";
import type { Go } from "./walk-counts.ts";

const SINCE = "updated_after=2026-11-01T00:00:00Z";
const DAYS = "from=2026-11-01&to=2026-11-30";
/** Later than every row of its list. */
const [NOTE, MOVEMENT, PRODUCT, CHANGED, SUPPLIER_ITEM, JOB] = [
  ["n", 1e9],
  ["m", 1e14, 1e9],
  ["p", "a", "A"],
  ["u", 1e9, 1],
  ["s", "1", "A", "UN"],
  ["j", "z"],
].map((place) => btoa(JSON.stringify(place)).replaceAll("=", ""));

/** The lists that are read by a cursor, with each filter, at their start and further on. */
export async function walkLists(go: Go): Promise<void> {
  const lists: [string, string | undefined, string[]][] = [
    [
      "/api/nfes",
      NOTE,
      [
        "",
        "status=PENDENTE",
        "direction=entry",
        "status=PENDENTE&held=true",
        "status=PENDENTE&held=false",
        `supplier=${supplier.cnpj}`,
        "search=31",
        DAYS,
        "product_code=P1",
      ],
    ],
    [
      "/api/movements/list",
      MOVEMENT,
      ["", "product_code=P1", "type=ENTRADA", "type=SAIDA", "origin=MANUAL", "reference=PED", DAYS],
    ],
    ["/api/products", PRODUCT, ["", "search=P", "category_id=1", SINCE]],
    [
      "/api/stock",
      PRODUCT,
      ["", "search=P", "category_id=1", "low=true", "idle=true", "codes=P1,P2", SINCE],
    ],
    ["/api/nfes", CHANGED, [SINCE]],
    ["/api/supplier-items", SUPPLIER_ITEM, ["", "product_code=P1", SINCE]],
    ["/api/jobs", JOB, ["", "kind=batch"]],
  ];
  for (const [path, cursor, filters] of lists)
    for (const filter of filters)
      for (const from of ["start", cursor])
        await go("GET", path, { query: `?cursor=${from}&limit=2&${filter}` });
  for (const [path, ...filters] of [
    ["/api/nfes", "", "product_code=P1", "search=31", SINCE],
    ["/api/stock", "", "codes=P1", SINCE],
    ["/api/supplier-items", "", SINCE],
    ["/api/movements/list", ""],
    ["/api/lots", ""],
    ["/api/audit/logs", ""],
  ] as const)
    for (const filter of filters)
      await go("GET", path, { query: `?${filter}`, headers: { accept: "text/csv" } });
  for (const query of ["", "?at=2026-11-30"])
    await go("GET", "/api/stock/{code}", { at: "/api/stock/P1", query });
}
