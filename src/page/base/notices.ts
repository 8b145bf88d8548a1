import { signal } from "@preact/signals";
import { Refused, sentenceOfFault, wasAborted } from "./problem.ts";

/** A sentence that is shown for some seconds. */
export interface Notice {
  readonly id: number;
  readonly tone: "good" | "bad" | "plain";
  readonly text: string;
  /** For who helps: the request of a refusal. */
  readonly requestId: string | null;
  readonly at: number;
  /** The opposite, where there is one. */
  readonly undo?: () => void;
  /** What it is about, such as the key of a note: the next one about the same takes its place. */
  readonly about?: string;
}

const GOOD_MS = 6_000;
const BAD_MS = 12_000;
const AFTER_DIALOG_MS = 3_000;
const MOST_KEPT = 30;

/** What is shown now, the newest first. */
export const shown = signal<readonly Notice[]>([]);
/** Errors of this tab, the newest first. */
export const pastErrors = signal<readonly Notice[]>([]);

let last = 0;

/** Shows a sentence: 6 seconds, an error 12. Errors stay in the list of the frame. */
export function notify(
  text: string,
  more: Partial<Pick<Notice, "tone" | "undo" | "about" | "requestId">> = {},
): void {
  last += 1;
  const notice: Notice = {
    tone: "good",
    requestId: null,
    ...more,
    id: last,
    text,
    at: Date.now(),
  };
  const others = shown.value.filter(({ about }) => about === undefined || about !== more.about);
  shown.value = [notice, ...others].slice(0, 3);
  const isBad = notice.tone === "bad";
  if (isBad) pastErrors.value = [notice, ...pastErrors.value].slice(0, MOST_KEPT);
  // Below an open dialog it cannot be read, nor can Desfazer be pressed.
  const end = () => {
    if (document.querySelector("dialog[open]") === null) dismiss(notice.id);
    else setTimeout(end, AFTER_DIALOG_MS);
  };
  setTimeout(end, isBad ? BAD_MS : GOOD_MS);
}

/** Shows why something failed, in the API's own sentence. What was only aborted is not shown. */
export function notifyFault(fault: unknown): void {
  if (wasAborted(fault)) return;
  const requestId = fault instanceof Refused ? fault.requestId : null;
  notify(sentenceOfFault(fault), { tone: "bad", requestId });
}

export function dismiss(id: number): void {
  shown.value = shown.value.filter((one) => one.id !== id);
}
