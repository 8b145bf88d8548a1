import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { code128 } from "../../src/danfe/code128.ts";

/** The code that the video shows, with its check digit. */
export const SHOWN = "7891000315507";

const LEFT = ["0001101", "0011001", "0010011", "0111101", "0100011"].concat([
  "0110001",
  "0101111",
  "0111011",
  "0110111",
  "0001011",
]);
const inverted = (bits: string): string =>
  [...bits].map((bit) => (bit === "1" ? "0" : "1")).join("");
const RIGHT = LEFT.map(inverted);
const TURNED = RIGHT.map((bits) => [...bits].reverse().join(""));
/** Which of the six left digits are turned: that is the first digit. */
const PARITY = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG"].concat([
  "LGGLLG",
  "LGGGLL",
  "LGLGLG",
  "LGLGGL",
  "LGGLGL",
]);

/** The 95 modules of an EAN-13 (GS1 General Specifications, 5.2.1). */
function modulesOf(code: string): string {
  const [first = 0, ...digits] = [...code].map(Number);
  const left = digits
    .slice(0, 6)
    .map((digit, i) => (PARITY[first]?.[i] === "G" ? TURNED : LEFT)[digit] ?? "");
  const right = digits.slice(6).map((digit) => RIGHT[digit] ?? "");
  return `101${left.join("")}01010${right.join("")}101`;
}

/** The modules of a Code 128: bars are "1". */
const modulesOfKey = (key: string): string =>
  code128(key)
    .map((width, i) => (i % 2 === 0 ? "1" : "0").repeat(width))
    .join("");

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES = 10;

/** A picture (I420) of a label with the code on a grey shelf; `size`: pixels of a module. */
function frameOf(modules: string, size: number): Uint8Array<ArrayBuffer> {
  const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  const from = Math.floor((WIDTH - modules.length * size) / 2);
  const quiet = Math.min(60, from);
  for (let y = 130; y < 350; y += 1) {
    const row = y * WIDTH;
    picture.fill(235, row + from - quiet, row + WIDTH - from + quiet);
    if (y < 150 || y >= 330) continue;
    for (let i = 0; i < modules.length; i += 1)
      if (modules[i] === "1") picture.fill(16, row + from + i * size, row + from + (i + 1) * size);
  }
  return picture;
}

/** Writes a video (Y4M) in which the code is seen all the time, as a browser takes it for a camera; gives its path. */
export const videoOfCode = (): Promise<string> => written("ean", frameOf(modulesOf(SHOWN), 4));

/** The same of the access key on a note's paper. */
export const videoOfKey = (key: string): Promise<string> =>
  written("key", frameOf(modulesOfKey(key), 2));

async function written(name: string, frame: Uint8Array<ArrayBuffer>): Promise<string> {
  const folder = join(tmpdir(), "sge-video");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${process.pid}-${name}.y4m`);
  const text = new TextEncoder();
  const parts: Uint8Array<ArrayBuffer>[] = [
    text.encode(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`),
  ];
  for (let i = 0; i < FRAMES; i += 1) parts.push(text.encode("FRAME\n"), frame);
  await writeFile(path, Buffer.concat(parts));
  return path;
}
