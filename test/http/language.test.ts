import { expect, test } from "bun:test";
import { withService } from "../support/service.ts";

const ENGLISH =
  /\b(invalid|expected|received|required|must|too (small|big)|unrecognized|string)\b/i;

test("what is wrong with a field is said in Portuguese, whoever says it", () =>
  withService(async ({ send }) => {
    const answers = [
      await send("POST", "/api/movements", { json: {} }),
      await send("POST", "/api/movements", {
        json: { product_code: "", type: "COMPRA", quantity: [], unit_cost: -1, notes: 7 },
      }),
      await send("PATCH", "/api/company", {
        json: { cnpjs: "1", auto_approve: "sim", estranho: 1, name: "x".repeat(200) },
      }),
      await send("PUT", "/api/supplier-items", { json: { supplier_cnpj: "1", factor: "1,5" } }),
      await send("GET", "/api/stock?page=0&limit=abc&category_id=x&low=talvez"),
      await send("GET", "/api/nfes?status=NADA&from=ontem"),
      await send("GET", "/api/nfes/123"),
    ];
    for (const { status, body } of answers) {
      expect([400, 422]).toContain(status);
      expect(body.errors.length).toBeGreaterThan(0);
      for (const { message } of body.errors) expect(message).not.toMatch(ENGLISH);
      expect(body.detail).not.toMatch(ENGLISH);
    }
  }));
