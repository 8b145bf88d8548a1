import type { Announced, Statement } from "./answers.ts";

type Type = Statement["type"];

/** Ciência: the only one that a clerk states, and the one that makes the tax office give the full note. */
export const AWARE: Type = "210210";
const NOT_DONE: Type = "210240";
const UNKNOWN: Type = "210220";
const CONFIRMED: Type = "210200";

interface Words {
  readonly name: string;
  /** What it tells the tax office, in a person's words. */
  readonly means: string;
  readonly reason: "needed" | "allowed" | "none";
}

const WORDS: Readonly<Record<Type, Words>> = {
  [AWARE]: {
    name: "Ciência da operação",
    means: "A empresa sabe da nota. Não confirma nada: só libera o XML completo.",
    reason: "none",
  },
  [CONFIRMED]: {
    name: "Confirmação da operação",
    means: "A mercadoria chegou e a compra está certa. Depois disso o emitente não pode cancelar.",
    reason: "none",
  },
  [NOT_DONE]: {
    name: "Operação não realizada",
    means: "A compra foi combinada, mas a mercadoria não ficou: recusada, devolvida ou perdida.",
    reason: "needed",
  },
  [UNKNOWN]: {
    name: "Desconhecimento da operação",
    means: "A empresa não fez esta compra. Use quando o seu CNPJ foi usado por outro.",
    reason: "allowed",
  },
};
export const wordsOf = (type: Type): Words => WORDS[type];

const CONCLUSIVE: readonly Type[] = [CONFIRMED, NOT_DONE, UNKNOWN];
/** Each conclusive one may be made twice. */
const MOST_OF_ONE = 2;

/** Which statements can still be made about a note with these: ciência once and first, the others up to twice. */
export function offeredAfter(made: readonly Statement[], mayConclude: boolean): readonly Type[] {
  const standing = made.filter(({ state }) => state !== "refused");
  const last = standing.find(({ type }) => type !== AWARE);
  // The same with another reason is another one.
  const conclusive = CONCLUSIVE.filter(
    (type) =>
      (type !== last?.type || WORDS[type].reason !== "none") &&
      standing.filter((one) => one.type === type).length < MOST_OF_ONE,
  );
  return [...(mayConclude ? conclusive : []), ...(standing.length === 0 ? [AWARE] : [])];
}

export const STATES = {
  asked: { tone: "wait", icon: "clock", text: "Espera o envio" },
  sending: { tone: "wait", icon: "clock", text: "Enviada, sem resposta ainda" },
  done: { tone: "good", icon: "check", text: "Registrada pela SEFAZ" },
  refused: { tone: "bad", icon: "circle-x", text: "Recusada pela SEFAZ" },
} as const;

const DAY_MS = 86_400_000;

/** Days of the tax office from the authorisation, which is that of the issue or soon after. */
export const AWARE_DAYS = 10;
export const CONCLUSIVE_DAYS = 180;

/** Full days until an instant, rounded up; 0 or less: it is over. */
export const daysUntil = (instant: string): number =>
  Math.ceil((Date.parse(instant) - Date.now()) / DAY_MS);

/** So many days after the issue of a note, as an instant. */
export const daysAfter = (issuedAt: string, days: number): string =>
  new Date(Date.parse(issuedAt) + days * DAY_MS).toISOString();

export const SITUATIONS = {
  authorised: { tone: "good", icon: "check", text: "Autorizada" },
  denied: { tone: "bad", icon: "ban", text: "Denegada" },
  cancelled: { tone: "bad", icon: "ban", text: "Cancelada" },
} as const;

const wasRefused = ({ statement }: Announced): boolean => statement?.state === "refused";

/** Whether ciência of an announced note is worth a try: its time is not over, and none was stated, or the last was refused. */
export const awaits = (note: Announced): boolean =>
  note.situation === "authorised" &&
  (note.statement === null || wasRefused(note)) &&
  daysUntil(note.awareness_until) > 0;

/** A state as a badge shows it. */
interface Said {
  readonly tone: "good" | "wait" | "hold" | "bad" | "plain";
  readonly icon: "check" | "clock" | "circle-x";
  readonly text: string;
}

const FEW_DAYS = 3;

/** What was stated about an announced note, or the days that are left for ciência; null: neither matters. */
export function awareness(note: Announced): Said | null {
  const { statement } = note;
  if (statement !== null) return statedAs(statement);
  if (note.situation !== "authorised") return null;
  const left = daysUntil(note.awareness_until);
  if (left <= 0) return { tone: "bad", icon: "clock", text: "O prazo passou" };
  const text = left === 1 ? "Falta 1 dia" : `Faltam ${left} dias`;
  return { tone: left <= FEW_DAYS ? "hold" : "plain", icon: "clock", text };
}

function statedAs({ type, state }: Statement): Said {
  const what = type === AWARE ? "Ciência" : "Manifestação";
  if (state === "refused") return { tone: "bad", icon: "circle-x", text: `${what} recusada` };
  return state === "done"
    ? { tone: "good", icon: "check", text: `${what} registrada` }
    : { tone: "wait", icon: "clock", text: `${what} pedida` };
}
