import {
  type DetectedFault,
  StorageFault,
  storageFaultOf,
} from "../../../resilience/storage-fault.ts";

/** Whether the database of this process is still the one that was opened. A fault remains until a restart. */
export interface StorageState {
  fault(): StorageFault | null;
  /** Runs a call, and remembers a fault of the storage; rejects with StorageFault then. */
  watchingReads<T>(call: () => Promise<T>): Promise<T>;
  /** The same for writes: after a fault the call is not made any more. */
  guardingWrites<T>(call: () => Promise<T>): Promise<T>;
  /** `hear` is called once, with the first fault. */
  onFault(hear: (fault: StorageFault) => void): void;
}

/** `where`: the database, for a message that does not name it. */
export function storageState(where: string): StorageState {
  let fault: StorageFault | null = null;
  const hearers: ((fault: StorageFault) => void)[] = [];

  function note(error: unknown): void {
    const met = storageFaultOf(error);
    if (fault !== null || met === null || met.mayPass) return;
    fault = sayStorageFault(error, where);
    if (fault !== null) for (const hear of hearers) hear(fault);
  }
  async function watchingReads<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      note(error);
      throw sayStorageFault(error, where) ?? error;
    }
  }
  return {
    fault: () => fault,
    watchingReads,
    async guardingWrites(call) {
      if (fault !== null) throw fault;
      return watchingReads(call);
    },
    onFault(hear) {
      hearers.push(hear);
      if (fault !== null) hear(fault);
    },
  };
}

/**
 * The error of opening the database at `path`, as a sentence where the file or its folder is the cause. An error that names
 * another path (of DATA_DIR, for example) is unchanged.
 */
export function sayUnopened(error: unknown, path: string): unknown {
  const fault = sayStorageFault(error, path);
  if (fault !== null) return fault;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : "";
  if (error instanceof Error && "path" in error && !isOnTheWay(String(error.path), path))
    return error;
  const unread = code.startsWith("SQLITE_IOERR") || NOT_OPENED.test(message);
  const why = UNOPENED[code] ?? (unread ? "não pode ser aberto ou lido" : null);
  if (why === null) return error;
  return new StorageFault(
    "damaged",
    `O banco de dados em ${path} ${why}. Confira DATABASE_URL, a pasta e as permissões; se o arquivo está danificado, restaure uma cópia: sge restore CÓPIA --force`,
    { cause: error },
  );
}

/** The database file, a file that SQLite has beside it, or a folder above it. */
const isOnTheWay = (named: string, path: string): boolean =>
  named.startsWith(path) || path.startsWith(named);

const UNOPENED: Readonly<Record<string, string>> = {
  ENOENT: "não pode ser criado: a pasta não existe",
  EACCES: "não pode ser lido e gravado por este usuário",
  EPERM: "não pode ser lido e gravado por este usuário",
  EROFS: "está em um disco somente leitura",
  EEXIST: "não pode ser criado: no lugar da pasta há um arquivo",
  ENOTDIR: "não pode ser criado: no lugar da pasta há um arquivo",
  EISDIR: "não é um arquivo, e sim uma pasta",
  ENOSPC: "não pode ser criado: o disco está cheio",
  ELOOP: "não pode ser aberto: o link simbólico aponta para si mesmo",
  ENAMETOOLONG: "não pode ser aberto: o caminho é longo demais",
};
/** The binding's own error for SQLite's 14 has no code. */
const NOT_OPENED = /^ConnectionFailed\(/;

/** A storage fault with a sentence for the operator; null for any other error. */
export function sayStorageFault(error: unknown, where: string): StorageFault | null {
  for (let next = error, n = 0; next instanceof Error && n < 5; next = next.cause, n += 1)
    if (next instanceof StorageFault) return next;
  const met = storageFaultOf(error);
  if (met === null) return null;
  return new StorageFault(met.kind, met.hasSentence ? met.message : sentenceOf(met, where), {
    cause: error,
  });
}

/** A file that cannot be opened may be undamaged: the sentence names permissions before a restore. */
const sentenceOf = ({ code, message }: DetectedFault, where: string): string =>
  code.startsWith("SQLITE_CANTOPEN")
    ? `O banco de dados em ${where}, ou um dos arquivos ao lado dele (-wal, -shm), não pode ser aberto por este usuário (${message}). Confira as permissões e a pasta; só se o arquivo se perdeu, restaure uma cópia: sge restore CÓPIA --force`
    : `O banco de dados em ${where} está danificado (${message}). Confira com sge verify; para voltar a uma cópia: sge restore CÓPIA --force`;
