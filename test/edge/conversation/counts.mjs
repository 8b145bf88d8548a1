import { post } from "./words.mjs";

/** Of stock-taking. */
export const counts = {
  async "a count, from its opening to its close"({ ask }) {
    const order = { name: "Inventário", scope: "products", product_codes: ["NOVO/1"] };
    const keep = (body, known) => {
      known.count = body.count?.id ?? known.count;
    };
    await ask("a count of a list", post("/api/counts", order), { keep });
    await ask(
      "a count of the same",
      ({ count: _ }) => post("/api/counts", { name: "x", scope: "all" }),
      {
        like: ({ count_id: _id, ...body }) => body,
      },
    );
    await ask("a count of nothing", post("/api/counts", { ...order, product_codes: ["NADA"] }));
    await ask(
      "a count of an empty place",
      post("/api/counts", { name: "x", scope: "location", location: "NENHUM" }),
    );
    await ask("a count without a scope", post("/api/counts", { name: "x" }));
    const lines =
      (quantity, key = "k1") =>
      ({ count }) => ({
        ...post(`/api/counts/${count}/lines`, {
          lines: [
            { product_code: "NOVO/1", quantity, device: "coletor" },
            { barcode: "789000", quantity: 1, device: "coletor" },
          ],
        }),
        headers: key === null ? {} : { "idempotency-key": key },
      });
    const moments = {
      like: ({ lines: sent, ...body }) => ({
        ...body,
        lines: sent?.map(({ counted_at: _, ...line }) => line),
      }),
    };
    await ask("lines", lines(2), moments);
    await ask("the same lines", lines(2), moments);
    await ask("other lines under their key", lines(3));
    await ask("lines without a key", lines(3, null));
    await ask("an unknown code is assigned", ({ count }) =>
      post(`/api/counts/${count}/unknown/2/assign`, { product_code: "NOVO/1" }),
    );
    await ask("a line is undone", ({ count }) => ({
      method: "DELETE",
      path: `/api/counts/${count}/lines/2`,
    }));
    for (const query of ["?dry_run=true", "", ""])
      await ask(`the count is closed ${query}`, ({ count }) =>
        post(`/api/counts/${count}/close${query}`, { missing: "zero", reason: "inventário" }),
      );
    await ask("a line after the close", lines(4, "k2"));
    await ask("a cancellation after the close", ({ count }) =>
      post(`/api/counts/${count}/cancel`, { reason: "engano" }),
    );
    for (const rest of ["", "/lines", "/lines?aside=true", "/review", "/review?show=not_counted"])
      await ask(`of the count: ${rest}`, ({ count }) => ({ path: `/api/counts/${count}${rest}` }));
    await ask("counts", { path: "/api/counts" });
    await ask("a count that is not there", { path: "/api/counts/x" });
  },
};
