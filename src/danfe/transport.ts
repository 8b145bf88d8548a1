import type { XmlElement } from "../nfe/xml/element.ts";
import { figure, mark, words } from "./cells.ts";
import { freightBy } from "./code-names.ts";
import type { Block, Cell } from "./model.ts";
import { decimal, joined, taxpayer } from "./printed.ts";
import { element, elements, leaf, leavesOf } from "./xml.ts";

/** Volumes that have a row each; what is beyond them is summed up in words. */
const MAX_VOLUMES = 10;

/** The block of the carrier and the volumes. */
export function transportOf(infNFe: XmlElement): Block {
  const transp = element(infNFe, "transp");
  const carrier = leavesOf(element(transp, "transporta"));
  const vehicle = leavesOf(element(transp, "veicTransp"));
  const volumes = elements(transp, "vol");
  const rows: Cell[][] = [
    [
      words("NOME / RAZÃO SOCIAL", carrier("xNome"), 34),
      words("FRETE POR CONTA DE", freightBy(leaf(transp, "modFrete")), 20),
      mark("CÓDIGO ANTT", vehicle("RNTC"), 11),
      mark("PLACA", vehicle("placa"), 10),
      mark("UF", vehicle("UF"), 5),
      mark("CNPJ / CPF", taxpayer(carrier("CNPJ") ?? carrier("CPF")), 20),
    ],
    [
      words("ENDEREÇO", carrier("xEnder"), 45),
      words("MUNICÍPIO", carrier("xMun"), 30),
      mark("UF", carrier("UF"), 5),
      mark("INSCRIÇÃO ESTADUAL", carrier("IE"), 20),
    ],
    ...(volumes.length === 0
      ? [volumeRow(undefined)]
      : volumes.slice(0, MAX_VOLUMES).map(volumeRow)),
  ];
  if (volumes.length > MAX_VOLUMES)
    rows.push([words("OUTROS VOLUMES", `Mais ${volumes.length - MAX_VOLUMES} no XML`, 100)]);
  return { title: "TRANSPORTADOR / VOLUMES TRANSPORTADOS", rows };
}

function volumeRow(volume: XmlElement | undefined): Cell[] {
  const of = leavesOf(volume);
  return [
    figure("QUANTIDADE", decimal(of("qVol"), 0), 12),
    words("ESPÉCIE", of("esp"), 20),
    words("MARCA", of("marca"), 20),
    words("NUMERAÇÃO", joined([of("nVol")]), 16),
    figure("PESO BRUTO (KG)", decimal(of("pesoB"), 0), 16),
    figure("PESO LÍQUIDO (KG)", decimal(of("pesoL"), 0), 16),
  ];
}
