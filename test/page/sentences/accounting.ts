import type { Sentence } from "../browser.ts";
import { exportSentences } from "./exports.ts";
import { mappingSentences } from "./mapping.ts";

/** What a manager and an accountant do: De-para and Exportações. */
export const accountingSentences: readonly Sentence[] = [...mappingSentences, ...exportSentences];
