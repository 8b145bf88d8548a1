/** The holder of a share of a quota: a user (or an API key) of a company. */
export interface Holder {
  readonly company: number;
  readonly person: string;
}

/** How much may be in use at a time: by one holder, by a company, by all. */
export interface QuotaLimits {
  readonly person: number;
  readonly company: number;
  readonly all: number;
}

/** The limit that refuses more. */
export type QuotaScope = keyof QuotaLimits;

/** What one request has reserved. */
export interface Reservation {
  /** Reserves so much more. Gives the limit that refuses it, and then nothing is reserved; null: reserved. */
  add(amount: number): QuotaScope | null;
  /** Releases all of it. Idempotent. */
  release(): void;
}

/** A bounded amount that all requests share. */
export interface Quota {
  /** Opens an empty reservation; without a holder (not authenticated) only the limit of all counts. */
  open(holder: Holder | null): Reservation;
  /** What is reserved in all. */
  readonly used: number;
}

/** Makes a quota that neither one holder nor one company can use up. */
export function quota(bounds: QuotaLimits): Quota {
  let taken = 0;
  const people = new Map<string, number>();
  const companies = new Map<number, number>();

  const bound = (holder: Holder | null, amount: number): QuotaScope | null => {
    if (taken + amount > bounds.all) return "all";
    if (holder === null) return null;
    if ((companies.get(holder.company) ?? 0) + amount > bounds.company) return "company";
    return (people.get(holder.person) ?? 0) + amount > bounds.person ? "person" : null;
  };

  const count = (holder: Holder | null, amount: number) => {
    taken += amount;
    if (holder === null) return;
    change(companies, holder.company, amount);
    change(people, holder.person, amount);
  };

  return {
    open(holder) {
      let held = 0;
      return {
        add(amount) {
          const full = bound(holder, amount);
          if (full !== null) return full;
          held += amount;
          count(holder, amount);
          return null;
        },
        release() {
          count(holder, -held);
          held = 0;
        },
      };
    },
    get used() {
      return taken;
    },
  };
}

/** A holder of nothing has no entry. */
function change<K>(counts: Map<K, number>, key: K, amount: number): void {
  const left = (counts.get(key) ?? 0) + amount;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
