import { join } from "node:path";
import { plugin } from "bun";

const PATH = join(import.meta.dir, "../src/platform/bun/database/database.ts");
const strict = await Bun.file(PATH).text();
const contents = strict.replace("synchronous = FULL;", "synchronous = NORMAL;");
if (contents === strict) throw new Error(`${PATH} no longer says synchronous = FULL`);

/**
 * Preloaded into the service, it makes every commit `synchronous = NORMAL`. So the cost of surviving a loss of power is measured
 * without a setting that could turn it off in production.
 */
plugin({
  name: "relaxed",
  setup(build) {
    build.onLoad({ filter: /\/src\/platform\/bun\/database\/database\.ts$/ }, () => ({
      contents,
      loader: "ts",
    }));
  },
});
