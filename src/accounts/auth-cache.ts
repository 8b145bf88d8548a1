import { LRUCache } from "lru-cache";
import type { Ports } from "../ports/ports.ts";
import type { Reader } from "../ports/sql.ts";
import type { Actor } from "./actor.ts";
import type { Settings } from "./company.ts";
import type { Claims } from "./token.ts";

/** A token whose signature was verified, and its user at a version of the company's accounts. */
export interface CachedToken {
  readonly claims: Claims;
  readonly actor: Actor;
  readonly accountsVersion: number;
}

/** An API key of the database, and its user at a version of the company's accounts. */
export interface CachedKey {
  readonly actor: Actor;
  /** Milliseconds UTC. */
  readonly expiresAt: number | null;
  readonly accountsVersion: number;
}

/** The settings, read at a version of the cache tag `settings`. */
export interface CachedSettings {
  readonly settings: Settings;
  readonly seen: number;
}

interface AuthCache {
  readonly secret: string;
  readonly tokens: LRUCache<string, CachedToken>;
  readonly keys: LRUCache<string, CachedKey>;
  /** When the use of a key (company and id) was last saved. */
  readonly uses: LRUCache<string, number>;
  readonly settings: LRUCache<number, CachedSettings>;
}

const caches = new WeakMap<Reader, AuthCache>();

/**
 * The cache of one database: at most 10,000 tokens, 10,000 keys and 1,000 companies. It lives as long as its reader; a new
 * secret begins a new cache.
 * Throws when there is no secret: the entry point makes one or refuses to start, there is no default.
 */
export function authCache(ports: Pick<Ports, "config" | "reader">): AuthCache {
  const secret = ports.config.JWT_SECRET;
  if (secret === undefined) throw new Error("no JWT_SECRET: the door must give one");
  const known = caches.get(ports.reader);
  if (known?.secret === secret) return known;
  const fresh: AuthCache = {
    secret,
    tokens: new LRUCache({ max: 10_000 }),
    keys: new LRUCache({ max: 10_000 }),
    uses: new LRUCache({ max: 10_000 }),
    settings: new LRUCache({ max: 1_000 }),
  };
  caches.set(ports.reader, fresh);
  return fresh;
}
