import { expect, test } from "bun:test";
import type { Failure, FailureOf } from "../../src/failures.ts";
import { STATUS_OF } from "../../src/http/failure-status.ts";
import { trusted } from "../../src/lib/cast.ts";
import { failureSentence } from "../../src/messages/pt-BR/failures/failures.ts";
import { problemTitle, statusSentence } from "../../src/messages/pt-BR/failures/problems.ts";

const UNFIT_REASONS = [
  "code",
  "unit",
  "quantity_too_small",
  "negative_quantity",
  "negative_value",
  "value_without_quantity",
] as const;

/** The failures whose sentence has values, one of each form. */
const WITH_VALUES: readonly Failure[] = [
  { code: "nfe.malformed_xml", why: "empty" },
  { code: "nfe.malformed_xml", why: "comment_without_end", line: 2, column: 5 },
  { code: "nfe.not_an_nfe", got: "raiz" },
  { code: "nfe.not_an_nfe", got: "CTe", document_type: "cte" },
  { code: "nfe.not_an_nfe", got: "resNFe", document_type: "note_summary" },
  ...(["length", "charset", "check_digit"] as const).map(
    (why): Failure => ({ code: "nfe.access_key", why, got: "1" }),
  ),
  ...(["not_pkcs12", "no_key", "not_rsa", "too_slow", "not_x509"] as const).map(
    (why): Failure => ({ code: "certificate.unreadable", why }),
  ),
  ...["11222333000181", null].map((cnpj): Failure => ({ code: "certificate.other_holder", cnpj })),
  { code: "certificate.too_many", limit: 20 },
  { code: "certificate.expired", until: "2026-11-20T00:00:00.000Z" },
  { code: "certificate.not_yet_valid", from: "2026-12-01T00:00:00.000Z" },
  { code: "certificate.file", file: "loja.pfx" },
  { code: "certificate.none", cnpj: "11222333000181" },
  { code: "late_cost.differs", access_key: "1", cost_id: "1", amount: "10.00" },
  { code: "import.too_many_lines", limit: 5_000 },
  {
    code: "import.invalid_lines",
    count: 1,
    errors: [{ line: 2, column: "Fator", code: "factor" }],
  },
  {
    code: "import.invalid_lines",
    count: 1_000,
    errors: [{ line: 2, column: null, code: "repeated", value: "1" }],
  },
  ...(["missing", "not_allowed", "length", "characters"] as const).map(
    (flaw): Failure => ({ code: "sefaz.statement_reason", type: "210240", flaw }),
  ),
  { code: "nfe.has_returns", access_key: "1", returns: ["2", "3"] },
  { code: "late_cost.too_many", access_key: "1", limit: 100 },
  { code: "report.too_many_notes", limit: 100_000 },
  { code: "report.too_many_movements", limit: 200_000 },
  { code: "inventory.date_in_future", date: "2026-12-01", today: "2026-11-30" },
  { code: "inventory.before_first_movement", date: "2026-12-01" },
  ...[1, 2_000].map(
    (count): Failure => ({
      code: "inventory.unfit_products",
      count,
      products: UNFIT_REASONS.map((why) => ({ product_code: "A", why })),
    }),
  ),
  { code: "stock.insufficient", product_code: "A", balance: "1.5", requested: "2" },
  ...[true, false].map(
    (active): Failure => ({ code: "product.exists", product_code: "A", active }),
  ),
  { code: "product.changed", product_code: "A", version: 3 },
  { code: "product.barcode", barcode: "1" },
  { code: "product.barcode_taken", barcode: "1", taken_by: "B" },
  { code: "product.category", category_id: 7 },
  { code: "product.in_stock", product_code: "A", balance: "1.5" },
  { code: "category.name_taken", name: "Doces" },
  { code: "category.too_many", limit: 1_000 },
  ...[
    [1, 0],
    [2_000, 1],
    [0, 2],
  ].map(
    ([products = 0, categories = 0]): Failure => ({
      code: "category.in_use",
      id: 1,
      products,
      categories,
    }),
  ),
  { code: "category.parent", parent_id: 1, limit: 5 },
  ...[1, 7].map(
    (count): Failure => ({
      code: "movement.bad_lines",
      lines: Array.from({ length: count }, (_, line) => ({
        line,
        field: "product_code" as const,
        failure: { code: "product.not_found" as const, product_code: "A" },
      })),
    }),
  ),
  {
    code: "units.conflict",
    items: [{ supplier_cnpj: "11222333000181", code: "1", unit: "CX" }],
  },
  { code: "stock.lot_insufficient", product_code: "A", lot: "L1", balance: "1.5", requested: "2" },
  ...(["requests", "bodies", "streams", "downloads"] as const).map(
    (what): Failure => ({ code: "share_exceeded", what, limit: 10_000, retryAfterS: 1 }),
  ),
  { code: "request.malformed_json", why: "empty" },
  { code: "request.malformed_json", why: "not_utf8" },
  { code: "request.malformed_json", why: "duplicate", path: "/a" },
  ...(["syntax", "too_deep", "too_many"] as const).map(
    (why): Failure => ({ code: "request.malformed_json", why, line: 1, column: 2 }),
  ),
  { code: "request.invalid_encoding", where: "/api/x" },
  { code: "unsupported_media_type", got: "image/png", hint: "envie um XML" },
  { code: "malformed_multipart", why: "falta o fim" },
  { code: "batch.malformed_zip", why: "está vazio" },
  { code: "user.too_many", limit: 500 },
  { code: "user.too_many_companies", limit: 200 },
  { code: "auth.weak_password", why: "tem menos de 12 caracteres" },
  ...(["encrypted", "nested_zip", "corrupt", "unsupported"] as const).map(
    (why): Failure => ({ code: "batch.unreadable_entry", why }),
  ),
  ...(["documents", "entries", "sent", "inflated", "ratio", "entry"] as const).map(
    (what): Failure => ({ code: "batch.too_large", what, limit: 2_097_152, got: 1 }),
  ),
  { code: "move.no_company", company: 9 },
  { code: "move.no_database", database: "norte", names: ["first", "sul"] },
  { code: "move.other_target", company: 1, target: "norte" },
  ...["loja:12:ab", null].map((runner): Failure => ({ code: "move.running", company: 1, runner })),
  { code: "move.taken_over", company: 1 },
  { code: "move.nothing_to_undo", company: 1 },
  { code: "move.copy_differs", company: 1, tables: ["notes", "audit"] },
  { code: "move.wrong_balance", company: 1, product_code: "A" },
  { code: "move.broken_audit", company: 1, seq: 7 },
];

