import { plugin } from "bun";

/**
 * Preloaded into the service, it makes every commit `synchronous = NORMAL`: what the promise to survive a loss of power
 * costs is measured without a setting that could take it away.
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
