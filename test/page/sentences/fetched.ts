import { equal } from "node:assert/strict";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import {
  answerEnvelope,
  distribution,
  type Listed,
  type PlayNote,
  summaryOf,
  zipOf,
} from "../../sefaz/play/documents.ts";
import type { Visit, World } from "../browser.ts";

const DAY_MS = 86_400_000;

/** A branch of the company: each sentence has its own, for a CNPJ is asked about once an hour. */
export const branch = (number: number): string =>
  cnpjOf(`${COMPANY.cnpj.slice(0, 8)}${String(number).padStart(4, "0")}`);

/** Switches the fetching of a CNPJ on, of the company's that is set up by it. */
export async function switchedOn(world: World, cnpj: string): Promise<void> {
  await world.call("PATCH", "/api/company", { cnpjs: [COMPANY.cnpj] });
  const on = await world.call("PATCH", "/api/sefaz", { cnpj, uf: "SP", active: true });
  equal(on.status, 200);
}

/** What other sentences of this world have switched on is off. */
export async function switchedOff(world: World): Promise<void> {
  const { body } = await world.call("GET", "/api/sefaz");
  for (const { cnpj, uf, active } of Object(body).data)
    if (active) await world.call("PATCH", "/api/sefaz", { cnpj, uf, active: false });
}

/** An answer of the distribution with these documents, all that there are. */
export function answerWith(documents: readonly Omit<Listed, "nsu">[]): string {
  const last = documents.length;
  const zips = documents.map((one, i) => zipOf({ ...one, nsu: i + 1 }));
  const [code, text] =
    last === 0 ? ["137", "Nenhum documento localizado"] : ["138", "Documento localizado"];
  return envelope(distribution(code, text, Date.now(), last, last, zips));
}

/** The answer that blocks the CNPJ. */
export const blocking = (): string =>
  envelope(distribution("656", "Rejeicao: Consumo Indevido", Date.now()));

const envelope = (answer: string): string => answerEnvelope("NFeDistribuicaoDFe", answer);

/** Claims the next call of a CNPJ and gives it this answer, as an agent does. */
export async function called(
  { world, context }: Visit,
  cnpj: string,
  answer: string,
): Promise<void> {
  const { body } = await world.call("POST", "/api/sefaz/calls", { cnpjs: [cnpj] });
  const given = await context.request.post(
    `${world.url}/api/sefaz/calls/${Object(body).call.id}/answer`,
    {
      headers: {
        "content-type": "application/octet-stream",
        "sec-fetch-site": "same-origin",
        origin: world.url,
      },
      data: Buffer.from(answer),
    },
  );
  equal(given.status(), 200, await given.text());
}

/** Announces notes to a branch, each issued so many days ago; gives their keys. */
export async function announced(
  visit: Visit,
  cnpj: string,
  notes: readonly (Partial<PlayNote> & { readonly seed: number; readonly days: number })[],
): Promise<readonly string[]> {
  const issued = notes.map(({ seed, days, ...more }) => {
    const { accessKey, xml } = syntheticNote({ seed, nNF: String(seed), items: 1 });
    // The instant of a summary has whole seconds.
    const issuedAt = Math.floor(Date.now() / 1000) * 1000 - days * DAY_MS + 3_600_000;
    return { accessKey, xml, to: cnpj, issuedAt, ...more };
  });
  await switchedOn(visit.world, cnpj);
  const schema = "resNFe_v1.01.xsd";
  const documents = issued.map((note) => ({ schema, content: summaryOf(note) }));
  await called(visit, cnpj, answerWith(documents));
  return issued.map(({ accessKey }) => accessKey);
}
