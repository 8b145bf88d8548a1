const json = (...values: unknown[]) => ({
  type: "application/json",
  bodies: values.map((value) => JSON.stringify(value)),
});

/** The routes of certificates, each with a request that it would take; the bytes are no certificate. */
export const CERTIFICATE_REQUESTS = [
  { method: "GET", path: "/api/certificates", query: [] },
  {
    method: "POST",
    path: "/api/certificates",
    query: [],
    ...json({ pfx: "MAA=", passphrase: "segredo" }, { file: "loja.pfx", passphrase: "segredo" }),
  },
  { method: "DELETE", path: "/api/certificates/no-such-certificate", query: [] },
] as const;
