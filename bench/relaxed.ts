import { plugin } from "bun";

/**
 * Preloaded into the service, it makes every commit `synchronous = NORMAL`. So the cost of surviving a loss of power is measured
 * without a setting that could turn it off in production.
 */
plugin({
  name: "relaxed",
  setup(build) {
    build.onLoad({ filter: /\/src\/platform\/bun\/database\.ts$/ }, async ({ path }) => {
      const strict = await Bun.file(path).text();
      const contents = strict.replace("synchronous = FULL;", "synchronous = NORMAL;");
      if (contents === strict) throw new Error(`${path} no longer says synchronous = FULL`);
      return { contents, loader: "ts" };
    });
  },
});
