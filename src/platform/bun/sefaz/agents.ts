import { createHash } from "node:crypto";
import { Agent } from "node:https";
import { createSecureContext, type SecureContext } from "node:tls";
import type { OpenCertificate, SefazAddress } from "../../../ports/sefaz.ts";
import type { Trust } from "./trust.ts";

/** Certificates with open connections, at most; a company's calls come one after another. */
const MOST_AGENTS = 32;
const SOCKETS = { maxSockets: 2, maxFreeSockets: 1, maxTotalSockets: 4 } as const;

/** Our PFX does not open. */
export class UnreadablePfx extends Error {}

interface Pooled {
  readonly agent: Agent;
  calls: number;
  idle: ReturnType<typeof setTimeout> | undefined;
}

/**
 * One agent for each certificate, so that no connection of one holder is used for another's call. An agent is closed after
 * `idleMs` without a call: a server that closes first would cut a call that has just begun.
 */
export class Agents {
  readonly #pool = new Map<string, Pooled>();

  constructor(
    private readonly trust: Trust,
    private readonly idleMs: number,
  ) {}

  /** Open agents. */
  get size(): number {
    return this.#pool.size;
  }

  /** Runs a call with the certificate's agent. Throws UnreadablePfx before it where the PFX does not open with its password. */
  async use<T>(
    certificate: OpenCertificate,
    maxTls: SefazAddress["maxTls"],
    call: (agent: Agent) => Promise<T>,
  ): Promise<T> {
    const key = keyOf(certificate, maxTls);
    const pooled = this.#pool.get(key) ?? this.#open(key, certificate, maxTls);
    clearTimeout(pooled.idle);
    pooled.calls += 1;
    try {
      return await call(pooled.agent);
    } finally {
      pooled.calls -= 1;
      if (pooled.calls === 0) {
        pooled.idle = setTimeout(() => this.#close(key, pooled), this.idleMs);
        pooled.idle.unref();
      }
    }
  }

  #open(key: string, { pfx, passphrase }: OpenCertificate, maxTls: SefazAddress["maxTls"]): Pooled {
    const agent = new Agent({
      ...SOCKETS,
      keepAlive: true,
      secureContext: this.#context(pfx, passphrase, maxTls),
      checkServerIdentity: this.trust.check,
    });
    for (const [other, one] of this.#pool) {
      if (this.#pool.size < MOST_AGENTS) break;
      if (one.calls === 0) this.#close(other, one);
    }
    const pooled: Pooled = { agent, calls: 0, idle: undefined };
    this.#pool.set(key, pooled);
    return pooled;
  }

  /** Made once for all connections of a certificate: to read the roots takes 30 ms. */
  #context(pfx: Uint8Array, passphrase: string, maxTls: SefazAddress["maxTls"]): SecureContext {
    try {
      return createSecureContext({
        pfx: Buffer.from(pfx),
        passphrase,
        ca: this.trust.ca,
        ...(maxTls === null ? {} : { maxVersion: maxTls }),
      });
    } catch (cause) {
      throw new UnreadablePfx("PFX", { cause });
    }
  }

  #close(key: string, { agent, idle }: Pooled): void {
    clearTimeout(idle);
    this.#pool.delete(key);
    agent.destroy();
  }
}

const keyOf = ({ pfx, passphrase }: OpenCertificate, maxTls: string | null): string =>
  createHash("sha256").update(`${maxTls}\0${passphrase}\0`).update(pfx).digest("base64");
