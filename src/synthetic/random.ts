/**
 * A pseudo-random number generator (mulberry32): the same seed gives the same numbers.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed ^ 0x9e3779b9) >>> 0;
  }

  /** 0 ≤ n < `bound`. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  }

  /** `from` ≤ n ≤ `to`. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** `length` decimal digits. */
  digits(length: number): string {
    return Array.from({ length }, () => this.below(10)).join("");
  }

  /** `length` bytes as base64. */
  base64(length: number): string {
    // Not `toBase64`: Node, in which the tests of the edge run, has none.
    let text = "";
    for (let n = 0; n < length; n += 1) text += String.fromCharCode(this.below(256));
    return btoa(text);
  }
}
