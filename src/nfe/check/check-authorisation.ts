import { parseAccessKey } from "../access-key.ts";
import type { NfeFinding } from "../findings.ts";
import type { Note } from "../note.ts";
import { referencesOf } from "../references.ts";

type Code =
  | "protocol_incomplete"
  | "protocol_number"
  | "digest_mismatch"
  | "environment_mismatch"
  | "unsigned"
  | "signature_reference"
  | "contingency"
  | "reference_key";

/** Contradictions between the protocol, the signature and the references. Whether they hold the note is the verdict's to say. */
export function checkAuthorisation(note: Note, path: string): NfeFinding[] {
  const { protocol, signature, ide, accessKey } = note;
  const nfe = path.slice(0, path.lastIndexOf("/"));
  const infProt = `${nfe.slice(0, nfe.lastIndexOf("/"))}/protNFe/infProt`;
  const findings: NfeFinding[] = [];
  const add = (code: Code, severity: NfeFinding["severity"], at: string) => {
    findings.push({ code, severity, path: at, params: {} });
  };
  if (protocol !== null) {
    if (protocol.cStat === "" || protocol.chNFe === "")
      add("protocol_incomplete", "warning", infProt);
    if (protocol.nProt !== null && !/^(?:[0-9]{15}|[0-9]{17})$/.test(protocol.nProt))
      add("protocol_number", "warning", `${infProt}/nProt`);
    if (signature !== null && protocol.digVal !== null && protocol.digVal !== signature.digestValue)
      add("digest_mismatch", "warning", `${infProt}/digVal`);
    if (protocol.tpAmb !== "" && protocol.tpAmb !== ide.tpAmb)
      add("environment_mismatch", "warning", `${infProt}/tpAmb`);
  }
  if (signature === null) add("unsigned", "info", nfe);
  else if (signature.referenceUri !== `#NFe${accessKey}`)
    add("signature_reference", "warning", `${nfe}/Signature/SignedInfo/Reference/@URI`);
  if (ide.tpEmis !== "1") add("contingency", "info", `${path}/ide/tpEmis`);
  for (const { accessKey: key, nItem } of referencesOf(note))
    if (!parseAccessKey(key).ok)
      add(
        "reference_key",
        "info",
        nItem === null ? `${path}/ide/NFref` : `${path}/det[@nItem='${nItem}']/DFeReferenciado`,
      );
  return findings;
}
