import type { Outgoing, OutgoingPost } from "../../src/ports/outgoing.ts";
import { type Contract, claim, rejection, same } from "./claims.ts";

/** The port, and a receiver that answers by the path: test/support/webhooks/contract-receiver.mjs. */
export interface OpenOutgoing {
  outgoing(rules: { readonly allowPrivate: boolean }): Outgoing;
  /** `http://127.0.0.1:port`. */
  readonly receiver: string;
}

const to = (url: string, timeoutMs = 5_000): OutgoingPost => ({
  url,
  headers: { "content-type": "application/json", "webhook-id": "e1" },
  body: '{"ção":1}',
  timeoutMs,
});

/** Ports.Outgoing, for every implementation. */
export const outgoingContract: Contract<() => OpenOutgoing> = [
  {
    name: "the body and the headers arrive as they were given, and the status comes back",
    async run(open) {
      const { outgoing, receiver } = open();
      const { post } = outgoing({ allowPrivate: true });
      // The receiver answers 299 when it got exactly this.
      same(await post(to(`${receiver}/exact?a=b`)), { status: 299, retryAfterS: null });
    },
  },
  {
    name: "a redirect is no success, and is not followed",
    async run(open) {
      const { outgoing, receiver } = open();
      const answer = await outgoing({ allowPrivate: true }).post(to(`${receiver}/redirect`));
      claim("fault" in answer || answer.status >= 300, "the redirect was followed");
    },
  },
  {
    name: "Retry-After is given where it is a number of seconds",
    async run(open) {
      const { outgoing, receiver } = open();
      const { post } = outgoing({ allowPrivate: true });
      same(await post(to(`${receiver}/later`)), { status: 503, retryAfterS: 120 });
    },
  },
  {
    name: "an answer whose body never ends does not delay its status",
    async run(open) {
      const { outgoing, receiver } = open();
      const { post } = outgoing({ allowPrivate: true });
      same(await post(to(`${receiver}/endless`)), { status: 200, retryAfterS: null });
    },
  },
  {
    name: "a receiver that does not answer in time is a timeout",
    async run(open) {
      const { outgoing, receiver } = open();
      const { post } = outgoing({ allowPrivate: true });
      same(await post(to(`${receiver}/silent`, 300)), { fault: "timeout" });
    },
  },
  {
    // Cloudflare answers for a server that it cannot reach, with a status from 520.
    name: "a server that is not there is no success",
    async run(open) {
      const { outgoing } = open();
      const answer = await outgoing({ allowPrivate: true }).post(to("http://127.0.0.1:9/"));
      claim("fault" in answer || answer.status >= 500, "a success");
    },
  },
  {
    name: "addresses, internal names and plain http are refused unless they are allowed",
    async run(open) {
      const { outgoing, receiver } = open();
      const { post } = outgoing({ allowPrivate: false });
      for (const url of [
        receiver,
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://metadata.google.internal/",
      ])
        same(await post(to(url)), { fault: "url_refused" });
    },
  },
  {
    name: "a caller that gives up gets its reason",
    async run(open) {
      const { outgoing, receiver } = open();
      const gone = new AbortController();
      const answer = outgoing({ allowPrivate: true }).post(to(`${receiver}/silent`), gone.signal);
      gone.abort(new Error("over"));
      claim((await rejection(answer)) instanceof Error, "no error");
    },
  },
];
