import { expect, test } from "bun:test";
import {
  procEvento,
  readStatementAnswer,
  statementRequest,
} from "../../../src/sefaz/wire/statement-wire.ts";
import { NFE } from "../../../src/synthetic/note-tree.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const KEY = "35260911222333000181550010000001231000000420";

test("signed events are sent character by character, 1 to 20 of them under a lot's number", () => {
  const evento = `<evento xmlns="${NFE}" versao="1.00">&#233; é</evento>`;
  expect(statementRequest("7", [evento, evento])).toContain(
    `<nfeDadosMsg xmlns="${NFE}/wsdl/NFeRecepcaoEvento4"><envEvento xmlns="${NFE}" versao="1.00"><idLote>7</idLote>${evento}${evento}</envEvento></nfeDadosMsg>`,
  );
  expect(() => statementRequest("7", [])).toThrow(RangeError);
  expect(() => statementRequest("7", new Array(21).fill(evento))).toThrow(RangeError);
  expect(() => statementRequest("x", [evento])).toThrow(RangeError);
});

test("a lot that is refused as a whole has its cStat and no events", () => {
  const answer = `<retEnvEvento xmlns="${NFE}" versao="1.00"><idLote>1</idLote><cStat>215</cStat><xMotivo>Rejeicao: Falha no esquema XML</xMotivo></retEnvEvento>`;
  expect(readStatementAnswer(utf8(answer))).toEqual({
    ok: true,
    value: { cStat: "215", xMotivo: "Rejeicao: Falha no esquema XML", events: [] },
  });
});

test("the proof of an answer with prefixes is written without them, and an answer nested in itself is read", () => {
  const info = `<n:infEvento><n:cStat>135</n:cStat><n:xMotivo>A &amp; B</n:xMotivo><n:chNFe>${KEY}</n:chNFe><n:tpEvento>210200</n:tpEvento><n:nSeqEvento>1</n:nSeqEvento><n:nProt>891260000000001</n:nProt></n:infEvento>`;
  const answer = `<n:retEnvEvento xmlns:n="${NFE}" versao="1.00"><n:cStat>128</n:cStat><n:xMotivo>ok</n:xMotivo><n:retEvento versao="1.00"><n:retEvento>${info}</n:retEvento></n:retEvento></n:retEnvEvento>`;
  const read = readStatementAnswer(utf8(answer));
  const event = read.ok ? read.value.events[0] : undefined;
  expect(event).toMatchObject({ cStat: "135", xMotivo: "A & B", accessKey: KEY, type: "210200" });
  expect(event?.proof).toStartWith(
    `<retEvento xmlns="${NFE}" versao="1.00"><retEvento><infEvento><cStat>135</cStat><xMotivo>A &amp; B</xMotivo>`,
  );
  expect(new TextDecoder().decode(procEvento("<evento/>", event ?? { proof: "" }))).toContain(
    `<procEventoNFe xmlns="${NFE}" versao="1.00"><evento/><retEvento`,
  );
});
