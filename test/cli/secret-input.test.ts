import { expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { secretReader } from "../../src/cli/terminal/secret-input.ts";

/** A standard input that gives its pieces when it is read; a terminal if it has a raw mode. */
function input(pieces: readonly (string | Uint8Array)[], isTTY = false) {
  const events = new EventEmitter();
  const raw: boolean[] = [];
  const shown: string[] = [];
  const left = [...pieces];
  let paused = true;
  const give = () => {
    if (paused) return;
    const piece = left.shift();
    if (piece === undefined) return void events.emit("end");
    events.emit("data", typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
    queueMicrotask(give);
  };
  const source = {
    isTTY,
    setRawMode: (on: boolean) => raw.push(on),
    on: events.on.bind(events),
    off: events.off.bind(events),
    resume() {
      paused = false;
      queueMicrotask(give);
    },
    pause() {
      paused = true;
    },
  };
  return { read: secretReader(source, (text) => void shown.push(text)), raw, shown };
}
const outcome = (work: Promise<string>) => work.catch((error: Error) => error.message);

test("a secret from a pipe is its next line, in any chunks and with any end of line", async () => {
  for (const [pieces, lines] of [
    [["uma senha\noutra\n"], ["uma senha", "outra"]],
    [
      ["uma se", "nha\r\nou", "tra"],
      ["uma senha", "outra"],
    ],
    [["uma senha"], ["uma senha"]],
    [["\n"], [""]],
    [["co\u0003m \u007fsinais\n"], ["co\u0003m \u007fsinais"]],
    [[Uint8Array.of(0xc3), Uint8Array.of(0xa7, 10)], ["ç"]],
  ] as const) {
    const { read, raw, shown } = input(pieces);
    for (const line of lines) expect([pieces, await outcome(read("? "))]).toEqual([pieces, line]);
    expect([raw, shown]).toEqual([[], []]);
  }
});

test("a typed secret is not shown, may be corrected, and leaves the terminal's mode unchanged", async () => {
  const { read, raw, shown } = input(["se\u0001nhaço", "\u007f\u007fçã\r", "outra\r"], true);
  expect(await read("Nova senha: ")).toBe("senhaçã".replace("çã", "çã"));
  expect(await read("Outra vez: ")).toBe("outra");
  expect(raw).toEqual([true, false, true, false]);
  expect(shown).toEqual(["Nova senha: ", "\n", "Outra vez: ", "\n"]);
});

test("a secret that is interrupted, missing, too long or not UTF-8 is refused", async () => {
  for (const [pieces, isTTY, why] of [
    [["ab\u0003"], true, "Interrompido"],
    [["ab\u0004"], true, "Interrompido"],
    [[], false, "Falta a senha"],
    [["x".repeat(2_000)], false, "longa demais"],
    [["x".repeat(900), "x".repeat(900)], true, "longa demais"],
    [[Uint8Array.of(0xff, 0xfe, 10)], false, "UTF-8"],
    [[Uint8Array.of(0xff, 13)], true, "UTF-8"],
  ] as const) {
    const { read, raw } = input(pieces, isTTY);
    expect([pieces, await outcome(read("? "))]).toEqual([pieces, expect.stringContaining(why)]);
    expect(raw).toEqual(isTTY ? [true, false] : []);
  }
});
