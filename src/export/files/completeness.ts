import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import {
  type Check,
  type CompletenessPeriod,
  type CompletenessRow,
  completenessRows,
} from "../../reports/completeness.ts";
import type { Page } from "../pages.ts";
import { sheet, type Table } from "../sheet.ts";
import { csvStream } from "../stream.ts";
import type { DownloadOptions } from "./download.ts";

const WORDS: Readonly<Record<Check, string>> = {
  own_number_gap: "Falta na numeração própria",
  supplier_number_gap: "Possível falta na numeração do fornecedor",
  no_protocol: "Sem protocolo",
  cancelled_after_entry: "Cancelada depois do lançamento",
  held: "Pendente há muito tempo",
  discarded: "Descartada",
  waiting_event: "Evento sem a nota",
};

/** The cells are made of the rows of the report, in this order. */
const fields = {
  check: "",
  key: "",
  supplier: "",
  supplierName: "",
  model: "",
  series: "",
  number: "",
  lastNumber: "",
  issued: "",
  status: "",
  received: "",
  event: "",
} as const;

/** One line for each thing that a check has found. */
export const COMPLETENESS: Table<keyof typeof fields> = {
  fields,
  columns: [
    { heading: "Verificação", kind: "text", of: "check" },
    { heading: "Chave de Acesso", kind: "text", of: "key" },
    { heading: "CNPJ/CPF do Emitente", kind: "text", of: "supplier" },
    { heading: "Nome do Emitente", kind: "text", of: "supplierName" },
    { heading: "Modelo", kind: "text", of: "model" },
    { heading: "Série", kind: "text", of: "series" },
    { heading: "Número", kind: "count", of: "number" },
    { heading: "Até o Número", kind: "count", of: "lastNumber" },
    { heading: "Emissão", kind: "issue", of: "issued" },
    { heading: "Situação", kind: "text", of: "status" },
    { heading: "Recebido em", kind: "instant", of: "received" },
    { heading: "Evento", kind: "text", of: "event" },
  ],
};

const cellsOf = (row: CompletenessRow, held: string): Page[number] => [
  row.check === "held" ? held : WORDS[row.check],
  row.accessKey,
  row.supplier,
  row.supplierName,
  row.model,
  row.series,
  row.number,
  row.lastNumber,
  row.issued,
  row.status,
  row.receivedAt,
  row.eventType,
];

/** The cells of everything that the report of a period finds. Fails with `report.too_many_notes`. */
async function* cellsIn(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  period: CompletenessPeriod,
  signal: AbortSignal | undefined,
  held = WORDS.held,
): AsyncGenerator<Page, void, void> {
  const rows = completenessRows(ports, company, period, signal);
  for await (const page of rows) yield page.map((row) => cellsOf(row, held));
}

/** The same inside of a larger file, for a period that ends now: waiting notes are named `Pendente`, and where there are too many notes for the report a last line says so. */
export async function* completenessPages(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  period: CompletenessPeriod,
  signal: AbortSignal | undefined,
): AsyncGenerator<Page, void, void> {
  try {
    yield* cellsIn(ports, company, period, signal, "Pendente");
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.code !== "report.too_many_notes") throw error;
    const rest: null[] = COMPLETENESS.columns.slice(1).map(() => null);
    yield [[`Conferência incompleta: mais de ${error.failure.limit} notas no período`, ...rest]];
  }
}

/**
 * What the report of a period finds, as a CSV that is written while it is read: notes by their issue, gaps of numbers, events.
 * Fails with `report.too_many_notes` before the first byte where the first notes say so; later it breaks the stream.
 */
export function downloadCompleteness(
  ports: Pick<Ports, "reader" | "yieldToEventLoop" | "log">,
  period: CompletenessPeriod,
  { company, dialect, timeZone, requestId, signal, onRead }: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const cells = cellsIn(ports, company, period, signal);
  return csvStream(cells, sheet(COMPLETENESS, dialect, timeZone), {
    onPageRequested: onRead,
    onFailure(rows) {
      const level = signal?.aborted === true ? "info" : "error";
      ports.log(level, "export.interrupted", { rows, request_id: requestId });
    },
  });
}
