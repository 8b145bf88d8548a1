import type { Ports } from "../../../src/ports/ports.ts";
import type { WriteJob } from "../../../src/ports/sql.ts";
import type { Random } from "../../../src/synthetic/random.ts";
import { type Answer, answerOf } from "../app.ts";
import { app, type Sent, type World } from "./world.ts";

/** Where the network or the process ends for one sending. */
const CUTS = ["never", "before", "leaves", "answer", "dies before", "dies after"] as const;
type Cut = (typeof CUTS)[number];

/** A POST of a company, with its key. */
export interface Keyed {
  readonly world: World;
  readonly sent: Sent;
  readonly key: string;
}

/** The ports of a process that ends at its first commit: before it is written, or right after it. Nothing is written later. */
function dying(ports: Ports, cut: Cut): Ports {
  let dead = false;
  const commit = async <T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> => {
    if (!dead && cut === "dies after") {
      dead = true;
      await ports.writer.commit(job, signal);
    }
    dead = true;
    throw new Error("the process has ended");
  };
  return { ...ports, writer: { commit } };
}

/** Sends once; null: the client has got no answer. */
export async function sendOnce(
  { world, sent, key }: Keyed,
  cut: Cut = "never",
): Promise<Answer | null> {
  if (cut === "before") return null;
  const leaving = new AbortController();
  const { path, body, type, token = world.token, headers = {} } = sent;
  const request = new Request(`http://localhost${path}`, {
    method: "POST",
    headers: {
      "idempotency-key": key,
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(type === undefined ? {} : { "content-type": type }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    signal: leaving.signal,
  });
  const real = world.service.ports;
  const ports = cut.startsWith("dies") ? dying(real, cut) : real;
  const answering = Promise.resolve(app.request(request, undefined, { ports }));
  if (cut === "leaves") {
    await Promise.resolve();
    leaving.abort();
  }
  const answer = await answerOf(await answering);
  return cut === "never" ? answer : null;
}

/** Repeats a POST until it has an answer that is no fault, limit, or "in progress". Cut at random up to 4 times, or never. */
export async function sendUntilAnswered(keyed: Keyed, random: Random | null): Promise<Answer> {
  for (let n = 0; n < 60; n++) {
    const cut = random !== null && n < 4 ? CUTS[random.below(CUTS.length)] : "never";
    const answer = await sendOnce(keyed, cut);
    if (answer === null) continue;
    if (answer.body?.code === "idempotency.in_progress")
      keyed.world.service.ports.clock.advance(5_000);
    else if (answer.status < 499 && answer.status !== 429) return answer;
    await Bun.sleep(1);
  }
  throw new Error(`${keyed.sent.path} was never answered`);
}
