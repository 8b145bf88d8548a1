import { isFirstPassword, renewFirstPassword } from "../accounts/people/first-password.ts";
import { type FirstAccess, firstRun } from "../accounts/people/first-run.ts";
import { removeFirstPassword, writeFirstPassword } from "../platform/bun/files/first-password.ts";
import type { Ports } from "../ports/ports.ts";

/** How a generated password reaches the person who starts the program. */
export interface Show {
  /** The terminal of the person; absent where there is none (a unit of systemd, a pipe). */
  readonly terminal?: { write(text: string): unknown } | undefined;
  /** Reports the path of the file; never the password itself, which would remain in a log. */
  printFile(file: string): void;
}

/** Processes that start at the same moment may each generate one; the last one is valid. */
const TRIES = 5;

/**
 * Makes the first company and administrator where there is none, and shows a generated password until the first login with it:
 * a new one at each start, because the one before may never have been read. It is written to the terminal, or else into
 * `DATA_DIR/first-password` (0600), which the first login removes. Returns what was made or renewed; null: neither.
 */
export async function createFirstAccess(
  ports: Pick<Ports, "config" | "reader" | "writer" | "passwords" | "clock">,
  show: Show,
): Promise<FirstAccess | null> {
  const { DATA_DIR } = ports.config;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const access = (await firstRun(ports)) ?? (await renewFirstPassword(ports));
    const password = access?.generatedPassword ?? null;
    if (access === null || password === null) {
      await removeFirstPassword(DATA_DIR);
      return access;
    }
    if (show.terminal === undefined)
      show.printFile(await writeFirstPassword(DATA_DIR, { email: access.adminEmail, password }));
    else {
      await removeFirstPassword(DATA_DIR);
      show.terminal.write(
        `Primeiro acesso: ${access.adminEmail}, senha ${password}\nTroque-a depois de entrar; até o primeiro login, cada início do programa gera outra.\n`,
      );
    }
    if (await isFirstPassword(ports, password)) return access;
  }
  return null;
}

/** For commands: shows the password on the terminal, or the path of the file. */
export const showTo = (
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  line: (text: string) => void,
): Show => ({
  terminal: stream.isTTY === true ? stream : undefined,
  printFile: (file) => line(`A senha do primeiro acesso está em ${file}, até o primeiro login`),
});
