import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../src/synthetic/trade.ts";
import type { TestApp } from "../app.ts";

const [emit] = SUPPLIERS;
const item = (cProd: string, more = {}) => ({
  cProd,
  xProd: `PRODUTO ${cProd}`,
  uCom: "UN",
  qCom: "10",
  vUnCom: "2.50",
  ...more,
});
const noted = (seed: number, options: NoteOptions) => syntheticNote({ seed, emit, ...options });

/** In stock; waits, and would add to P1; held, for want of its protocol. */
export const POSTED = noted(1, { items: [item("P1"), item("P2")] });
export const WAITING = noted(2, { items: [item("P1", { vUnCom: "3.00" })] });
const HELD = noted(3, { items: [item("P1")] });
export const HELD_AT_FIRST = noted(3, { items: [item("P1")], root: "NFe" });

/** Every cached read, and those whose filter makes them of something else. */
export const READS = {
  products: "/api/products",
  product: "/api/products/P1",
  categories: "/api/categories",
  stock: "/api/stock",
  "stock at": "/api/stock?at=2026-12-31",
  "stock of P1": "/api/stock/P1",
  notes: "/api/nfes",
  waiting: "/api/nfes?status=PENDENTE",
  "notes of P1": "/api/nfes?product_code=P1",
  "notes since": "/api/nfes?from=2026-11-01",
  posted: `/api/nfes/${POSTED.accessKey}`,
  unposted: `/api/nfes/${WAITING.accessKey}`,
  held: `/api/nfes/${HELD.accessKey}`,
  movements: "/api/movements/list",
  report: "/api/reports/movements?start_date=2026-11-01&end_date=2026-11-30",
  "movements of P1": "/api/movements/list?product_code=P1",
  "movements of P2": "/api/movements/list?product_code=P2",
  items: "/api/supplier-items",
  missing: "/api/reports/completeness?month=2026-11",
  stats: "/api/dashboard/stats",
  evolution: "/api/dashboard/evolution",
  counts: "/api/nfes/counts",
  "made of": "/api/dashboard/stock",
} as const;
export type Read = keyof typeof READS;
export const NAMES = Object.keys(READS).filter((name): name is Read => name in READS);

const FIGURES: Read[] = ["stats", "evolution"];
const STOCK: Read[] = ["stock", "stock at", "products", "made of"];
/** What a movement of P1 changes, and what a note of it. */
const MOVED_P1: Read[] = [...STOCK, "product", "movements", "movements of P1", ...FIGURES];
const NOTES_OF_P1: Read[] = ["notes", "notes of P1", "notes since", "counts", "stats"];
const MADE_OF_ITEMS: Read[] = ["items", "notes of P1", "posted", "unposted", "held"];
const NOTES_ONE_BY_ONE: Read[] = ["posted", "unposted", "held"];

export interface Flow {
  /** What happens, as a sentence. */
  says: string;
  write(service: TestApp): Promise<{ status: number }>;
  /** Done before, and read. */
  first?(service: TestApp): Promise<unknown>;
  status?: number;
  /** The reads whose ETag is another afterwards. */
  changes: Read[];
  /** Reads that are computed again and give the same answer. */
  asks?: Read[];
}

const post = (service: TestApp, json: object) => service.send("POST", "/api/movements", { json });
const tell = (service: TestApp, factor: string) =>
  service.send("PUT", "/api/supplier-items", {
    json: { supplier_cnpj: emit.cnpj, code: "P2", unit: "UN", product_code: "P2", factor },
  });
const ask = (service: TestApp, method: string, path: string, json?: object) =>
  service.send(method, path, json === undefined ? {} : { json });
const sale = (seed: number) =>
  syntheticNote({
    seed,
    emit: COMPANY,
    dest: emit,
    CFOP: "5102",
    items: [item("P1", { qCom: "1" })],
  });

