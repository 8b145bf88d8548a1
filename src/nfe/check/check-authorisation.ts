import { parseAccessKey } from "../access-key.ts";
import type { Finding } from "../document.ts";
import type { Note } from "../note.ts";
import { referencesOf } from "../references.ts";

/** What the protocol, the signature and the references say about each other. Whether they hold is the verdict's. */
export function checkAuthorisation(note: Note, path: string): Finding[] {
  const { protocol, signature, ide, accessKey } = note;
  const nfe = path.slice(0, path.lastIndexOf("/"));
  const infProt = `${nfe.slice(0, nfe.lastIndexOf("/"))}/protNFe/infProt`;
  const findings: Finding[] = [];
  const tell = (code: string, severity: Finding["severity"], at: string, message: string) => {
    findings.push({ code, severity, path: at, message });
  };
  if (protocol !== null) {
    if (protocol.cStat === "" || protocol.chNFe === "")
      tell(
        "protocol_incomplete",
        "warning",
        infProt,
        "O protocolo não informa a chave ou o resultado (cStat).",
      );
    if (protocol.nProt !== null && !/^(?:[0-9]{15}|[0-9]{17})$/.test(protocol.nProt))
      tell(
        "protocol_number",
        "warning",
        `${infProt}/nProt`,
        "O número do protocolo não tem 15 nem 17 dígitos.",
      );
    if (signature !== null && protocol.digVal !== null && protocol.digVal !== signature.digestValue)
      tell(
        "digest_mismatch",
        "warning",
        `${infProt}/digVal`,
        "O protocolo refere-se a outro conteúdo: digVal não é o DigestValue da assinatura.",
      );
    if (protocol.tpAmb !== "" && protocol.tpAmb !== ide.tpAmb)
      tell(
        "environment_mismatch",
        "warning",
        `${infProt}/tpAmb`,
        "O protocolo e a nota são de ambientes diferentes.",
      );
  }
  if (signature === null) tell("unsigned", "info", nfe, "A nota não traz assinatura digital.");
  else if (signature.referenceUri !== `#NFe${accessKey}`)
    tell(
      "signature_reference",
      "warning",
      `${nfe}/Signature/SignedInfo/Reference/@URI`,
      "A assinatura é de outro conteúdo: a referência não é o Id desta nota.",
    );
  if (ide.tpEmis !== "1")
    tell("contingency", "info", `${path}/ide/tpEmis`, "A nota foi emitida em contingência.");
  for (const { accessKey: key, nItem } of referencesOf(note))
    if (!parseAccessKey(key).ok)
      tell(
        "reference_key",
        "info",
        nItem === null ? `${path}/ide/NFref` : `${path}/det[@nItem='${nItem}']/DFeReferenciado`,
        "A chave de uma nota referenciada não é válida.",
      );
  return findings;
}
