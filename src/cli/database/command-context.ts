import { type Config, parseConfig } from "../../config.ts";
import type { Console } from "../terminal/console.ts";

/** What the commands on the database of this machine use from outside of the program. */
export interface CommandContext extends Pick<Console, "out" | "err"> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The configuration of these commands; they sign no token, so JWT_SECRET is not required. */
export const configOf = ({ env }: Pick<CommandContext, "env">): Config =>
  parseConfig({ ...env, APP_ENV: "development" });
