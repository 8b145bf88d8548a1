/** A password has at most 200 characters; a longer input is refused and not kept in memory. */
const MAX_BYTES = 1_024;

/** The standard input, as a terminal or a pipe. */
export interface SecretSource {
  readonly isTTY?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
  on(event: "data" | "end" | "error", listener: (chunk: Uint8Array) => void): unknown;
  off(event: "data" | "end" | "error", listener: (chunk: Uint8Array) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

const [ENTER, LINE, CTRL_C, CTRL_D, BACKSPACE, DELETE, FIRST_PRINTABLE] = [
  13, 10, 3, 4, 8, 127, 32,
];

/**
 * Reads one secret: at a terminal the keys until Enter, without showing them; from a pipe its next line. Bytes after that line are
 * kept for the next question. Throws an Error (Portuguese) when the input is interrupted, too long, not UTF-8, or missing.
 */
export function secretReader(
  source: SecretSource,
  prompt: (text: string) => void,
): (question: string) => Promise<string> {
  const rest: number[] = [];
  let over = false;
  return async (question) => {
    const typing = source.isTTY === true;
    if (typing) prompt(question);
    if (typing) source.setRawMode?.(true);
    try {
      return await line(typing);
    } finally {
      if (typing) source.setRawMode?.(false);
      source.pause();
      if (typing) prompt("\n");
    }
  };

  function line(typing: boolean): Promise<string> {
    const bytes: number[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    /** True when the line is complete, or interrupted. */
    const take = (byte: number): boolean => {
      if (byte === ENTER || byte === LINE) {
        // CR LF, as Windows writes it, is one end of a line.
        if (byte === ENTER && rest[0] === LINE) rest.shift();
        resolve(textOf(bytes));
        return true;
      }
      if (typing && (byte === CTRL_C || byte === CTRL_D)) {
        reject(new Error("Interrompido; nada foi alterado"));
        return true;
      }
      if (typing && (byte === BACKSPACE || byte === DELETE)) eraseCharacter(bytes);
      else if (!typing || byte >= FIRST_PRINTABLE) bytes.push(byte);
      if (bytes.length <= MAX_BYTES) return false;
      reject(new Error("A senha é longa demais; nada foi alterado"));
      return true;
    };
    const drain = () => {
      for (let byte = rest.shift(); byte !== undefined; byte = rest.shift())
        if (takeSafely(byte)) return true;
      return false;
    };
    const takeSafely = (byte: number): boolean => {
      try {
        return take(byte);
      } catch (error) {
        reject(error);
        return true;
      }
    };
    const onData = (chunk: Uint8Array) => {
      rest.push(...chunk.subarray(0, 4 * MAX_BYTES));
      if (drain()) leave();
    };
    const onEnd = () => {
      over = true;
      leave();
      if (bytes.length === 0) reject(new Error("Falta a senha na entrada; nada foi alterado"));
      else takeSafely(LINE);
    };
    const leave = () => {
      source.off("data", onData);
      source.off("end", onEnd);
      source.off("error", onEnd);
    };
    if (drain()) return promise;
    if (over) {
      onEnd();
      return promise;
    }
    source.on("data", onData);
    source.on("end", onEnd);
    source.on("error", onEnd);
    source.resume();
    return promise;
  }
}

function textOf(bytes: readonly number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    throw new Error("A senha não está em UTF-8; nada foi alterado");
  }
}

/** Removes the last character, with all of its UTF-8 bytes. */
function eraseCharacter(bytes: number[]): void {
  let last = bytes.pop();
  while (last !== undefined && (last & 0xc0) === 0x80) last = bytes.pop();
}
