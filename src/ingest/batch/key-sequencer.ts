/** Keeps documents under one key in the order sent: each begins when all before it have, and waits for its keys' last. */
export class KeySequencer {
  #begun: Promise<void>[] = [];
  #last = new Map<string, Promise<void>>();

  enter(i: number) {
    const began = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const before = this.#begun[i - 1];
    this.#begun[i] = began.promise;
    const last = this.#last;
    return {
      async begin(keys: readonly string[]) {
        await before;
        const waits = keys.map((key) => last.get(key));
        for (const key of keys) last.set(key, ended.promise);
        began.resolve();
        await Promise.all(waits);
      },
      end() {
        began.resolve();
        ended.resolve();
      },
    };
  }
}