/** Everything that writes, or might be thought to. */
export const FLOWS: Flow[] = [
  {
    says: "a note that waits is registered",
    write: ({ upload }) => upload(noted(9, { items: [item("P1")] }).xml),
    changes: [...NOTES_OF_P1, "waiting", "missing"],
    asks: NOTES_ONE_BY_ONE,
  },
  {
    says: "a note of known items is registered and posted",
    write: ({ upload }) => upload(noted(9, { items: [item("P1")] }).xml, "?approve=true"),
    changes: [...MOVED_P1, ...NOTES_OF_P1],
    asks: ["waiting", "items", ...NOTES_ONE_BY_ONE],
  },
  {
    says: "a note of an unknown item is registered and posted",
    write: ({ upload }) => upload(noted(9, { items: [item("P3")] }).xml, "?approve=true"),
    changes: ["counts", ...STOCK, "notes", "notes since", "movements", "items", ...FIGURES],
    asks: ["waiting", "notes of P1", ...NOTES_ONE_BY_ONE],
  },
  {
    says: "a sale of ours is posted, of an item that was sold before: no product and no item changes",
    first: ({ upload }) => upload(sale(8).xml, "?approve=true"),
    write: ({ upload }) => upload(sale(9).xml, "?approve=true"),
    changes: [...MOVED_P1, ...NOTES_OF_P1],
    asks: ["waiting", ...NOTES_ONE_BY_ONE],
  },
  {
    says: "a note that waits is approved",
    write: (service) => ask(service, "POST", `/api/nfes/${WAITING.accessKey}/process`),
    changes: [...MOVED_P1, ...NOTES_OF_P1, "waiting", "unposted", "missing"],
    asks: ["posted", "held", "items"],
  },
  {
    says: "an approval with a product for an item saves the mapping",
    write: (service) =>
      ask(service, "POST", `/api/nfes/${WAITING.accessKey}/process`, {
        items: [{ n_item: 1, factor: 12 }],
      }),
    changes: [...MOVED_P1, ...NOTES_OF_P1, "waiting", "unposted", "held", "items", "missing"],
    asks: ["posted"],
  },
  {
    says: "a note is completed by its protocol",
    write: ({ upload }) => upload(HELD.xml),
    changes: [...NOTES_OF_P1, "waiting", "held", "missing"],
    asks: ["posted", "unposted"],
  },
  {
    says: "a note that waits is cancelled",
    write: ({ upload }) => upload(cancellationEvent(WAITING.accessKey)),
    changes: [...NOTES_OF_P1, "waiting", "unposted", "missing"],
    asks: ["posted", "held"],
  },
  {
    says: "a note in stock is cancelled: what it moved is taken back",
    write: ({ upload }) => upload(cancellationEvent(POSTED.accessKey)),
    changes: [
      ...STOCK,
      ...NOTES_OF_P1,
      "posted",
      "missing",
      "movements",
      "product",
      "movements of P1",
      "movements of P2",
      "stats",
      "evolution",
    ],
    asks: ["waiting", "unposted", "held", "items"],
  },
  {
    says: "an event comes before its note",
    write: ({ upload }) => upload(cancellationEvent(noted(9, {}).accessKey)),
    changes: ["missing"],
    asks: [...NOTES_OF_P1, "waiting", ...NOTES_ONE_BY_ONE],
  },
  {
    says: "an event comes twice",
    first: ({ upload }) => upload(cancellationEvent(WAITING.accessKey)),
    write: ({ upload }) => upload(cancellationEvent(WAITING.accessKey)),
    changes: [],
  },
  {
    says: "a note is put aside",
    write: (service) =>
      ask(service, "POST", `/api/nfes/${WAITING.accessKey}/discard`, { reason: "engano" }),
    changes: [...NOTES_OF_P1, "waiting", "unposted", "missing"],
    asks: ["posted", "held"],
  },
  {
    says: "a note is taken back",
    first: (service) =>
      ask(service, "POST", `/api/nfes/${WAITING.accessKey}/discard`, { reason: "engano" }),
    write: (service) => ask(service, "POST", `/api/nfes/${WAITING.accessKey}/restore`),
    changes: [...NOTES_OF_P1, "waiting", "unposted", "missing"],
    asks: ["posted", "held"],
  },
  {
    says: "a note in stock is reversed",
    write: (service) =>
      ask(service, "POST", `/api/nfes/${POSTED.accessKey}/reverse`, { reason: "engano" }),
    changes: [...MOVED_P1, ...NOTES_OF_P1, "posted", "movements of P2", "missing"],
    asks: ["waiting", "unposted", "held", "items"],
  },
  {
    says: "a manual movement is reversed",
    first: (service) => post(service, { product_code: "P1", type: "ENTRADA", quantity: 1 }),
    async write(service) {
      const [last] = await service.rows("select max(id) as id from movements");
      return ask(service, "POST", `/api/movements/${last?.id}/reverse`, { reason: "engano" });
    },
    changes: [...MOVED_P1],
  },
  {
    says: "many notes are approved by one request",
    write: (service) =>
      ask(service, "POST", "/api/nfes/process", { access_keys: [WAITING.accessKey] }),
    changes: [...MOVED_P1, ...NOTES_OF_P1, "waiting", "unposted", "missing"],
    asks: ["posted", "held", "items"],
  },
  {
    says: "goods enter by hand, at a cost",
    write: (service) =>
      post(service, { product_code: "P1", type: "ENTRADA", quantity: 1, unit_cost: 9 }),
    status: 201,
    changes: [...MOVED_P1],
    asks: ["items", ...NOTES_ONE_BY_ONE],
  },
  {
    says: "goods enter by hand, without a cost",
    write: (service) => post(service, { product_code: "P1", type: "ENTRADA", quantity: 1 }),
    status: 201,
    changes: [...MOVED_P1],
  },
  {
    says: "goods leave by hand",
    write: (service) => post(service, { product_code: "P2", type: "SAIDA", quantity: 1 }),
    status: 201,
    changes: [...STOCK, "movements", "movements of P2", ...FIGURES],
  },
  {
    says: "an exit is refused",
    write: (service) => post(service, { product_code: "P1", type: "SAIDA", quantity: 11 }),
    status: 400,
    changes: [],
  },
  {
    says: "a supplier's item is mapped",
    write: (service) => tell(service, "6"),
    changes: ["items"],
    asks: MADE_OF_ITEMS,
  },
  {
    says: "a supplier's item is mapped as before",
    first: (service) => tell(service, "6"),
    write: (service) => tell(service, "6"),
    changes: [],
  },
  {
    says: "the company gives a unit another spelling: verdicts are computed again and stay the same",
    write: (service) =>
      ask(service, "PUT", "/api/company/units", { own: [{ spelling: "DISPLAY", unit: "DP" }] }),
    changes: [],
    asks: MADE_OF_ITEMS,
  },
  {
    says: "a unit of supplier items gets another name",
    write: (service) =>
      ask(service, "PUT", "/api/company/units", { own: [{ spelling: "UN", unit: "PC" }] }),
    changes: ["items"],
    asks: MADE_OF_ITEMS,
  },
  {
    says: "the company gets a tax profile: what waits costs less, what is in stock stays",
    write: (service) =>
      ask(service, "PUT", "/api/company/tax-profile", { version: 0, preset: "real_trade" }),
    changes: ["unposted", "held"],
    asks: ["posted", "waiting", ...NOTES_OF_P1],
  },
  {
    says: "the company changes its name: verdicts are computed again and stay the same",
    write: (service) => ask(service, "PATCH", "/api/company", { name: "Outra Ltda" }),
    changes: [],
  },
  {
    says: "the company moves to another time zone: days begin at other moments",
    write: (service) => ask(service, "PATCH", "/api/company", { time_zone: "America/Manaus" }),
    changes: ["report"],
    asks: ["made of", "stock at", "notes since", "missing", ...FIGURES],
  },
  {
    says: "the company takes homologation notes: what waits has another verdict",
    write: (service) => ask(service, "PATCH", "/api/company", { environment: "homologation" }),
    changes: [...NOTES_OF_P1, "waiting", "unposted", "held", "missing"],
    asks: ["posted"],
  },
  {
    says: "a document comes twice",
    write: ({ upload }) => upload(POSTED.xml, "?approve=true"),
    status: 409,
    changes: [],
  },
  {
    says: "a document is refused",
    write: ({ upload }) => upload("<a>"),
    status: 422,
    changes: [],
  },
  {
    says: "an approval is rehearsed",
    write: (service) => ask(service, "POST", `/api/nfes/${WAITING.accessKey}/process?dry_run=true`),
    changes: [],
  },
  {
    says: "a note is approved that is in stock",
    write: (service) => ask(service, "POST", `/api/nfes/${POSTED.accessKey}/process`),
    changes: [],
  },
  {
    says: "a key is made",
    write: (service) => ask(service, "POST", "/api/keys", { name: "ERP", role: "OPERADOR" }),
    status: 201,
    changes: [],
  },
  {
    says: "a user logs out",
    write: (service) => service.send("POST", "/api/logout", { as: "GERENTE" }),
    status: 204,
    changes: [],
  },
];
