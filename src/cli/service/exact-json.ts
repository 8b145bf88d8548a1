import type { ClientResponse } from "hono/client";
import type { SuccessStatusCode } from "hono/utils/http-status";
import { trusted } from "../../lib/cast.ts";

/** The `default` of a route: its type has every status. */
interface Problem {
  type: string;
  title: string;
  detail: string;
  request_id: string | null;
}

type SuccessBody<R> =
  R extends ClientResponse<infer Body, infer Status, string>
    ? Status extends SuccessStatusCode
      ? Exclude<Body, Problem>
      : never
    : never;

/** The types of the library do not know the source that a reviver gets (ECMAScript 2026). */
const exactly = trusted<{
  parse(
    text: string,
    revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}>(JSON);

/**
 * The value of a JSON text. A number that a double does not write as it was sent (`12345678901234567.25`, `1.50`) is a
 * `JSON.rawJSON` object with its digits, so that `JSON.stringify` writes the text again. Throws a SyntaxError.
 */
export const exactJson = (text: string): unknown =>
  exactly.parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined && JSON.stringify(value) !== source
      ? exactly.rawJSON(source)
      : value,
  );

/** The body of a success of the typed client, with exact numbers; null where it is empty. The service throws on any other status. */
export async function bodyOf<R extends ClientResponse<unknown>>(
  asked: Promise<R>,
): Promise<SuccessBody<R>> {
  const text = await (await asked).text();
  try {
    // The client's types are those of the app's routes; test/http checks every answer against them.
    return trusted<SuccessBody<R>>(text === "" ? null : exactJson(text));
  } catch {
    throw new Error("O serviço deu uma resposta inesperada");
  }
}
