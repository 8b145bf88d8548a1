/** A server for workerd's R2 binding that accepts a put and stores nothing. Disposing of it stops it. */
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
