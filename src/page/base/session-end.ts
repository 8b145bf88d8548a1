import { signal } from "@preact/signals";

/** The session has ended: the dialog over the page is open, and requests wait. */
export const sessionEnded = signal(false);

let again: PromiseWithResolvers<void> | null = null;

/** Opens the dialog; resolves when the person has entered again. Rejects with the signal's reason when it is aborted before. */
export function signedInAgain(stop?: AbortSignal): Promise<void> {
  again ??= Promise.withResolvers();
  sessionEnded.value = true;
  const entered = again.promise;
  if (stop === undefined) return entered;
  return new Promise((resolve, reject) => {
    stop.addEventListener("abort", () => reject(stop.reason));
    entered.then(resolve, reject);
  });
}

/** Closes the dialog, and sends the requests that wait. */
export function resumeSession(): void {
  sessionEnded.value = false;
  again?.resolve();
  again = null;
}
