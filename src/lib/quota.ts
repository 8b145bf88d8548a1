/** Who takes a part of something that is bounded: a person (or a program with a key of its own) of a company. */
export interface Holder {
  readonly company: number;
  readonly person: string;
}

/** How much each may hold at a time: one person, all of a company, everybody. */
export interface QuotaLimits {
  readonly person: number;
  readonly company: number;
  readonly all: number;
}

/** What stands in the way of somebody who wants more. */
export type QuotaScope = keyof QuotaLimits;

/** What one holder has taken at one place. */
export interface Reservation {
  /** Takes so much more. The bound that is in the way, and then nothing was taken; null: taken. */
  add(amount: number): QuotaScope | null;
  /** Gives back all of it. May be called again. */
  release(): void;
}

/** Something that everybody shares. */
export interface Quota {
  /** Begins a part of nothing; without a holder (a stranger) only the bound of everybody counts. */
  open(holder: Holder | null): Reservation;
  /** What is taken, by everybody. */
  readonly used: number;
}

/** Counts what is taken, so that neither a person nor a company can take it all. */
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

/** Who holds nothing is not remembered. */
function change<K>(counts: Map<K, number>, key: K, amount: number): void {
  const left = (counts.get(key) ?? 0) + amount;
  if (left > 0) counts.set(key, left);
  else counts.delete(key);
}
