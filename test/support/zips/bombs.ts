/**
 * Run in a process of its own: sends bombs to a server and prints, as JSON, what came of each, how many bytes were inflated
 * for it, and by how many the process grew at most (bytes, sampled).
 */
import { trusted } from "../../../src/lib/cast.ts";

let inflated = 0;
const Native = globalThis.DecompressionStream;

/** The runtime's own, counting what comes out of it. */
class Counting {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream;
  constructor(format: ConstructorParameters<typeof DecompressionStream>[0]) {
    const native = new Native(format);
    this.writable = native.writable;
    this.readable = native.readable.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, out) {
          inflated += chunk.byteLength;
          out.enqueue(chunk);
        },
      }),
    );
  }
}
// Before zip.js looks for it.
globalThis.DecompressionStream = trusted(Counting);

const { zipBomb } = await import("../../../src/synthetic/zip.ts");
const { withServer } = await import("../server.ts");
const { rawZip } = await import("./raw-zip.ts");

const MIB = 1_048_576;
const zeros = new Uint8Array(40 * MIB);
const bombs = {
  honest: await zipBomb({ entries: 4, bytesEach: 60 * MIB }),
  /** Each entry says 40 KB, which its compressed size makes likely, and holds 40 MiB. */
  lying: rawZip(
    Array.from({ length: 10 }, (_, n) => ({ name: `${n}.xml`, bytes: zeros, declares: 41_000 })),
  ),
};

await withServer(async (server) => {
  for (const [name, body] of Object.entries(bombs)) {
    Bun.gc(true);
    inflated = 0;
    const before = process.memoryUsage.rss();
    let peak = before;
    const sampling = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 1);
    const headers = { "content-type": "application/zip" };
    const answer = await server.call("POST", "/api/nfe/batch", { body, headers });
    clearInterval(sampling);
    const alive = (await server.call("GET", "/api/stock")).status;
    const { code, what, summary } = answer.body;
    const line = { name, sent: body.length, status: answer.status, code, what, summary };
    process.stdout.write(`${JSON.stringify({ ...line, inflated, grew: peak - before, alive })}\n`);
  }
});
