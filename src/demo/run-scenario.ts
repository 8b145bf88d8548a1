import { z } from "zod";
import { RequestRefused, readAs, type Service } from "../cli/service/service-client.ts";
import type { Scenario, Upload } from "./scenario.ts";

/** The result of one document. */
export interface Outcome {
  readonly file: string;
  readonly what: string;
  /** `event`: accepted, but it is an event and not a note. */
  readonly result: "approved" | "held" | "refused" | "event";
  readonly direction: string | null;
  /** Codes of the holds, or of the refusal. */
  readonly codes: readonly string[];
  /** Messages of the holds, or of the refusal (Portuguese). */
  readonly why: string;
}

/** The results of all documents. Times in milliseconds. */
export interface DemoResult {
  readonly outcomes: readonly Outcome[];
  /** How many notes were registered and approved, and how long both took. */
  readonly registered: number;
  readonly registeringMs: number;
  readonly approved: number;
  readonly approvingMs: number;
}

/** Requests at a time. */
const CONCURRENCY = 4;

const Holds = z.array(z.object({ code: z.string(), message: z.string() }));
const Receipt = z.union([
  z.object({ access_key: z.string(), direction: z.string() }),
  z.object({ message: z.string(), event: z.object({ effect: z.string() }) }),
]);
const Batch = z.object({
  results: z.array(
    z.object({
      file: z.string(),
      outcome: z.string(),
      access_key: z.string().optional(),
      direction: z.string().optional(),
      message: z.string().optional(),
    }),
  ),
});
const Detail = z.object({ holds: Holds });

/** A note that was registered and waits for its approval. */
export interface Waiting {
  readonly sent: Pick<Upload, "file" | "what" | "factors">;
  readonly accessKey: string;
  readonly direction: string;
}

/**
 * Sends the scenario, approves every note that may be approved, and returns the result of each
 * document. Throws when the service fails.
 */
export async function runScenario(service: Service, scenario: Scenario): Promise<DemoResult> {
  const waiting: Waiting[] = [];
  const ended: Outcome[] = [];
  const send = async (sent: Upload) => {
    const got = await refusedOrWaiting(service, sent);
    if ("accessKey" in got) waiting.push(got);
    else ended.push(got);
  };
  const started = performance.now();
  await runConcurrently(scenario.purchases, CONCURRENCY, send);
  waiting.push(...(await uploadZip(service, scenario.zip)));
  // The rest in order: an event after its note, a duplicate after its original.
  await runConcurrently(scenario.special, 1, send);
  const registered = performance.now();
  await runConcurrently(scenario.bad, 1, send);

  const order = [...scenario.purchases, ...scenario.special].map(({ file }) => file);
  const place = ({ sent: { file } }: Waiting) =>
    order.includes(file) ? order.indexOf(file) : scenario.purchases.length - 0.5;
  waiting.sort((a, b) => place(a) - place(b));
  const withFactors = waiting.filter(({ sent }) => (sent.factors?.length ?? 0) > 0);
  const rest = waiting.filter(({ sent }) => (sent.factors?.length ?? 0) === 0);
  const decided = new Map<Waiting, Outcome>();
  const decide = async (one: Waiting) => void decided.set(one, await approve(service, one));
  const approving = performance.now();
  // Factors come first: later notes of the same supplier use them.
  await runConcurrently(withFactors, 1, decide);
  await runConcurrently(rest, CONCURRENCY, decide);
  const done = performance.now();
  const outcomes = waiting.flatMap((one) => decided.get(one) ?? []);
  return {
    outcomes: [...outcomes, ...ended],
    registered: waiting.length,
    registeringMs: registered - started,
    approved: outcomes.filter(({ result }) => result === "approved").length,
    approvingMs: done - approving,
  };
}

/** Runs `work` on every element, at most `atOnce` at a time, started in order. */
async function runConcurrently<T>(
  all: readonly T[],
  atOnce: number,
  work: (one: T) => Promise<void>,
) {
  const left = [...all];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const refused = (
  { file, what }: Upload,
  { code, message }: { code: string; message: string },
): Outcome => ({
  file,
  what,
  result: "refused",
  direction: null,
  codes: [code],
  why: message,
});

/** Sends one document: it waits for its approval, or this was all. */
export async function refusedOrWaiting(service: Service, sent: Upload): Promise<Waiting | Outcome> {
  const form = new FormData();
  form.append("file", new File([sent.bytes], sent.file));
  try {
    const answer = await service.ask("/api/nfe/upload", { method: "POST", body: form });
    const receipt = await readAs(Receipt, answer);
    if ("access_key" in receipt)
      return { sent, accessKey: receipt.access_key, direction: receipt.direction };
    const { file, what } = sent;
    return { file, what, result: "event", direction: null, codes: [], why: receipt.message };
  } catch (error) {
    if (error instanceof RequestRefused) return refused(sent, error);
    throw error;
  }
}

async function uploadZip(service: Service, zip: Scenario["zip"]): Promise<Waiting[]> {
  const answer = await service.ask("/api/nfe/batch", {
    method: "POST",
    headers: { "content-type": "application/zip" },
    body: zip.bytes,
  });
  const { results } = await readAs(Batch, answer);
  return results.map(({ file, access_key, direction, message }) => {
    if (access_key === undefined || direction === undefined)
      throw new Error(`${zip.file}, ${file}: ${message ?? "recusado"}`);
    return { sent: { file, what: zip.what }, accessKey: access_key, direction };
  });
}

/** Approves a note; a held one stays as it is, with its reasons in the outcome. */
export async function approve(
  service: Service,
  { sent, accessKey, direction }: Waiting,
): Promise<Outcome> {
  const { file, what, factors = [] } = sent;
  const path = `/api/nfes/${accessKey}`;
  try {
    await service.ask(`${path}/process`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(factors.length === 0 ? {} : { items: factors }),
    });
    return { file, what, result: "approved", direction, codes: [], why: "" };
  } catch (error) {
    // A cancelled note is final, and has its hold.
    if (!(error instanceof RequestRefused) || !["nfe.held", "nfe.final"].includes(error.code))
      throw error;
    const { holds } = await readAs(Detail, await service.ask(path));
    return {
      file,
      what,
      result: "held",
      direction,
      codes: holds.map(({ code }) => code),
      why: holds.map(({ message }) => message).join(" "),
    };
  }
}
