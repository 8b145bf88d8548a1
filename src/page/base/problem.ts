import { wrongFields } from "./field-names.ts";

/** A refusal of the API (RFC 9457), as a view shows it: its own sentence, with the fields by the names of our forms, and what a support person asks for. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  /** Seconds after which it may be asked again; null where the service does not say. */
  readonly retryAfterS: number | null;
  /** Every member of the problem. */
  readonly evidence: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    evidence: Readonly<Record<string, unknown>>,
    retryAfterS: number | null,
  ) {
    const wrong = evidence.code === "request.invalid" ? wrongFields(evidence.errors) : null;
    super(wrong ?? textOf(evidence.detail) ?? textOf(evidence.title) ?? sentenceOf(status));
    this.status = status;
    this.evidence = evidence;
    this.retryAfterS = retryAfterS;
    this.code = textOf(evidence.code) ?? `http.${status}`;
    this.requestId = textOf(evidence.request_id);
  }

  /** What is wrong with each field: the last part of its path, and the sentence. */
  get fields(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const { errors } = this.evidence;
    if (!Array.isArray(errors)) return found;
    for (const one of errors) {
      if (typeof one !== "object" || one === null) continue;
      const { path, field, message } = Object.fromEntries(Object.entries(one));
      const name = String(path ?? field ?? "")
        .split(/[./]/)
        .at(-1);
      if (name !== undefined && typeof message === "string" && !found.has(name))
        found.set(name, message);
    }
    return found;
  }
}

/** The service did not answer: no network, or it is gone. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
  /** `hasNetwork`: what the browser says. */
  constructor(hasNetwork: boolean) {
    super(
      hasNetwork
        ? "Sem resposta do sistema. Tente de novo em instantes."
        : "Sem internet. Tente de novo quando ela voltar.",
    );
  }
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" && value !== "" ? value : null;

function sentenceOf(status: number): string {
  if (status === 403) return "Seu perfil não permite esta operação";
  if (status === 429) return "Muitos pedidos ao mesmo tempo. Tente de novo em instantes.";
  return "O sistema não conseguiu responder. Tente de novo.";
}

/** The sentence of any fault, for people. */
export function sentenceOfFault(fault: unknown): string {
  if (fault instanceof Refused || fault instanceof Unreachable) return fault.message;
  return "Algo deu errado nesta tela. Tente de novo.";
}

/** Whether an answer came too late to be wanted: the reader was ended by a newer one. */
export const wasAborted = (fault: unknown): boolean =>
  fault instanceof DOMException && fault.name === "AbortError";
