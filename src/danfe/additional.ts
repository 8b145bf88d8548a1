import type { XmlElement } from "../nfe/xml/element.ts";
import { purpose } from "./code-names.ts";
import type { PrintedEvent, Standing } from "./model.ts";
import { joined, keyGroups, moment, taxpayer } from "./printed.ts";
import { element, elements, leaf } from "./xml.ts";

/** References that are printed; more are counted. */
const MAX_REFERENCES = 50;

/** The additional information: what the issuer wrote, references, and the events of the note. A line each. */
export function additionalOf(infNFe: XmlElement, standing: Standing): string[] {
  const more = element(infNFe, "infAdic");
  const kind = purpose(leaf(infNFe, "ide", "finNFe"));
  const text = (label: string, found: string | undefined): string =>
    found === undefined || found === "" ? "" : `${label}: ${found}`;
  const abroad = element(infNFe, "exporta");
  const order = element(infNFe, "compra");
  return [
    ...standing.events.map(eventLine),
    standing.moreEvents > 0 ? `E mais ${standing.moreEvents} eventos desta nota.` : "",
    kind.includes(" - ") ? `Finalidade: ${kind}` : "",
    ...referencesOf(infNFe),
    leaf(more, "infCpl") ?? "",
    text("Informações do fisco", leaf(more, "infAdFisco")),
    ...elements(more, "obsCont").map((one) =>
      joined([one.attributes[0]?.value, leaf(one, "xTexto")], ": "),
    ),
    text(
      "Exportação",
      joined(
        [
          joined([leaf(abroad, "UFSaidaPais") ?? leaf(abroad, "UFEmbarq")]),
          leaf(abroad, "xLocExporta") ?? leaf(abroad, "xLocEmbarq"),
          leaf(abroad, "xLocDespacho"),
        ],
        ", ",
      ),
    ),
    text("Pedido", leaf(order, "xPed")),
    text("Contrato", leaf(order, "xCont")),
    text("Nota de empenho", leaf(order, "xNEmp")),
    text("Intermediador", taxpayer(leaf(infNFe, "infIntermed", "CNPJ"))),
    text("E-mail do destinatário", leaf(infNFe, "dest", "email")),
  ].filter((line) => line !== "");
}

function referencesOf(infNFe: XmlElement): string[] {
  const all = elements(element(infNFe, "ide"), "NFref");
  const keys = all
    .slice(0, MAX_REFERENCES)
    .map((one) => leaf(one, "refNFe") ?? leaf(one, "refCTe"))
    .filter((key) => key !== undefined)
    .map(keyGroups);
  const rest = all.length - MAX_REFERENCES;
  const lines = keys.map((key) => `Documento referenciado: ${key}`);
  return rest > 0 ? [...lines, `E mais ${rest} referências no XML.`] : lines;
}

function eventLine({ name, type, sequence, at, protocol, text }: PrintedEvent): string {
  const head = joined([
    name.toUpperCase(),
    type === "110110" ? `nº ${sequence}` : "",
    at === null ? "" : `de ${moment(at)}`,
    protocol === null ? "" : `(protocolo ${protocol})`,
  ]);
  return joined([head, text ?? ""], ": ");
}
