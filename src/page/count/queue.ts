import { computed, effect, signal } from "@preact/signals";
import type { z } from "zod";
import type { CountLineSchema } from "../../http/views/count-view.ts";
import { fromScaled } from "../../lib/decimal.ts";
import { ask } from "../base/ask.ts";
import { isOfOtherSession } from "../base/me.ts";
import { online } from "../base/online.ts";
import { Refused, Unreachable } from "../base/problem.ts";
import { atLeaving, me, unsent } from "../base/session.ts";
import { forgetCatalogue, learn } from "./catalogue.ts";
import { type Line, removeKept } from "./database.ts";
import {
  type Batch,
  batchAnswered,
  type Changed,
  linesDecided,
  linesOf,
  nextBatch,
  removeAtLeaving,
  removeLines,
  unsentOf,
} from "./lines.ts";

/** Lines of the count that is open on this tab, by their number here. */
export const lines = signal<ReadonlyMap<number, Line>>(new Map());
/** Why the server does not take the lines of a count: by the count's id. */
export const refusals = signal<ReadonlyMap<string, unknown>>(new Map());
/** How often lines have arrived on the server, or were decided on there: what it says of a count is old then. */
export const arrived = signal(0);
/** How many lines wait, of each count of this person. */
export const waiting = signal<ReadonlyMap<string, number>>(new Map());

/** Whose lines: one person in one company. */
export const owner = computed(() =>
  me.value === null ? null : `${me.value.company.id}:${me.value.user.id}`,
);
export const mineOf = (person: string, count: string): string => `${person}|${count}`;

let shownCount = "";

/** Shows the lines of a count that this browser has. */
export async function showLines(mine: string): Promise<void> {
  shownCount = mine;
  const all = await linesOf(mine);
  if (shownCount === mine) lines.value = new Map(all.map((line) => [line.id, line]));
  await look();
}

/** Takes over what a transaction has changed. */
export function changed({ put, removed }: Changed): void {
  const next = new Map(lines.value);
  for (const id of removed) next.delete(id);
  for (const line of put) if (line.mine === shownCount) next.set(line.id, line);
  lines.value = next;
  void look();
}

/** Shows here too what was decided about lines of a count on the server: `product` null takes them out. */
export function decided(count: string, numbers: readonly number[], product: string | null): void {
  const person = owner.value;
  if (person === null) return;
  arrived.value += 1;
  linesDecided(mineOf(person, count), numbers, product).then(changed, () => undefined);
}

/** A mark for the frame: this browser has lines to send, of anybody, also when the view is not open (src/page/shell.tsx). */
const MARK = "sge.count";

function mark(unsent: readonly Line[]): void {
  if (unsent.length > 0) localStorage.setItem(MARK, "1");
  else localStorage.removeItem(MARK);
}

async function look(): Promise<void> {
  const person = owner.value;
  if (person === null) return;
  const many = new Map<string, number>();
  const all = await unsentOf("");
  for (const { count, mine } of all)
    if (mine.startsWith(`${person}|`)) many.set(count, (many.get(count) ?? 0) + 1);
  waiting.value = many;
  mark(all);
}

/** Equal codes one after the other become one line while it waits. */
const SETTLE_MS = 700;
const AGAIN_MS = 15_000;
let timer: ReturnType<typeof setTimeout> | undefined;
let sending: Promise<void> | null = null;

/** Sends what waits, in its order, soon. */
export function sendSoon(after = SETTLE_MS): void {
  clearTimeout(timer);
  timer = setTimeout(() => void sendNow(), after);
}

/** Sends what waits, in its order; a second call waits for the first. */
export function sendNow(): Promise<void> {
  sending ??= send().finally(() => {
    sending = null;
  });
  return sending;
}

async function send(): Promise<void> {
  const person = owner.value;
  if (person === null) return;
  try {
    const counts = new Set((await unsentOf(`${person}|`)).map(({ count }) => count));
    for (const count of counts) if (!refusals.value.has(count)) await sendCount(person, count);
  } catch (fault) {
    if (!(fault instanceof Unreachable) && !isPassing(fault)) throw fault;
    sendSoon(AGAIN_MS);
  } finally {
    await look();
  }
}

/** It may pass by itself: the service is busy, or another tab has chosen another company or person meanwhile. */
const isPassing = (fault: unknown): boolean =>
  fault instanceof Refused &&
  (fault.status === 429 || fault.status >= 500 || isOfOtherSession(fault.code));

async function sendCount(person: string, count: string): Promise<void> {
  try {
    // The session may belong to another person by now: nothing of the first is sent for the second.
    while (owner.value === person) {
      const batch = await nextBatch(mineOf(person, count));
      if (batch === null) return;
      await sendBatch(count, batch);
      arrived.value += 1;
    }
  } catch (fault) {
    if (fault instanceof Unreachable || isPassing(fault) || !(fault instanceof Refused))
      throw fault;
    refusals.value = new Map(refusals.value).set(count, fault);
  }
}

type Written = z.infer<typeof CountLineSchema>;

async function sendBatch(count: string, batch: Batch): Promise<void> {
  const path = `/api/counts/${encodeURIComponent(count)}/lines`;
  if (batch.lines.length > 0) {
    const json = { lines: batch.lines.map(toSend) };
    const answer = await ask<{ lines: Written[] }>(path, { method: "POST", json, key: batch.key });
    changed(await batchAnswered(batch, answer.lines));
    for (const { product_code } of answer.lines)
      if (product_code !== null) await learn(product_code).catch(() => undefined);
  }
  for (const line of batch.undo) {
    await ask(`${path}/${line.line}`, { method: "DELETE" }).catch((fault) => {
      if (!(fault instanceof Refused && fault.code === "count.line_not_found")) throw fault;
    });
    changed(await removeLines([line.id]));
  }
}

const toSend = (line: Line) => ({
  ...(line.code === null ? { barcode: line.barcode } : { product_code: line.code }),
  quantity: fromScaled(line.quantity_e4, 4),
  device: line.device,
  counted_at: line.at,
});

/** Tries again what the server has refused. */
export function sendRefused(count: string): void {
  const rest = new Map(refusals.value);
  rest.delete(count);
  refusals.value = rest;
  sendSoon(0);
}

/** Gives up the lines of a count that the server refuses. */
export async function giveUp(mine: string, count: string): Promise<void> {
  changed(await removeLines((await unsentOf(mine)).map(({ id }) => id)));
  sendRefused(count);
}

unsent.add(async () => {
  await look();
  const many = [...waiting.value.values()].reduce((sum, one) => sum + one, 0);
  if (many === 0) return null;
  return many === 1
    ? "1 registro de contagem ainda não foi enviado. Ligue a internet e espere o envio, ou saia e perca o que ele contou."
    : `${many} registros de contagem ainda não foram enviados. Ligue a internet e espere o envio, ou saia e perca o que eles contaram.`;
});
atLeaving.add(async (why) => {
  lines.value = new Map();
  waiting.value = new Map();
  forgetCatalogue();
  // Another company: what was counted in the first one is sent when the person is back there.
  await removeKept();
  if (why === "left") await removeAtLeaving(owner.value ?? "");
  mark(await unsentOf(""));
});
effect(() => {
  if (owner.value !== null && online.value) sendSoon();
});
