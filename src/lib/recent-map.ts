/** What bounds a RecentMap beside the number of its entries. */
export interface RecentMapLimits<K, V> {
  /** The sum of all sizes, in the unit of `of`; an entry that is larger alone is not kept. */
  readonly size?: { readonly most: number; of(value: V, key: K): number };
  /** How long an entry is kept after it was set, ms. */
  readonly kept?: { readonly ms: number; now(): number };
}

interface Entry<V> {
  readonly value: V;
  readonly size: number;
  readonly until: number;
}

/**
 * A map of the most recently used entries: over a limit the one goes that was not asked for and not set for the longest time.
 * It has no timer; an entry whose time is over goes when it is asked for, or as the oldest. The package
 * lru-cache does more, and is 5 KiB of the Worker's bundle.
 */
export class RecentMap<K, V extends {}> {
  /** In the order of their last use. */
  readonly #entries = new Map<K, Entry<V>>();
  readonly #most: number;
  readonly #limits: RecentMapLimits<K, V>;
  #sum = 0;

  constructor(most: number, limits: RecentMapLimits<K, V> = {}) {
    this.#most = most;
    this.#limits = limits;
  }

  /** How many entries it has. */
  get size(): number {
    return this.#entries.size;
  }

  /** The sum of their sizes, as the limit counts them. */
  get sum(): number {
    return this.#sum;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const { kept } = this.#limits;
    if (kept !== undefined && kept.now() > entry.until) {
      this.delete(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const { size: bound, kept } = this.#limits;
    const size = bound?.of(value, key) ?? 0;
    if (bound !== undefined && size > bound.most) return;
    const until = kept === undefined ? 0 : kept.now() + kept.ms;
    this.#entries.set(key, { value, size, until });
    this.#sum += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most && this.#sum <= (bound?.most ?? 0)) return;
      this.delete(oldest);
    }
  }

  delete(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#sum -= entry.size;
    this.#entries.delete(key);
  }
}
