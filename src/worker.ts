import { createApp } from "./app.ts";
import { trusted } from "./lib/cast.ts";
import { compareDocuments } from "./nfe/compare.ts";
import { readDocument } from "./nfe/read.ts";
import type { Bindings } from "./platform/cloudflare/bindings.ts";
import { cloudflarePorts } from "./platform/cloudflare/ports.ts";

/** Door: the service on Cloudflare Workers. The database is migrated, and its first company made, from Bun before a deploy. */
const app = createApp((bindings) =>
  // workerd gives its handlers the bindings of wrangler.toml.
  cloudflarePorts(trusted<Bindings>(bindings), { readDocument, compareDocuments }),
);

export default {
  fetch: (request, bindings, context) => app.fetch(request, bindings, context),
} satisfies ExportedHandler<Bindings>;
