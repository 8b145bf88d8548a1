import type { ValidRequest } from "./valid-requests.ts";

const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

/** The routes of sessions and users, each with a request that it would take. */
export const ACCOUNT_REQUESTS: readonly ValidRequest[] = [
  {
    method: "POST",
    path: "/api/login",
    query: [],
    ...json({ email: "a@b.example", password: "x" }),
  },
  {
    method: "PUT",
    path: "/api/me/password",
    query: [],
    ...json({ current_password: "errada e longa", new_password: "outra, bem longa" }),
  },
  { method: "GET", path: "/api/me", query: [] },
  {
    method: "POST",
    path: "/api/session",
    query: [],
    headers: [["sec-fetch-site", "same-origin"]],
    ...json({ email: "a@b.example", password: "x" }),
  },
  { method: "GET", path: "/api/session", query: [] },
  { method: "DELETE", path: "/api/session", query: [] },
  { method: "POST", path: "/api/session/company", query: [], ...json({ company: 2 }) },
  {
    method: "POST",
    path: "/api/password/set",
    query: [],
    ...json({ token: "0".repeat(64), password: "uma bem comprida" }),
  },
  { method: "GET", path: "/api/users", query: [] },
  {
    method: "POST",
    path: "/api/users",
    query: [],
    ...json(
      { name: "Ana", email: "ana@loja.example", password: "", role: "OPERADOR", invite: true },
      { name: "", email: "bia@loja.example", password: "uma senha bem comprida", role: "GERENTE" },
    ),
  },
  {
    method: "PUT",
    path: "/api/users/12",
    query: [],
    ...json(
      { name: "Ana", email: "pessoa12@example.com", password: "", role: "OPERADOR" },
      { active: true },
    ),
  },
  { method: "POST", path: "/api/users/12/invite", query: [] },
  { method: "DELETE", path: "/api/users/999", query: [] },
];
