import { NFE } from "../../../src/synthetic/note-tree.ts";
import type { Signer } from "../../support/signatures/signer.ts";
import { brasilia } from "./documents.ts";

const NAMES: Readonly<Record<string, string>> = {
  "210200": "Confirmacao da Operacao",
  "210210": "Ciencia da Operacao",
  "210220": "Desconhecimento da Operacao",
  "210240": "Operacao nao Realizada",
};

/** A signed evento of a statement, by another signer than the service's own. */
export function signedStatement(
  signer: Signer,
  statement: {
    readonly accessKey: string;
    readonly type: string;
    readonly author: string;
    readonly at: number;
    readonly sequence?: number;
    readonly xJust?: string;
  },
): string {
  const { accessKey, type, author, at, sequence = 1, xJust } = statement;
  const reason = xJust === undefined ? "" : `<xJust>${xJust}</xJust>`;
  const evento = `<evento xmlns="${NFE}" versao="1.00"><infEvento Id="ID${type}${accessKey}${String(sequence).padStart(2, "0")}"><cOrgao>91</cOrgao><tpAmb>1</tpAmb><CNPJ>${author}</CNPJ><chNFe>${accessKey}</chNFe><dhEvento>${brasilia(at)}</dhEvento><tpEvento>${type}</tpEvento><nSeqEvento>${sequence}</nSeqEvento><verEvento>1.00</verEvento><detEvento versao="1.00"><descEvento>${NAMES[type]}</descEvento>${reason}</detEvento></infEvento></evento>`;
  return signer.sign(evento, { element: "infEvento" });
}
