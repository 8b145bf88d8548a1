import assert from "node:assert/strict";
import { FORM, form, XML } from "./words.mjs";

/** Requests that carry an Idempotency-Key. */
export const keyed = {
  async "requests that are sent again under their key"({ ask, documents }) {
    const headers = { "idempotency-key": "k-1" };
    const movement = (quantity) => ({
      method: "POST",
      path: "/api/movements",
      json: { product_code: "PREGO", type: "ENTRADA", quantity },
      headers,
    });
    const first = await ask("a movement", movement(1));
    assert.equal(first.status, 201, JSON.stringify(first.body));
    const again = await ask("the same movement", movement(1));
    assert.equal(again.headers["idempotency-replayed"], "true");
    assert.deepEqual(again.body, first.body);
    await ask("another movement under its key", movement(2));
    await ask("a key that is none", { ...movement(1), headers: { "idempotency-key": "a b" } });
    const key = { method: "POST", path: "/api/keys", json: { name: "loja", role: "VISUALIZADOR" } };
    for (const what of ["a key", "the same key"])
      await ask(what, { ...key, headers: { "idempotency-key": "k-2" } });
    for (const what of ["a form", "the same form"])
      await ask(what, {
        method: "POST",
        path: "/api/nfe/batch",
        body: form(["files", "a.xml", documents.bought]),
        headers: { ...FORM, "idempotency-key": "k-3" },
      });
    for (const what of ["a document", "the same document"])
      await ask(what, {
        method: "POST",
        path: "/api/nfe/upload",
        body: documents.sold,
        headers: { ...XML, "idempotency-key": "k-4" },
      });
    await ask("the movements", { path: "/api/movements/list?product_code=PREGO" });
  },
};
