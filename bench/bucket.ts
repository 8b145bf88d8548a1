/** What an R2 binding of workerd talks to, as far as a put goes: takes the bytes, keeps nothing. Disposing of it ends it. */
export function startBucket(): Disposable & { readonly port: number } {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    maxRequestBodySize: 64 << 20,
    async fetch(request) {
      const body = Buffer.from(await request.arrayBuffer());
      const length = Number(request.headers.get(METADATA_SIZE));
      const { method, object } = JSON.parse(body.toString("utf8", 0, length));
      if (method !== "put") return new Response(null, { status: 500 });
      const told = JSON.stringify({
        name: object,
        version: "1",
        size: body.byteLength - length,
        etag: "0".repeat(32),
        uploaded: Date.now(),
        httpFields: {},
        customFields: [],
        checksums: {},
      });
      return new Response(told, {
        headers: { [METADATA_SIZE]: String(told.length), "content-type": "application/json" },
      });
    },
  });
  return { port: server.port ?? 0, [Symbol.dispose]: () => void server.stop(true) };
}

const METADATA_SIZE = "cf-r2-metadata-size";
