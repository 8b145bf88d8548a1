import { createHmac } from "node:crypto";

/** A POST that a receiver got. */
export interface Received {
  readonly headers: Headers;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON whose shape is what they prove
  readonly event: any;
}

type Behaviour = (got: Received, count: number) => Response | Promise<Response>;

/** A server that keeps what it gets and answers as the test asks. */
export function receiver(behaviour: Behaviour = () => new Response(null, { status: 204 })) {
  const got: Received[] = [];
  let answer = behaviour;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    async fetch(request) {
      const body = await request.text();
      const one = { headers: request.headers, body, event: JSON.parse(body) };
      got.push(one);
      return answer(one, got.length);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/sge?cliente=1`,
    port: server.port ?? 0,
    got,
    ids: () => got.map(({ headers }) => headers.get("webhook-id") ?? ""),
    answers(next: Behaviour) {
      answer = next;
    },
    close: () => server.stop(true),
  };
}

/** Whether one of the signatures of a request is that of a secret, computed as the specification of Standard Webhooks says. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const right = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return (headers.get("webhook-signature") ?? "").split(" ").includes(right);
}
