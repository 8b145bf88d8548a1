import type { Console } from "../terminal/console.ts";
import { type ParsedArgs, textOf } from "../terminal/parsed-args.ts";
import { connect, type Environment, type Purpose } from "./connect.ts";
import type { Service } from "./service-client.ts";

/** Everything outside of the program that the commands use. */
export interface Terminal extends Console, Environment {}

/** Opens the service that the command line names, for `use`, and closes it. Fails as `connect` does. */
export async function withConnection<T>(
  terminal: Terminal,
  given: ParsedArgs,
  purpose: Purpose,
  use: (service: Service) => Promise<T>,
): Promise<T> {
  const { url, email, company } = given;
  const where = { url: textOf(url), email: textOf(email), company: textOf(company) };
  const service = await connect(where, terminal, purpose);
  try {
    return await use(service);
  } finally {
    await service.close();
  }
}
