import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PRIVATE } from "./owner-only.ts";

/** The file that shows a generated first password to the owner of DATA_DIR, until the first login with it. */
export const firstPasswordPath = (dataDir: string): string => join(dataDir, "first-password");

/** Writes the file (0600) in the place of an older one, whole or not at all. Gives its path. */
export async function writeFirstPassword(
  dataDir: string,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<string> {
  await mkdir(dataDir, PRIVATE);
  const path = firstPasswordPath(dataDir);
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    await writeFile(draft, `${email}\n${password}\n`, { mode: 0o600 });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  return path;
}

/** Removes the file, where there is one. Never rejects. */
export const removeFirstPassword = (dataDir: string): Promise<void> =>
  rm(firstPasswordPath(dataDir), { force: true }).catch(() => undefined);
