import { post } from "./words.mjs";

const path = "/api/webhooks";

/** Of webhooks; both services refuse private addresses, so that nothing is delivered here. */
export const webhooks = {
  async "webhooks, their secrets and their logs"({ ask }) {
    // Where each feed ends is its own.
    const like = ({ status, body }) => ({ status, body: { ...body, cursor: null } });
    const order = { url: "https://erp.loja.invalid.example/", events: ["stock.low"] };
    for (const url of [
      "http://erp.example.com/",
      "https://127.0.0.1/",
      "https://0x7f.1/",
      "https://nas.local/",
      "https://erp.example.com:25/",
      "não é",
    ])
      await ask(`a webhook to ${url}`, post(path, { ...order, url }));
    await ask("a webhook of no such event", post(path, { ...order, events: ["nada"] }));
    await ask("a webhook", post(path, order), {
      like,
      keep: (body, known) => {
        known.hook = body.id;
      },
    });
    const of =
      (rest, more = {}) =>
      (known) => ({ path: `${path}/${known.hook}${rest}`, ...more });
    const to = (rest) => of(rest, { method: "POST" });
    await ask("the webhook", of(""), { like });
    await ask("its log", of("/deliveries?state=waiting"));
    await ask("its change", of("", { method: "PATCH", json: { description: "ERP" } }), { like });
    await ask("its new secret", to("/rotate-secret"), { like });
    await ask("a replay of no event", to("/deliveries/ezzzz/replay"));
    await ask("a replay from a position to come", to("/replay?after=ezzzz"));
    await ask("switched off", of("", { method: "PATCH", json: { active: false } }), { like });
    await ask("a replay of one that is off", to("/replay?after=e0"));
    await ask("not for a manager", ({ GERENTE }) => ({ path, as: GERENTE }));
    await ask("deleted", of("", { method: "DELETE" }));
    await ask("deleted twice", of("", { method: "DELETE" }));
    await ask("none", { path });
  },
};
