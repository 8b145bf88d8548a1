import type { z } from "zod";
import type { BatchLineSchema } from "../../http/views/batch-view.ts";
import type { JobSchema } from "../../http/views/job-view.ts";
import { holdName } from "../base/hold-names.ts";
import { count } from "../base/say.ts";
import type { Said } from "../parts/badge.tsx";
import { type Kind, type Line, newLineId } from "./state.ts";

type BatchLine = z.infer<typeof BatchLineSchema>;
type JobLine = z.infer<typeof JobSchema>["results"][number];
/** A document without a result. */
type OpenLine = Extract<JobLine, { outcome: "waiting" | "parked" }>;
const isOpen = (sent: JobLine): sent is OpenLine =>
  sent.outcome === "waiting" || sent.outcome === "parked";

/** The badge of each kind. */
export const BADGES: Record<Kind, Said> = {
  refused: { tone: "bad", icon: "circle-x", text: "Recusado" },
  parked: { tone: "bad", icon: "history", text: "Parado" },
  held: { tone: "hold", icon: "triangle-alert", text: "Com pendência" },
  known: { tone: "plain", icon: "copy", text: "Já estava aqui" },
  ignored: { tone: "plain", icon: "minus", text: "Ignorado" },
  completed: { tone: "good", icon: "check", text: "Completada" },
  event: { tone: "wait", icon: "info", text: "Evento" },
  ready: { tone: "wait", icon: "clock", text: "A aprovar" },
  stock: { tone: "good", icon: "check", text: "No estoque" },
};

/** How many of a kind: one, several. */
const COUNTED: Record<Kind, readonly [string, string]> = {
  ready: ["pronta", "prontas"],
  stock: ["no estoque", "no estoque"],
  completed: ["completada", "completadas"],
  held: ["com pendência", "com pendência"],
  known: ["já estava aqui", "já estavam aqui"],
  refused: ["recusado", "recusados"],
  parked: ["parado", "parados"],
  event: ["evento", "eventos"],
  ignored: ["ignorado", "ignorados"],
};

/** `12 prontas · 2 com pendência · 1 repetida`. A completed note that may be approved counts as ready. */
export function summaryOf(lines: readonly Line[]): string {
  const kinds: Kind[] = ["ready", "stock", "completed", "held", "known", "refused", "parked"];
  return [...kinds, "event" as const, "ignored" as const]
    .map((kind) => {
      const many = lines.filter((line) => (line.ready ? "ready" : line.kind) === kind).length;
      return many === 0 ? null : count(many, ...COUNTED[kind]);
    })
    .filter((part) => part !== null)
    .join(" · ");
}

/** `nº 8006 · série 1`, as the access key has them. */
export function numberOf(key: string | null): string | null {
  const parts = /^.{22}(\d{3})(\d{9})/.exec(key ?? "");
  return parts === null ? null : `nº ${Number(parts[2])} · série ${Number(parts[1])}`;
}

/** A line of a batch, with the file that it was. */
export function lineOf(sent: BatchLine, zip: string | null = null, file = sent.file): Line {
  const { outcome, status, holds = [], access_key: key = null, message = "" } = sent;
  const waits = status === "PENDENTE" && outcome !== "duplicate";
  const ready = waits && holds.length === 0;
  const [hold] = holds;
  const held = waits && hold !== undefined;
  return {
    id: newLineId(),
    file,
    kind: held ? "held" : KIND_OF[outcome === "registered" && !ready ? "approved" : outcome],
    ready,
    key,
    title: held ? holdName(hold.code) : null,
    message: held
      ? holds.map((one) => one.message).join(" ")
      : (FIXED[outcome] ?? sentence(message)),
    code: null,
    zip,
  };
}

/** With its full stop, as those beside it have. */
const sentence = (text: string): string => (/[\p{L}\p{N})”"]$/u.test(text) ? `${text}.` : text);

const KIND_OF: Record<BatchLine["outcome"], Kind> = {
  registered: "ready",
  approved: "stock",
  completed: "completed",
  duplicate: "known",
  rejected: "refused",
  event: "event",
  ignored: "ignored",
};

/** What the badge has said already is not said again. */
const FIXED: Partial<Record<BatchLine["outcome"], string>> = {
  registered: "Conferida, sem pendências.",
};

/** A line of a job of documents. Null for one that waits. */
export function lineOfJob(sent: JobLine, zip: string, name: string): Line | null {
  // The service does not know the name of a ZIP that could not be opened.
  const file = sent.file === "enviado.zip" ? name : sent.file;
  if (isOpen(sent)) {
    const message =
      "Não deu certo em várias tentativas. Tente de novo; se parar outra vez, envie o arquivo de novo.";
    if (sent.outcome !== "parked") return null;
    return { ...localLine(file, "parked", message), code: sent.code ?? null, zip };
  }
  return isDocument(sent) ? lineOf(sent, zip, file) : null;
}

/** Not the line of a job that approves. */
const isDocument = (sent: JobLine): sent is BatchLine & { position: number } =>
  sent.outcome in KIND_OF;

/** A line that the page writes by itself. */
export const localLine = (file: string, kind: Kind, message: string): Line => ({
  id: newLineId(),
  file,
  kind,
  ready: false,
  key: null,
  title: null,
  message,
  code: null,
  zip: null,
});
