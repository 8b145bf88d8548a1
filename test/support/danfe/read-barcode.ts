import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";

/** An `ImageData` of the web. */
export interface Pixels {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly colorSpace: "srgb";
}

let ready = false;

/** The Code 128 in a picture (PNG or PGM bytes, or drawn pixels); null: none was found. */
export async function readCode128(picture: Blob | Pixels): Promise<string | null> {
  if (!ready) {
    // Its own file: the package would ask a server for it otherwise.
    const wasm = Bun.resolveSync("zxing-wasm/reader/zxing_reader.wasm", import.meta.dir);
    prepareZXingModule({ overrides: { wasmBinary: await Bun.file(wasm).arrayBuffer() } });
    ready = true;
  }
  const [found] = await readBarcodes(picture, { formats: ["Code128"], tryHarder: true });
  return found?.text ?? null;
}

/** Bars drawn as pixels: three a module, with ten white modules on each side. */
export function drawnBars(widths: readonly number[], pixels = 3): Pixels {
  const quiet = 10 * pixels;
  const width = widths.reduce((sum, one) => sum + one, 0) * pixels + 2 * quiet;
  const height = 40;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  let x = quiet;
  widths.forEach((modules, at) => {
    const end = x + modules * pixels;
    if (at % 2 === 0)
      for (let y = 0; y < height; y += 1)
        for (let column = x; column < end; column += 1)
          data.fill(0, (y * width + column) * 4, (y * width + column) * 4 + 3);
    x = end;
  });
  return { data, width, height, colorSpace: "srgb" };
}
