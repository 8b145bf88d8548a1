import type { PageFiles } from "../../ports/page.ts";
import { pageTypeOf } from "../page-types.ts";

/** The binding of the static files asks for a whole URL; only its path counts. */
const ANY_HOST = "https://page.invalid";

/**
 * The page in the static files of the Worker ([assets] of wrangler.toml). They are compressed by the edge. `/` gives index.html;
 * its own name would be redirected. Without the binding the page was not built.
 */
export const assetsPage = (assets: Fetcher | undefined): PageFiles => ({
  async file(path) {
    const answer = await assets?.fetch(ANY_HOST + path, { redirect: "manual" });
    if (answer?.status !== 200) {
      await answer?.body?.cancel();
      return null;
    }
    const type = pageTypeOf(path);
    const etag = (answer.headers.get("etag") ?? `"${path}"`).replace(/^W\//, "");
    return { bytes: new Uint8Array(await answer.arrayBuffer()), type, etag, encoding: null };
  },
});
