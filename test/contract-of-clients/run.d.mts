export function runRows(given: {
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
  admin: { email: string; password: string };
  notes: readonly { xml: string; accessKey: string; names: readonly string[] }[];
  cnpj: string;
}): Promise<{ tested: number; notBuilt: number[] }>;
