import { askFile } from "./ask.ts";

const KEPT_MS = 60_000;

/** Downloads a file of the API and gives it to the browser, which keeps it under the API's own name. Throws as `ask` does: nothing is kept then. */
export async function save(path: string, signal?: AbortSignal): Promise<void> {
  const { blob, name } = await askFile(path, signal === undefined ? {} : { signal });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
