import { trusted } from "../../lib/cast.ts";

/** Reads the barcodes of a picture; gives their texts. */
export type ReadCodes = (picture: HTMLVideoElement) => Promise<readonly string[]>;

/** The browser's own reader, where it has one (Chromium on Android and macOS). */
interface Detector {
  detect(picture: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Where the build put the WebAssembly of zxing-wasm (src/tools/build-page.ts). */
declare const ZXING: string;

const FORMATS = ["ean_13", "ean_8", "upc_a", "upc_e", "code_128", "itf"];
const WIDEST = 1_280;

/** The browser's own reader, else zxing in WebAssembly, which is loaded now. */
export async function codeReader(): Promise<ReadCodes> {
  return (await ownReader()) ?? zxingReader();
}

async function ownReader(): Promise<ReadCodes | null> {
  const found: unknown = Reflect.get(globalThis, "BarcodeDetector");
  if (typeof found !== "function") return null;
  const Class = trusted<DetectorClass>(found);
  const has = await Class.getSupportedFormats().catch((): readonly string[] => []);
  if (!has.includes("ean_13")) return null;
  const detector = new Class({ formats: FORMATS.filter((format) => has.includes(format)) });
  return async (picture) => (await detector.detect(picture)).map(({ rawValue }) => rawValue);
}

async function zxingReader(): Promise<ReadCodes> {
  const { prepareZXingModule, readBarcodes } = await import("zxing-wasm/reader");
  await prepareZXingModule({ overrides: { locateFile: () => ZXING }, fireImmediately: true });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (picture) => {
    if (context === null || picture.videoWidth === 0) return [];
    const scale = Math.min(1, WIDEST / picture.videoWidth);
    canvas.width = Math.round(picture.videoWidth * scale);
    canvas.height = Math.round(picture.videoHeight * scale);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = await readBarcodes(pixels, {
      formats: ["EAN13", "EAN8", "UPCA", "UPCE", "Code128", "ITF"],
      tryHarder: true,
      maxNumberOfSymbols: 1,
    });
    return found.map(({ text }) => text);
  };
}
