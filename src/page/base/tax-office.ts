import type { z } from "zod";
import type { FetchingSchema } from "../../http/routes/sefaz/fetching.ts";
import { useAct } from "./act.ts";
import { ask, newKey } from "./ask.ts";
import { notify, notifyFault } from "./notices.ts";
import { moment } from "./say.ts";

/** How far the notes of a CNPJ are fetched from the tax office. */
export type Fetching = z.infer<typeof FetchingSchema>;
export interface FetchingList {
  readonly data: readonly Fetching[];
}

/** Where the state of every CNPJ is read. */
export const FETCHING = "/api/sefaz";

/** What stands in the place of the tax office's own text. */
const FAULTS: Readonly<Record<string, string>> = {
  unreachable: "O serviço da SEFAZ não respondeu",
  tls: "A conexão segura com a SEFAZ falhou",
  certificate: "O certificado não foi aceito",
  timeout: "A SEFAZ demorou demais",
  cut: "A resposta da SEFAZ foi cortada",
  aborted: "A consulta foi interrompida",
  http_status: "O serviço da SEFAZ respondeu com um erro",
  too_large: "A resposta da SEFAZ é grande demais",
  soap_fault: "O serviço da SEFAZ recusou a mensagem",
  web_page: "O serviço da SEFAZ respondeu com uma página",
  charset: "A resposta da SEFAZ não pôde ser lida",
  malformed: "A resposta da SEFAZ não pôde ser lida",
  no_address: "Não há endereço da SEFAZ para este ambiente",
  "job.too_many": "Há processamentos demais em andamento",
};

/** An answer of the tax office: its own text, or what happened in its place. */
export function answerText(code: string, text: string | null): string {
  if (text !== null && text !== "") return `${text} (${code})`;
  return FAULTS[code] ?? `Resposta ${code}`;
}

/** "Uso indevido": each call begins the hour again. */
const MISUSE = "656";

/** Why no call of a CNPJ may be made, and until when; null: it may. */
export function blockText({ blocked_until, last_answer }: Fetching): string | null {
  if (blocked_until === null) return null;
  return last_answer?.code === MISUSE
    ? `A SEFAZ bloqueou este CNPJ por consumo indevido. Nenhuma consulta até ${moment(blocked_until)}; uma antes disso começaria a hora de novo.`
    : `A última consulta ficou sem resposta conhecida. Para não passar do limite da SEFAZ, nenhuma é feita até ${moment(blocked_until)}.`;
}

/** Later than so: the limits of the tax office keep a call back. */
const SOON_MS = 10_000;

/** Plans the next call of a CNPJ for now, and says when it can go out; `again` reads the states. */
export function useFetchNow(
  { cnpj, environment }: Pick<Fetching, "cnpj" | "environment">,
  again: () => void,
) {
  const act = useAct();
  const isThis = (one: Fetching) =>
    one.cnpj === cnpj && one.environment === environment && one.active;
  const now = async () => {
    const sent = { method: "POST", json: { cnpj, environment }, key: newKey() } as const;
    const { data } = await ask<FetchingList>(`${FETCHING}/fetch-now`, sent);
    notify(nextText(data.find(isThis)?.next_at ?? null), { tone: "plain" });
    again();
  };
  return { busy: act.busy, now: () => act.run(() => now().catch(notifyFault)) };
}

const nextText = (next: string | null): string =>
  next !== null && Date.parse(next) - Date.now() > SOON_MS
    ? `A SEFAZ não permite outra consulta antes de ${moment(next)}. Ela é feita então.`
    : "A consulta é feita em instantes.";
