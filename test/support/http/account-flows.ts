import { somePfx } from "../sefaz/some-pfx.ts";
import type { Flow } from "./write-flows.ts";

/** Writes of users and of their sessions: names alone are shown by cached reads. */
export const ACCOUNT_FLOWS: readonly Flow[] = [
  {
    says: "a user is made",
    write: ({ send }) =>
      send("POST", "/api/users", { json: { email: "a@b.example", role: "OPERADOR" } }),
    status: 201,
    changes: [],
  },
  {
    says: "a user has another name",
    write: ({ send }) => send("PUT", "/api/users/12", { json: { name: "Outro Nome" } }),
    changes: ["movements", "movements of P1", "movements of P2", "posted"],
    asks: ["unposted", "held"],
  },
  {
    says: "a user has another role",
    write: ({ send }) => send("PUT", "/api/users/13", { json: { role: "OPERADOR" } }),
    changes: [],
  },
  {
    says: "a user is deactivated",
    write: ({ send }) => send("DELETE", "/api/users/13"),
    status: 204,
    changes: [],
  },
  {
    says: "a certificate is kept",
    write: ({ send }) =>
      send("POST", "/api/certificates", {
        json: { pfx: somePfx().toBase64(), passphrase: "segredo" },
      }),
    status: 201,
    changes: [],
    asks: ["stats"],
  },
  {
    says: "other people get the alerts by mail",
    write: ({ send }) =>
      send("PUT", "/api/config/alerts", { json: { recipients: ["dona@loja.example"] } }),
    changes: [],
  },
  {
    says: "a user chooses the company again",
    write: ({ send }) => send("POST", "/api/session/company", { json: { company: 1 } }),
    changes: [],
  },
];
