import { expect, test } from "bun:test";
import fc from "fast-check";
import { readStatementAnswer } from "../../../src/sefaz/wire/statement-wire.ts";
import { readStatusAnswer } from "../../../src/sefaz/wire/status-query.ts";
import { distribution, statusAnswer } from "../../../src/synthetic/answers.ts";
import { NFE } from "../../../src/synthetic/note-tree.ts";
import { readDistribution } from "../../support/sefaz/read-distribution.ts";
import { answerEnvelope, soapFault } from "../play/documents.ts";

const KEY = "35260911222333000181550010000001231000000420";
const statement = `<retEnvEvento xmlns="${NFE}" versao="1.00"><cStat>128</cStat><retEvento versao="1.00"><infEvento><cStat>135</cStat><chNFe>${KEY}</chNFe><tpEvento>210200</tpEvento><nSeqEvento>1</nSeqEvento></infEvento></retEvento></retEnvEvento>`;

test("an answer that is changed anywhere is read or is a fault, and no reader throws", async () => {
  const answers = [
    answerEnvelope("NFeDistribuicaoDFe", await distribution([{ nsu: 3, xml: "<resNFe/>" }])),
    answerEnvelope("NFeRecepcaoEvento4", statement),
    answerEnvelope(
      "NFeConsultaProtocolo4",
      statusAnswer(KEY, `<procEventoNFe>${statement}</procEventoNFe>`),
    ),
    soapFault("Receiver", "x"),
  ].map((text) => new TextEncoder().encode(text));
  const edit = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom(0, 0x3c, 0x26, 0xe7, 0x22, 0x41),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...answers),
      fc.array(edit, { maxLength: 4 }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
      async (answer, edits, share) => {
        const bytes = answer.slice(0, Math.ceil(answer.length * share));
        for (const [at, byte] of edits) bytes[Math.floor(at * (bytes.length - 1))] = byte;
        const read = [
          await readDistribution(bytes),
          readStatementAnswer(bytes),
          readStatusAnswer(bytes),
        ];
        expect(read.every((one) => one.ok || one.error.kind !== "unreachable")).toBe(true);
      },
    ),
    { numRuns: 300, seed: 14 },
  );
});