const withValues = new Set<string>([...WITH_VALUES.map(({ code }) => code), "nfe.held"]);
const codes = trusted<Failure["code"][]>(Object.keys(STATUS_OF));

test("every failure has a sentence without a full stop", () => {
  for (const code of codes.filter((one) => !withValues.has(one)))
    expect(failureSentence(trusted<FailureOf<typeof code>>({ code }))).toMatch(
      /^(?:\p{Lu}|dry_run).{8,}[^.]$/su,
    );
});

test("a failure with values has a sentence of its own for each form", () => {
  const sentences = WITH_VALUES.map(failureSentence);
  for (const sentence of sentences) {
    expect(sentence).toMatch(/^\p{Lu}.{15,}[^.]$/su);
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
  }
  expect(new Set(sentences).size).toBe(sentences.length);
});

test("the sentence of nfe.held ends with the sentences of its holds", () => {
  const holds = [
    { code: "retail", message: "Primeira frase." },
    { code: "mapping", message: "Segunda frase." },
  ] as const;
  expect(failureSentence({ code: "nfe.held", access_key: "1", holds })).toEndWith(
    ". Primeira frase. Segunda frase.",
  );
});

test("a reason that was stored as a text is shown as it is", () => {
  const stored = { code: "nfe.malformed_xml", why: "comentário sem fim", line: 2, column: 5 };
  expect(failureSentence(trusted<Failure>(stored))).toBe(
    "O arquivo não é um XML bem formado: comentário sem fim (linha 2, coluna 5)",
  );
});

test("every status of a failure has a title and a sentence", () => {
  for (const status of Object.values(STATUS_OF)) {
    if (status !== 416) expect(problemTitle(status)).not.toBe("Erro");
    expect(statusSentence(status).length).toBeGreaterThan(3);
  }
});
