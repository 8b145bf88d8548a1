import { Failed } from "../../lib/result.ts";
import { CHECK_WORDS, whySentences } from "../../messages/pt-BR/reports/completeness.ts";
import type { Ports } from "../../ports/ports.ts";
import { type CompletenessPeriod, completenessRows } from "../../reports/completeness.ts";
import type { CompletenessRow } from "../../reports/completeness-row.ts";
import { csvOfPages } from "../csv-file.ts";
import type { Page } from "../pages.ts";
import { sheet, type Table } from "../sheet.ts";
import { csvStream } from "../stream.ts";
import type { DownloadOptions } from "./download.ts";

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
  value: "",
  why: "",
  due: "",
  recipient: "",
  nsu: "",
  lastNsu: "",
  todo: "",
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
    { heading: "Valor Total", kind: "money", of: "value" },
    { heading: "Motivo", kind: "text", of: "why" },
    { heading: "Prazo", kind: "instant", of: "due" },
    { heading: "CNPJ do Destinatário", kind: "text", of: "recipient" },
    { heading: "NSU", kind: "count", of: "nsu" },
    { heading: "Até o NSU", kind: "count", of: "lastNsu" },
    { heading: "O que Fazer", kind: "text", of: "todo" },
  ],
};

const cellsOf = (row: CompletenessRow, held: string): Page[number] => [
  row.check === "held" ? held : CHECK_WORDS[row.check].one,
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
  row.valueE2,
  whySentences(row).join(" "),
  row.dueAt,
  row.cnpj,
  row.nsu,
  row.lastNsu,
  CHECK_WORDS[row.check].todo,
];

/** A note that is not in stock has one line: that of being held or discarded where it is, which says the same and more. */
const isSaid = ({ check, status, receivedAt }: CompletenessRow, heldBefore: number): boolean =>
  check === "not_in_stock" &&
  (status === "DESCARTADA" || (status === "PENDENTE" && (receivedAt ?? 0) < heldBefore));

/** The cells of everything that the report of a period finds. Fails with `report.too_many_notes`. */
async function* cellsIn(
  ports: Pick<Ports, "reader" | "yieldToEventLoop">,
  company: number,
  period: CompletenessPeriod,
  signal: AbortSignal | undefined,
  held = CHECK_WORDS.held.one,
): AsyncGenerator<Page, void, void> {
  const rows = completenessRows(ports, company, period, signal);
  for await (const page of rows)
    yield page.filter((row) => !isSaid(row, period.heldBefore)).map((row) => cellsOf(row, held));
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
 * What the report of a period finds, as a CSV that is written while it is read: notes by their issue, announced notes, gaps of numbers, events, NSUs, statements.
 * Fails with `report.too_many_notes` before the first byte where the first notes say so; later it breaks the stream.
 */
export function downloadCompleteness(
  ports: Pick<Ports, "reader" | "yieldToEventLoop" | "log">,
  period: CompletenessPeriod,
  { company, dialect, timeZone, requestId, signal, onRead }: DownloadOptions,
): Promise<ReadableStream<Uint8Array>> {
  const cells = cellsIn(ports, company, period, signal);
  return csvStream(csvOfPages(cells, sheet(COMPLETENESS, dialect, timeZone)), {
    onPageRequested: onRead,
    onFailure(rows) {
      const level = signal?.aborted === true ? "info" : "error";
      ports.log(level, "export.interrupted", { rows, request_id: requestId });
    },
  });
}
