import { expect, test } from "bun:test";
import type { NfeEvent } from "../../src/nfe/note.ts";
import { correctionLetter, syntheticEvent } from "../../src/synthetic/events.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { failureIn, pathsIn, readText } from "../support/xml/read-notes.ts";

const { accessKey } = syntheticNote({ seed: 31 });

function eventIn(xml: string): NfeEvent {
  const read = readText(xml);
  if (!read.ok || read.value.kind !== "event") throw new Error(JSON.stringify(read));
  return read.value.event;
}

test("a registered event is read with its answer, whatever its type", () => {
  expect(
    eventIn(syntheticEvent(accessKey, { sequence: 2, text: "Pedido em duplicidade" })),
  ).toEqual({
    accessKey,
    type: "110111",
    sequence: 2,
    at: "2026-11-12T14:00:00-03:00",
    registeredAt: "2026-11-12T14:00:00-03:00",
    tpAmb: "1",
    answerTpAmb: "1",
    author: { cnpj: accessKey.slice(6, 20), cpf: null },
    undoes: null,
    quantities: [],
    details: {},
    content: expect.stringContaining("Pedido em duplicidade"),
    cStat: "135",
    nProt: expect.stringMatching(/^[0-9]{15}$/),
    text: "Pedido em duplicidade",
  });
  expect(eventIn(correctionLetter(accessKey)).text).toContain("leia-se");
  expect(eventIn(syntheticEvent(accessKey, { root: "procEvento" })).type).toBe("110111");
});

test("an answer that refuses the event is read", () => {
  expect(eventIn(syntheticEvent(accessKey, { cStat: "573" })).cStat).toBe("573");
});

test("an answer inside another answer goes before the status of the lot", () => {
  const wrapped = syntheticEvent(accessKey).replace(
    /<retEvento[^>]*>(.*)<\/retEvento>/s,
    "<retEvento><cStat>128</cStat><retEvento>$1</retEvento></retEvento>",
  );
  expect(eventIn(wrapped).cStat).toBe("135");
});

test("an event without an answer is refused by name", () => {
  const unanswered = [
    syntheticEvent(accessKey, { cStat: null }),
    syntheticEvent(accessKey).replace(/<cStat>[^<]*<\/cStat>/, ""),
    syntheticEvent(accessKey).replace(/<evento.*<\/evento>/s, ""),
  ];
  for (const xml of unanswered) {
    const failure = failureIn(xml);
    expect(failure.code === "nfe.not_an_nfe" && failure.got).toStartWith(
      "procEventoNFe sem resposta",
    );
  }
});

test("an answer to the event of another note is refused", () => {
  const other = syntheticNote({ seed: 32 }).accessKey;
  const crossed = syntheticEvent(accessKey).replace(
    new RegExp(`(<retEvento.*<chNFe>)${accessKey}`, "s"),
    `$1${other}`,
  );
  expect(pathsIn(crossed)).toEqual(["/procEventoNFe/retEvento/infEvento/chNFe mismatch"]);
});

test("the key that an event names needs its shape, not its check digit", () => {
  const wrongDigit = `${accessKey.slice(0, 43)}${(Number(accessKey[43]) + 1) % 10}`;
  expect(eventIn(syntheticEvent(wrongDigit)).accessKey).toBe(wrongDigit);
  expect(pathsIn(syntheticEvent(accessKey.slice(1)))).toEqual([
    "/procEventoNFe/evento/infEvento/chNFe pattern",
  ]);
  const without = syntheticEvent(accessKey).replace(/<(tpEvento|nSeqEvento)>[^<]*<\/\1>/g, "");
  expect(pathsIn(without)).toEqual([
    "/procEventoNFe/evento/infEvento/tpEvento missing",
    "/procEventoNFe/evento/infEvento/nSeqEvento missing",
  ]);
  for (const nothing of ["<chNFe/>", "<chNFe> </chNFe>", "<chNFe><a/></chNFe>"])
    expect(pathsIn(syntheticEvent(accessKey).replace(/<chNFe>[^<]*<\/chNFe>/, nothing))).toEqual([
      "/procEventoNFe/evento/infEvento/chNFe empty",
    ]);
});
