const path = "/api/confirmations";

/** The routes of confirmations, each with a request that it would take; ids of no confirmation. */
export const CONFIRMATION_REQUESTS = [
  { method: "GET", path, query: [] },
  { method: "GET", path: `${path}/x`, query: [] },
  {
    method: "POST",
    path: `${path}/x`,
    query: [],
    type: "application/json",
    bodies: [JSON.stringify({ plan_hash: "0".repeat(64) }), "{}"],
  },
  { method: "DELETE", path: `${path}/x`, query: [] },
];
