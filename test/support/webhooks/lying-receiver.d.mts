/** What a lying receiver does after it has read a request. `bytes`: sent at once; `afterwards`: what becomes of the connection. */
export interface Lie {
  readonly name: string;
  readonly bytes: string;
  readonly afterwards: "end" | "reset" | "stay" | "drip" | "flood";
  /** Whether the sender must take it as received: the head of its answer is 2xx. */
  readonly received: boolean;
}

export declare const LIES: readonly Lie[];

export interface LyingReceiver {
  readonly url: string;
  readonly got: readonly {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }[];
  close(): void;
}

/** `lieOf`: what is done with the n-th request (from 0); null: it is answered well. */
export declare function lyingReceiver(lieOf: (n: number) => Lie | null): Promise<LyingReceiver>;
