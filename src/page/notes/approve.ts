import { ask, newKey } from "../base/ask.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { count } from "../base/say.ts";
import type { ApprovalLine, Approvals } from "./answers.ts";

/** A POST with one key, so that it is carried out once however often it is sent. */
export const post = <T>(path: string, json?: unknown): Promise<T> =>
  ask<T>(path, { method: "POST", key: newKey(), ...(json === undefined ? {} : { json }) });

const LOST = "Esta nota já estava aprovada. O estoque não mudou de novo.";

/** Approves one note, with what a person decided about it. True: it is in stock, by this or by another person. */
export async function approveOne(key: string, corrections?: unknown): Promise<void> {
  const answer = await post<{ message: string; already_processed?: true }>(
    `/api/nfes/${key}/process`,
    corrections,
  );
  if (answer.already_processed === true) notify(LOST, { tone: "plain" });
  else notify("Nota aprovada e lançada no estoque.");
}

/** Few enough that a person sees them advance, and that one answer is not waited for long. */
const AT_ONCE = 100;

/** Approves many: `advance` gets how many are done. Gives the notes that were refused, each with its reason. */
export async function approveMany(
  keys: readonly string[],
  advance: (done: number) => void,
): Promise<readonly ApprovalLine[]> {
  let [approved, before] = [0, 0];
  const refused: ApprovalLine[] = [];
  try {
    for (let at = 0; at < keys.length; at += AT_ONCE) {
      const { summary, results } = await post<Approvals>("/api/nfes/process", {
        access_keys: keys.slice(at, at + AT_ONCE),
      });
      approved += summary.approved;
      before += summary.already_processed;
      refused.push(...results.filter(({ outcome }) => outcome === "refused"));
      advance(Math.min(at + AT_ONCE, keys.length));
    }
  } catch (fault) {
    notifyFault(fault);
  }
  const said = [
    approved > 0 && count(approved, "nota aprovada", "notas aprovadas"),
    before > 0 && `${count(before, "já estava", "já estavam")} no estoque`,
    refused.length > 0 && count(refused.length, "não foi aprovada", "não foram aprovadas"),
  ].filter((text) => text !== false);
  if (said.length > 0) notify(`${said.join(" · ")}.`, { tone: approved > 0 ? "good" : "plain" });
  return refused;
}

interface KeysPage {
  readonly data: readonly { readonly access_key: string }[];
  readonly pagination: { readonly next_cursor: string | null };
}

/** More are approved by the same button again: a walk of thousands is no work of one click. */
export const MOST_AT_ONCE = 2_000;

/** The keys of the notes of a list, at most `MOST_AT_ONCE`. */
export async function keysOf(list: string): Promise<readonly string[]> {
  const keys: string[] = [];
  let cursor: string | null = "start";
  while (cursor !== null && keys.length < MOST_AT_ONCE) {
    const page: KeysPage = await ask<KeysPage>(
      `${list}&fields=access_key&limit=100&cursor=${encodeURIComponent(cursor)}`,
    );
    keys.push(...page.data.map(({ access_key }) => access_key));
    cursor = page.pagination.next_cursor;
  }
  return keys;
}
