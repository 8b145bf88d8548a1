import { UsageError } from "../terminal/parsed-args.ts";

/** Most access keys of one command. */
export const MOST_KEYS = 10_000;

/** The number of a job, as the API makes it. */
export const isJobId = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);

/** An access key in any form that a DANFE prints, as 44 characters. Fails with a UsageError of the command. */
export function noteKey(command: string, text: string): string {
  const key = text
    .replace(/^NFe/i, "")
    .replace(/[\s.-]/g, "")
    .toUpperCase();
  if (!/^[0-9A-Z]{44}$/.test(key))
    throw new UsageError(
      command,
      `Não é uma chave de acesso de 44 caracteres: ${text.slice(0, 80)}`,
    );
  return key;
}

/** Access keys, each once; `-` stands for those of the standard input, which has them between blanks. */
export async function noteKeys(
  command: string,
  named: readonly string[],
  input: (most: number) => Promise<string>,
): Promise<string[]> {
  const keys = new Set<string>();
  for (const name of named)
    if (name === "-") {
      for (const word of (await input(MOST_KEYS * 64)).split(/\s+/))
        if (word !== "") keys.add(noteKey(command, word));
    } else keys.add(noteKey(command, name));
  if (keys.size > MOST_KEYS)
    throw new UsageError(command, `No máximo ${MOST_KEYS} chaves de cada vez`);
  return [...keys];
}
