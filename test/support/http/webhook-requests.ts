const order = { url: "https://erp.loja.com.br/sge", events: ["*"], description: "ERP" };
const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

/** The routes of webhooks, each with a request that it would take; ids of no webhook. */
export const WEBHOOK_REQUESTS = [
  { method: "GET", path: "/api/webhooks", query: [] },
  {
    method: "POST",
    path: "/api/webhooks",
    query: [],
    ...json(order, { ...order, events: ["nfe.processed", "stock.low"] }),
  },
  { method: "GET", path: "/api/webhooks/no-such-webhook", query: [] },
  {
    method: "PATCH",
    path: "/api/webhooks/no-such-webhook",
    query: [],
    ...json({ ...order, active: true }, { active: false }),
  },
  { method: "DELETE", path: "/api/webhooks/no-such-webhook", query: [] },
  { method: "POST", path: "/api/webhooks/no-such-webhook/ping", query: [] },
  { method: "POST", path: "/api/webhooks/no-such-webhook/rotate-secret", query: [] },
  {
    method: "GET",
    path: "/api/webhooks/no-such-webhook/deliveries",
    query: ["cursor", "state", "limit"],
  },
  { method: "POST", path: "/api/webhooks/no-such-webhook/deliveries/e1/replay", query: [] },
  { method: "POST", path: "/api/webhooks/no-such-webhook/replay", query: ["after"] },
];
