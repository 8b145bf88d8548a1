import type { InStatement } from "@libsql/client";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure, Reader } from "../ports.ts";
import { reading } from "../resilience/policies.ts";
import { isWeather } from "../resilience/weather.ts";
import { type Answered, rowsOf } from "./rows.ts";

/**
 * Ports.Reader over the client that reads. A local call is synchronous and cannot be cut, so the signal is looked at before it.
 * Fails with PlatformFailure `overloaded` when the weather outlasts the retries.
 */
export function clientReader(client: {
  execute(statement: InStatement): Promise<Answered>;
}): Reader {
  return {
    async rows({ sql, args }, signal) {
      try {
        const result = await reading.execute(() => {
          signal?.throwIfAborted();
          return client.execute({ sql, args: [...args] });
        }, signal);
        return rowsOf(result);
      } catch (error) {
        if (!isWeather(error)) throw error;
        throw new Failed<PlatformFailure>(
          { code: "overloaded", what: "reader", retryAfterS: 1 },
          { cause: error },
        );
      }
    },
  };
}
