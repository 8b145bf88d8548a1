import { COMPANY } from "../../../src/synthetic/trade.ts";
import type { TestApp } from "../app.ts";
import { announcedKey, noteSummary } from "../sefaz/summaries.ts";
import { distribution, docZip } from "./walk-sefaz.ts";
import type { Flow } from "./write-flows.ts";

const { cnpj } = COMPANY;
const announced = announcedKey(2);

async function fetching({ send }: TestApp): Promise<unknown> {
  await send("PATCH", "/api/company", { json: { cnpjs: [cnpj] } });
  return send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
}

/** A call whose answer has these documents: the NSU 2, of 2. */
async function answered({ send }: TestApp, documents: string): Promise<{ status: number }> {
  const { body } = await send("POST", "/api/sefaz/calls", { json: {} });
  return send("POST", `/api/sefaz/calls/${body.call.id}/answer`, {
    body: new TextEncoder().encode(distribution(documents)),
    headers: { "content-type": "application/octet-stream" },
  });
}

const summary = () => docZip("resNFe_v1.01.xsd", noteSummary(announced));
const announce = async (service: TestApp): Promise<unknown> => {
  await fetching(service);
  return answered(service, summary());
};

/** What comes from the tax office, and what is stated there. */
export const TAX_OFFICE_FLOWS: Flow[] = [
  {
    says: "a note is announced by the tax office",
    first: fetching,
    write: (service) => answered(service, summary()),
    changes: ["missing"],
  },
  {
    says: "a document of the tax office cannot be read",
    first: fetching,
    write: (service) => answered(service, docZip("procNovo_v1.00.xsd", new Uint8Array([60]))),
    changes: ["missing"],
  },
  {
    says: "ciência is asked for",
    first: announce,
    write: ({ send }) =>
      send("POST", `/api/nfes/${announced}/statement`, { json: { type: "210210" } }),
    status: 202,
    changes: ["missing"],
  },
];
