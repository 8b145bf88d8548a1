/** A server for workerd's R2 binding that accepts a put and stores nothing. Disposing of it stops it. */
export function startBucket(): Disposable & { readonly port: number } {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    maxRequestBodySize: 64 << 20,
    async fetch(request) {
      const body = Buffer.from(await request.arrayBuffer());
      const size = request.headers.get(METADATA_SIZE);
      // A get has no such header: nothing is stored.
      if (size === null) return new Response(null, { status: 404, headers: NOT_FOUND });
      const length = Number(size);
      const { method, object } = JSON.parse(body.toString("utf8", 0, length));
      if (method !== "put") return new Response(null, { status: 500 });
      const metadata = JSON.stringify({
        name: object,
        version: "1",
        size: body.byteLength - length,
        etag: "0".repeat(32),
        uploaded: Date.now(),
        httpFields: {},
        customFields: [],
        checksums: {},
      });
      return new Response(metadata, {
        headers: { [METADATA_SIZE]: String(metadata.length), "content-type": "application/json" },
      });
    },
  });
  return { port: server.port ?? 0, [Symbol.dispose]: () => void server.stop(true) };
}

const METADATA_SIZE = "cf-r2-metadata-size";
/** R2's code of a key that does not exist. */
const NOT_FOUND = {
  "cf-r2-error": JSON.stringify({ version: 1, v4code: 10_007, message: "no such key" }),
};
