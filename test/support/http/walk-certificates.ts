import { openCertificate } from "../../../src/sefaz/certificates/open.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { TestApp } from "../app.ts";
import { somePfx } from "../sefaz/some-pfx.ts";
import type { Go } from "./walk-counts.ts";

/** Asks every route of certificates, and opens one. */
export async function walkCertificates({ ports, send }: TestApp, go: Go): Promise<void> {
  const path = "/api/certificates";
  const now = ports.clock.now();
  const pfx = somePfx({
    from: new Date(now - 86_400_000).toISOString(),
    until: new Date(now + 86_400_000).toISOString(),
  });
  await send("PATCH", "/api/company", { json: { cnpjs: [COMPANY.cnpj] } });
  await go("POST", path, { json: { pfx: pfx.toBase64(), passphrase: "segredo" } });
  await go("GET", path);
  await openCertificate(ports, 1, COMPANY.cnpj);
  const [made] = (await send("GET", path)).body.data;
  await go("DELETE", `${path}/{id}`, { at: `${path}/${made.id}` });
}
