import type { XmlElement } from "../nfe/xml/element.ts";
import { figure, mark, words } from "./cells.ts";
import { taxRegime } from "./code-names.ts";
import type { Block, Cell, Danfe } from "./model.ts";
import { day, joined, moment, postalCode, taxpayer, telephone, time } from "./printed.ts";
import { element, leaf, leavesOf } from "./xml.ts";

/** Street, number and complement of an address (`enderEmit`, `enderDest`, `retirada`, `entrega`). */
function street(address: XmlElement | undefined): string {
  const of = leavesOf(address);
  return joined([joined([of("xLgr"), of("nro")], ", "), of("xCpl")], " - ");
}

/** Who issued the note: name, and address and telephone in lines. */
export function issuerOf(infNFe: XmlElement): Danfe["issuer"] {
  const emit = element(infNFe, "emit");
  const address = element(emit, "enderEmit");
  const of = leavesOf(address);
  const fone = of("fone");
  const lines = [
    leaf(emit, "xFant") ?? "",
    street(address),
    joined([of("xBairro"), of("CEP") && `CEP ${postalCode(of("CEP"))}`], " - "),
    joined([of("xMun"), of("UF")], " - "),
    fone === undefined ? "" : `Fone ${telephone(fone)}`,
  ];
  return { name: leaf(emit, "xNome") ?? "", lines: lines.filter((line) => line !== "") };
}

/** The boxes below the issuer: nature of the operation, protocol, registrations, tax regime. */
export function headOf(infNFe: XmlElement, infProt: XmlElement | undefined): Cell[][] {
  const emit = leavesOf(element(infNFe, "emit"));
  const protocol = joined([leaf(infProt, "nProt"), moment(leaf(infProt, "dhRecbto"))], " - ");
  return [
    [
      words("NATUREZA DA OPERAÇÃO", leaf(infNFe, "ide", "natOp"), 58),
      mark("PROTOCOLO DE AUTORIZAÇÃO DE USO", protocol, 42),
    ],
    [
      mark("INSCRIÇÃO ESTADUAL", emit("IE"), 23),
      mark("INSCR. ESTADUAL DO SUBST. TRIBUT.", emit("IEST"), 23),
      mark("CNPJ / CPF", taxpayer(emit("CNPJ") ?? emit("CPF")), 26),
      mark("CRT", taxRegime(emit("CRT")), 28),
    ],
  ];
}

/** The block of the recipient. */
export function recipientOf(infNFe: XmlElement): Block {
  const ide = leavesOf(element(infNFe, "ide"));
  const dest = leavesOf(element(infNFe, "dest"));
  const address = element(infNFe, "dest", "enderDest");
  const of = leavesOf(address);
  const issued = ide("dhEmi") ?? ide("dEmi");
  const left = ide("dhSaiEnt") ?? ide("dSaiEnt");
  const foreign = dest("idEstrangeiro");
  const abroad = of("xPais") !== undefined && of("UF") === "EX" ? of("xPais") : undefined;
  return {
    title: "DESTINATÁRIO / REMETENTE",
    rows: [
      [
        words("NOME / RAZÃO SOCIAL", dest("xNome"), 62),
        mark(
          foreign === undefined ? "CNPJ / CPF" : "IDENTIFICAÇÃO NO EXTERIOR",
          foreign ?? taxpayer(dest("CNPJ") ?? dest("CPF")),
          22,
        ),
        mark("DATA DA EMISSÃO", day(issued), 16),
      ],
      [
        words("ENDEREÇO", street(address), 48),
        words("BAIRRO / DISTRITO", of("xBairro"), 24),
        mark("CEP", postalCode(of("CEP")), 12),
        mark("DATA DA SAÍDA / ENTRADA", day(left), 16),
      ],
      [
        words("MUNICÍPIO", joined([of("xMun"), abroad], " - "), 38),
        mark("UF", of("UF"), 6),
        mark("FONE", telephone(of("fone")), 18),
        mark("INSCRIÇÃO ESTADUAL", dest("IE"), 22),
        mark("HORA DA SAÍDA / ENTRADA", time(left) || (ide("hSaiEnt") ?? ""), 16),
      ],
    ],
  };
}

/** The blocks of the places where goods are taken and delivered, where the note names them. */
export function placesOf(infNFe: XmlElement): Block[] {
  const blocks: Block[] = [];
  for (const [name, title] of [
    ["retirada", "INFORMAÇÕES DO LOCAL DE RETIRADA"],
    ["entrega", "INFORMAÇÕES DO LOCAL DE ENTREGA"],
  ] as const) {
    const place = element(infNFe, name);
    if (place === undefined) continue;
    const of = leavesOf(place);
    blocks.push({
      title,
      rows: [
        [
          words("NOME / RAZÃO SOCIAL", of("xNome"), 54),
          mark("CNPJ / CPF", taxpayer(of("CNPJ") ?? of("CPF")), 24),
          mark("INSCRIÇÃO ESTADUAL", of("IE"), 22),
        ],
        [
          words("ENDEREÇO", street(place), 46),
          words("BAIRRO / DISTRITO", of("xBairro"), 20),
          words("MUNICÍPIO", of("xMun"), 22),
          mark("UF", of("UF"), 4),
          figure("CEP", postalCode(of("CEP")), 8),
        ],
      ],
    });
  }
  return blocks;
}
