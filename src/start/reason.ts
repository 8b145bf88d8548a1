import type { Failure } from "../failures.ts";
import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import { failureSentence } from "../messages/pt-BR/failures/failures.ts";
import {
  isStorageFull,
  isTransient,
  type Refusal,
  refusalOf,
} from "../resilience/transient-faults.ts";

const REFUSALS: Record<Refusal, string> = {
  "database.token_refused":
    "DATABASE_AUTH_TOKEN: o banco de dados recusa este token (vencido, de outro banco, ou sem permissão de gravar)",
  "database.not_there": "DATABASE_URL: não há banco de dados neste endereço",
  "database.blocked": "DATABASE_URL: a conta deste banco de dados está bloqueada",
};

/** By the system's error code for a file or a folder: the reason in words. */
const OF_FILES: Readonly<Record<string, string>> = {
  EACCES: "este usuário não tem permissão",
  EPERM: "este usuário não tem permissão",
  EROFS: "o disco é somente leitura",
  EEXIST: "no lugar da pasta há um arquivo",
  ENOTDIR: "no lugar da pasta há um arquivo",
  ENOSPC: "o disco está cheio",
};

/** A fault of the storage or of a file as one sentence (Portuguese) that names it; null for any other error. */
export function fileReason(error: unknown): string | null {
  for (let next = error, n = 0; next instanceof Error && n < 5; next = next.cause, n += 1) {
    if (next.name === "StorageFault") return next.message;
    const code = "code" in next ? String(next.code) : "";
    const why = OF_FILES[code];
    if (why !== undefined && "path" in next) return `${String(next.path)}: ${why}`;
  }
  return null;
}

/** Why a start failed, in Portuguese, for the person who started the service. */
export function reasonOf(error: unknown): string {
  const file = fileReason(error);
  if (file !== null) return file;
  if (isStorageFull(error))
    return "O disco está cheio: confira DATA_DIR e a pasta do banco de dados";
  const refusal = refusalOf(error);
  if (refusal !== null) return REFUSALS[refusal];
  if (isTransient(error)) return "DATABASE_URL: o banco de dados não responde, ou está ocupado";
  if (!(error instanceof Failed)) return error instanceof Error ? error.message : String(error);
  const sentence = failedSentence(error);
  return error.failure.code === "auth.weak_password" ? `ADMIN_PASSWORD: ${sentence}` : sentence;
}

/** The sentence of a typed failure that a flow has thrown. */
export const failedSentence = ({ failure }: Failed): string =>
  // Only our own flows construct Failed, and only with members of Failure.
  failureSentence(trusted<Failure>(failure));
