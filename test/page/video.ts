import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

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

const WIDTH = 640;
const HEIGHT = 480;
const MODULE = 4;
const FRAMES = 10;

/** A picture (I420) of a label with the code on a grey shelf. */
function frameOf(code: string): Uint8Array<ArrayBuffer> {
  const modules = modulesOf(code);
  const picture = new Uint8Array((WIDTH * HEIGHT * 3) / 2).fill(128);
  const from = Math.floor((WIDTH - modules.length * MODULE) / 2);
  for (let y = 130; y < 350; y += 1) {
    const row = y * WIDTH;
    picture.fill(235, row + from - 60, row + WIDTH - from + 60);
    if (y < 150 || y >= 330) continue;
    for (let i = 0; i < modules.length; i += 1)
      if (modules[i] === "1")
        picture.fill(16, row + from + i * MODULE, row + from + (i + 1) * MODULE);
  }
  return picture;
}

/** Writes a video (Y4M) in which the code is seen all the time, as a browser takes it for a camera; gives its path. */
export async function videoOfCode(): Promise<string> {
  const folder = join(tmpdir(), "sge-video");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${process.pid}.y4m`);
  const text = new TextEncoder();
  const frame = frameOf(SHOWN);
  const parts: Uint8Array<ArrayBuffer>[] = [
    text.encode(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`),
  ];
  for (let i = 0; i < FRAMES; i += 1) parts.push(text.encode("FRAME\n"), frame);
  await writeFile(path, Buffer.concat(parts));
  return path;
}
