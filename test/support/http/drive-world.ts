import fc from "fast-check";
import { complaintOf } from "./drive-complaint.ts";
import { type Contract, drivenOperations, type Known, requestsOf } from "./drive-contract.ts";

/** A role of the first company, or the administrator of the second. */
export const CALLERS = [
  "VISUALIZADOR",
  "OPERADOR",
  "GERENTE",
  "ADMIN",
  "ADMIN",
  "otherCompany",
] as const;
type Caller = (typeof CALLERS)[number];

/** Sends a request as a caller; on any runtime. */
export type Ask = (
  as: Caller,
  method: string,
  path: string,
  init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
  },
) => Promise<Response>;

/** Notes of either company: the first is registered, the others are sent by the requests. */
export interface DrivenDocuments {
  readonly first: readonly string[];
  readonly second: readonly string[];
  readonly zip: Uint8Array<ArrayBuffer>;
}

/** Texts that only the rows of one company have. */
const MARKS = { ADMIN: "SEGREDO UM", otherCompany: "SEGREDO DOIS" };

/** One record of each kind for a company, with its mark; gives what requests name them by. */
async function fill(ask: Ask, as: "ADMIN" | "otherCompany", note: string) {
  const mark = MARKS[as];
  const own = as === "ADMIN" ? "A" : "B";
  const sent = async (method: string, path: string, json: object, more = {}) => {
    const headers = { "content-type": "application/json", ...more };
    const answer = await ask(as, method, path, { headers, body: JSON.stringify(json) });
    const text = await answer.text();
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const xml = { headers: { "content-type": "application/xml" }, body: note };
  const receipt = JSON.parse(
    await (await ask(as, "POST", "/api/nfe/upload?approve=true", xml)).text(),
  );
  const category = await sent("POST", "/api/categories", { name: `${mark} CATEGORIA` });
  const code = `${own}/1 ç`;
  const product = {
    code,
    name: `${mark} PRODUTO`,
    unit: "UN",
    category_id: category.id,
    min_stock: 1,
  };
  await sent("POST", "/api/products", product);
  const line = { product_code: code, type: "ENTRADA", quantity: 9, unit_cost: 3, notes: mark };
  const moved = await sent("POST", "/api/movements", { ...line, batch_number: `L${own}` });
  const { count } = await sent("POST", "/api/counts", { name: mark, scope: "all" });
  const lines = { lines: [{ product_code: code, quantity: 1, device: mark }] };
  await sent("POST", `/api/counts/${count.id}/lines`, lines, { "idempotency-key": "primeira" });
  const url = `https://erp${own}.loja.com.br/`;
  const hook = await sent("POST", "/api/webhooks", { url, events: ["*"], description: mark });
  const key = await sent("POST", "/api/keys", { name: mark, role: "VISUALIZADOR" });
  const order = await sent("POST", "/api/exports", { type: "stock" });
  const mapping = { supplier_cnpj: "33557012000170", code: "Q", unit: "CX", product_code: code };
  await sent("PUT", "/api/supplier-items", { ...mapping, factor: "12" });
  return {
    access_key: [String(receipt.access_key)],
    code: [code, "Q"],
    product_code: [code],
    codes: [code],
    category_id: [Number(category.id)],
    "id of movements": [moved.movement.id],
    "id of counts": [count.id],
    "id of webhooks": [hook.id],
    "id of keys": [key.id],
    "id of categories": [category.id],
    "id of exports": [order.id ?? order.export_id],
    job_id: [order.id ?? order.job_id],
    lot: [`L${own}`],
    line: [1],
    event: ["e1", "e2", "e3"],
    supplier_cnpj: ["33557012000170"],
  };
}

const merged = (a: Record<string, (string | number)[]>, b: Record<string, (string | number)[]>) =>
  Object.fromEntries(
    Object.keys(a).map((name) => [name, [...(a[name] ?? []), ...(b[name] ?? [])]]),
  );

/**
 * Sends `runs` requests as every role of two companies. Throws at the first answer that is 500, is not in the contract, or has
 * the mark of the other company. Gives the operations that were accepted once, those that exist, and the statuses.
 */
export async function drive(ask: Ask, documents: DrivenDocuments, runs: number, seed: number) {
  const document = await ask("ADMIN", "GET", "/openapi.json", { headers: {} });
  const contract: Contract = JSON.parse(await document.text());
  const [first = "", ...more] = documents.first;
  const [second = ""] = documents.second;
  const values = merged(await fill(ask, "ADMIN", first), await fill(ask, "otherCompany", second));
  const fixed = {
    "if-match": ["*", '"settings-1"', 'W/"a"', '"product-1"'],
    "last-event-id": ["e1", "e2"],
    after: ["e0", "e1", "end"],
    reason: ["engano de digitação"],
    month: ["2026-11"],
    unit: ["UN", "CX"],
  };
  const csv = "CNPJ do Fornecedor;Código;Unidade;Produto;Fator\r\n33557012000170;Z;CX;A/1 ç;12\r\n";
  const known: Known = {
    values: { ...values, ...fixed },
    documents: [...more, ...more, documents.zip, csv, "<a/>"],
  };
  const accepted = new Set<string>();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      requestsOf(contract, known),
      fc.constantFrom(...CALLERS),
      async (request, as) => {
        const { method, route, path, headers, body } = request;
        const init = body === null ? { headers } : { headers, body };
        const answer = await ask(as, method, path, init);
        statuses.add(answer.status);
        if (answer.status < 300) accepted.add(`${method} ${route}`);
        const isStream = (answer.headers.get("content-type") ?? "").startsWith("text/event-stream");
        if (isStream) return void (await answer.body?.cancel());
        const text = await answer.text();
        const other = as === "otherCompany" ? MARKS.ADMIN : MARKS.otherCompany;
        const wrong =
          answer.status === 500
            ? text
            : text.includes(other)
              ? `shows a row of the other company: ${text.slice(0, 300)}`
              : complaintOf(contract, request, answer, text);
        if (wrong !== null)
          throw new Error(
            `${method} ${path} as ${as}, ${answer.status}: ${wrong} (${String(body)})`,
          );
      },
    ),
    { seed, numRuns: runs, endOnFailure: true },
  );
  return { accepted, operations: drivenOperations(contract), statuses };
}
