/**
 * Makes documents of one access key run in the order sent: each calls `begin` with its keys, which waits until all documents
 * before it have begun and those with one of its keys have ended.
 */
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
