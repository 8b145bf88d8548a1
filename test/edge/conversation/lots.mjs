import { post } from "./words.mjs";

/** Of lots: exits by lot and by expiry, lists, recall. */
export const lots = {
  async "lots, from their entry to the recall"({ ask }) {
    const move = (type, quantity, more = {}) =>
      post("/api/movements", { product_code: "NOVO/1", type, quantity, ...more });
    const first = { batch_number: "A/1", expiration_date: "2030-01-31" };
    await ask("a lot enters", move("ENTRADA", 5, first));
    await ask("another enters", move("ENTRADA", 5, { ...first, batch_number: " B 2 " }));
    await ask("an exit takes what expires first", move("SAIDA", 7));
    await ask("an exit names its lot", move("SAIDA", 1, { batch_number: "B 2" }));
    await ask("an exit names a lot that has less", move("SAIDA", 3, { batch_number: "B 2" }));
    await ask("an exit names a lot that is not here", move("SAIDA", 1, { batch_number: "C" }));
    for (const path of [
      "/api/products/NOVO%2F1/lots",
      "/api/products/NADA/lots",
      "/api/lots",
      "/api/lots?limit=1",
      "/api/lots?expired=true",
      "/api/lots?expired=maybe",
      "/api/lots?expiring_within=36500",
      "/api/lots?expiring_within=36501",
      "/api/lots?cursor=x",
      "/api/lots/A%2F1/trace",
      "/api/lots/A%2F1/trace?limit=1",
      "/api/lots/B%202/trace?product_code=NOVO%2F1",
      "/api/lots/C/trace",
    ])
      await ask(path, { path });
    const like = ({ status, body }) => [status, body.data?.length, typeof body.pagination];
    for (const list of ["nfes", "movements/list", "stock", "supplier-items", "lots"]) {
      const file = { path: `/api/${list}?dialect=rfc4180`, headers: { accept: "text/csv" } };
      await ask(`${list} as CSV`, file, {
        like: ({ status, headers }) => [status, headers["content-type"]],
      });
      if (list === "movements/list" || list === "lots") continue;
      const since = (instant) => ({ path: `/api/${list}?updated_after=${instant}&limit=1` });
      await ask(`${list} since a past day`, since("2026-01-01T00:00:00Z"), { like });
      await ask(`${list} since a day without its zone`, since("2026-01-01T00:00:00"));
    }
  },
};
