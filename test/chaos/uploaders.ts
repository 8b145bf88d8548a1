import pMap from "p-map";
import { NoteStream } from "../../src/synthetic/note-stream.ts";

/** What was sent and not yet acknowledged, and what was. */
export interface Sent {
  readonly acknowledged: Set<string>;
  /** Sent, and the answer never came: it may be there or not. */
  readonly doubtful: Map<string, string>;
  /** Answers that are neither an acknowledgement nor the service's own "not now". */
  readonly strange: string[];
}

type Way = (xml: string, key: string) => Promise<Response | null>;

/**
 * `count` clients that upload and approve notes for as long as they are let, one way or the other (in one request, in two,
 * in a batch), wherever the service is at the moment. One whose connection falls goes on with another note.
 */
export function uploaders(count: number, where: () => Promise<{ url: string; token: string }>) {
  const notes = new NoteStream({ items: 5, products: 200, seed: 23 });
  const sent: Sent = { acknowledged: new Set(), doubtful: new Map(), strange: [] };
  const waiting = new Map<number, () => void>();
  let going = true;

  async function post(path: string, body: string | FormData): Promise<Response | null> {
    const { url, token } = await where();
    const headers = {
      authorization: `Bearer ${token}`,
      ...(typeof body === "string" ? { "content-type": "application/xml" } : {}),
    };
    return fetch(`${url}${path}`, { method: "POST", body, headers }).catch(() => null);
  }

  const WAYS = [
    (xml: string) => post("/api/nfe/upload?approve=true", xml),
    async (xml: string, key: string) => {
      const registered = await post("/api/nfe/upload", xml);
      return registered?.ok === true ? post(`/api/nfes/${key}/process`, "{}") : registered;
    },
    (xml: string) => {
      const form = new FormData();
      form.append("files", new File([xml], "nota.xml"));
      return post("/api/nfe/batch?approve=true", form);
    },
  ] as const;
  const approve = (_: string, key: string) => post(`/api/nfes/${key}/process`, "{}");

  async function send(key: string, xml: string, way: Way): Promise<void> {
    sent.doubtful.set(key, xml);
    const answer = await way(xml, key);
    const text = await answer?.text().catch(() => null);
    if (answer == null || text == null || [502, 503, 504].includes(answer.status)) return;
    if (answer.status !== 200 || /"outcome":"rejected"/.test(text))
      return void sent.strange.push(`${answer.status} ${text.slice(0, 200)}`);
    sent.acknowledged.add(key);
    sent.doubtful.delete(key);
    for (const [count, tell] of waiting) if (sent.acknowledged.size >= count) tell();
  }

  const loops = Array.from({ length: count }, async (_, client) => {
    for (let n = client; going; n += 1) {
      const { accessKey, xml } = notes.next();
      await send(accessKey, xml, WAYS[n % WAYS.length] ?? WAYS[0]);
    }
  });
  return {
    sent,
    /** Resolves when so many notes are acknowledged. */
    reached: (count: number) => new Promise<void>((resolve) => waiting.set(count, resolve)),
    /** Sends again what is in doubt: each must now be taken, or known and then approved. */
    async settle() {
      const again = async ([key, xml]: [string, string]) => {
        const answer = await post("/api/nfe/upload", xml);
        if (answer?.status === 409 || answer?.status === 200) await send(key, xml, approve);
        else sent.strange.push(`${answer?.status}`);
      };
      await pMap([...sent.doubtful], again, { concurrency: 16 });
    },
    /** Ends the clients when what each has in work is answered, or has failed. */
    async stop() {
      going = false;
      await Promise.all(loops);
    },
  };
}
