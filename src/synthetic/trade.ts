import { cnpjOf, cpfOf, gtinOf } from "./access-keys.ts";
import type { ItemSpec } from "./amounts.ts";

/** The emitter or the recipient of a synthetic note; all of them are invented. */
export interface PartySpec {
  /** 14 characters, without mask. */
  readonly cnpj?: string;
  /** 11 digits. */
  readonly cpf?: string;
  readonly name: string;
  readonly uf?: string;
}

/**
 * A product that a supplier sells. Prices are decimal texts; `perUnit`: how many of `unit` are in
 * one `uCom`.
 */
export interface Product {
  readonly cProd: string;
  readonly xProd: string;
  readonly NCM: string;
  readonly uCom: string;
  readonly price: string;
  readonly cEAN?: string;
  readonly taxed?: { readonly unit: string; readonly perUnit: number };
}

export interface Supplier extends PartySpec {
  readonly products: readonly Product[];
}

/** The company whose stock the demo keeps. */
export const COMPANY = {
  cnpj: cnpjOf("731845260001"),
  name: "EMPORIO BEIRA RIO LTDA",
  uf: "SP",
} as const satisfies PartySpec;

/** A company that is neither ours nor a supplier. */
export const UNRELATED = {
  cnpj: cnpjOf("840027190001"),
  name: "BAZAR DO OUTRO LADO LTDA",
  uf: "SP",
} as const satisfies PartySpec;

/** A person who buys from us. */
export const CUSTOMER = {
  cpf: cpfOf("318274905"),
  name: "JUREMA DOS TESTES",
  uf: "SP",
} as const satisfies PartySpec;

/** GTINs of the range that GS1 leaves for use inside a company (200–299). */
const gtin = (n: number): string => gtinOf(`2${String(n).padStart(11, "0")}`);

const product = (
  cProd: string,
  xProd: string,
  NCM: string,
  uCom: string,
  price: string,
  more: Pick<Product, "cEAN" | "taxed"> = {},
): Product => ({ cProd, xProd, NCM, uCom, price, ...more });

/** A dozen suppliers; some use the same code for different goods, as suppliers do. */
export const SUPPLIERS: readonly [Supplier, ...Supplier[]] = [
  {
    cnpj: cnpjOf("502918370001"),
    name: "TORREFACAO SERRA NEGRA LTDA",
    uf: "MG",
    products: [
      product("1001", "CAFE TORRADO MOIDO 500G", "09012100", "CX", "189.9000", {
        cEAN: gtin(1001),
        taxed: { unit: "UN", perUnit: 10 },
      }),
      product("1002", "CAFE EM GRAOS 1KG", "09012100", "UN", "54.7500", { cEAN: gtin(1002) }),
      product("1003", "FILTRO DE PAPEL 103 C/30", "48232010", "UN", "4.3725"),
    ],
  },
  {
    cnpj: cnpjOf("61A7KX240001"),
    name: "LATICINIOS VALE VERDE S.A.",
    uf: "SP",
    products: [
      product("1001", "LEITE INTEGRAL 1L", "04012010", "CX", "58.6800", {
        cEAN: gtin(2001),
        taxed: { unit: "L", perUnit: 12 },
      }),
      product("Q-MUS", "QUEIJO MUCARELA PECA", "04061010", "KG", "38.4500"),
      product("I-170", "IOGURTE NATURAL 170G", "04032000", "UN", "2.8900", { cEAN: gtin(2003) }),
    ],
  },
  {
    cnpj: cnpjOf("270463910002"),
    name: "DISTRIBUIDORA PAULISTA DE BEBIDAS LTDA",
    uf: "SP",
    products: [
      product("AG500", "AGUA MINERAL 500ML", "22011000", "FD", "14.2800", {
        cEAN: gtin(3001),
        taxed: { unit: "UN", perUnit: 12 },
      }),
      product("SUC-UVA", "SUCO DE UVA INTEGRAL 1,5L", "20096900", "CX6", "89.9400", {
        taxed: { unit: "UN", perUnit: 6 },
      }),
    ],
  },
  {
    cnpj: cnpjOf("335570120001"),
    name: "MOINHO SANTA CLARA LTDA",
    uf: "PR",
    products: [
      product("000123", "FARINHA DE TRIGO TIPO 1 5KG", "11010010", "FD", "96.5000", {
        taxed: { unit: "KG", perUnit: 25 },
      }),
      product("000124", "FUBA MIMOSO 1KG", "11022000", "UN", "5.1275"),
    ],
  },
  {
    cnpj: cnpjOf("418836050001"),
    name: "COOPERATIVA DO ARROZ SUL LTDA",
    uf: "RS",
    products: [
      product("ARZ-T1", "ARROZ AGULHINHA TIPO 1 5KG", "10063021", "FD", "148.2000", {
        taxed: { unit: "KG", perUnit: 30 },
      }),
      product("FEJ-CAR", "FEIJAO CARIOCA 1KG", "07133399", "UN", "7.8333333333"),
    ],
  },
  {
    cnpj: cnpjOf("559120480001"),
    name: "HIGIENE E LIMPEZA ATLANTICA LTDA",
    uf: "SC",
    products: [
      product("77/A", "DETERGENTE NEUTRO 500ML", "34025000", "CX", "43.2000", {
        cEAN: gtin(6001),
        taxed: { unit: "UN", perUnit: 24 },
      }),
      product("78", "PAPEL TOALHA C/2", "48182000", "FD", "61.2000", {
        taxed: { unit: "PC", perUnit: 12 },
      }),
    ],
  },
  {
    cnpj: cnpjOf("668251730001"),
    name: "FARMACO NORTE DISTRIBUIDORA LTDA",
    uf: "GO",
    products: [
      product("F-0091", "SORO FISIOLOGICO 0,9% 500ML", "30049099", "UN", "6.4900"),
      product("F-0114", "VITAMINA C 1G C/30", "30045090", "UN", "18.7520", { cEAN: gtin(7002) }),
    ],
  },
  {
    cnpj: cnpjOf("774419260001"),
    name: "PADARIA INDUSTRIAL PÃO DE AÇÚCAR MASCAVO LTDA",
    uf: "SP",
    products: [
      product("1001", "PÃO FRANCÊS CONGELADO", "19012000", "KG", "11.9000"),
      product("BIS-01", "BISCOITO DE POLVILHO AÇAÍ & LIMÃO", "19053100", "UN", "8.2500"),
    ],
  },
  {
    cnpj: cnpjOf("885037640001"),
    name: "ELETRO FERRAGENS BANDEIRA LTDA",
    uf: "SP",
    products: [
      product("LMP-9W", "LAMPADA LED 9W BIVOLT", "85395200", "CX", "72.0000", {
        cEAN: gtin(9001),
        taxed: { unit: "UN", perUnit: 10 },
      }),
      product("PAR-M6", "PARAFUSO SEXTAVADO M6 (MILHEIRO)", "73181500", "ML", "84.1250", {
        taxed: { unit: "KG", perUnit: 7 },
      }),
    ],
  },
  {
    cpf: cpfOf("462930187"),
    name: "SITIO DOIS IRMAOS (PRODUTOR RURAL)",
    uf: "SP",
    products: [
      product("OVO30", "OVOS BRANCOS BANDEJA C/30", "04072100", "BJ", "16.5000"),
      product("MEL", "MEL SILVESTRE 1KG", "04090000", "UN", "34.0000"),
    ],
  },
  {
    cnpj: cnpjOf("996742080001"),
    name: "EMBALAGENS TRES PONTAS LTDA",
    uf: "MG",
    products: [
      product("SC-40", "SACOLA PLASTICA 40X50 C/1000", "39232110", "PCT", "48.9900"),
      product("PT-250", "POTE COM TAMPA 250ML C/24", "39239090", "PCT", "13.4400", {
        taxed: { unit: "UN", perUnit: 24 },
      }),
    ],
  },
  {
    cnpj: cnpjOf("107283940001"),
    name: "FRUTAS DA TERRA COMERCIO LTDA",
    uf: "BA",
    products: [
      product("BAN-NAN", "BANANA NANICA", "08039000", "CX", "62.5000", {
        taxed: { unit: "KG", perUnit: 20 },
      }),
      product("LAR-PER", "LARANJA PERA", "08051000", "KG", "3.2900"),
    ],
  },
];

/**
 * An item of a note: `quantity` of a product, as decimal text of at most 4 places; `more` overrides the
 * values that follow from the product.
 */
export function itemOf(product: Product, quantity: string, more: Partial<ItemSpec> = {}): ItemSpec {
  const whole = /^\d+$/.test(quantity);
  return {
    cProd: product.cProd,
    xProd: product.xProd,
    NCM: product.NCM,
    uCom: product.uCom,
    qCom: whole ? `${quantity}.0000` : quantity,
    vUnCom: product.price,
    ...(product.cEAN === undefined ? {} : { cEAN: product.cEAN }),
    ...(product.taxed === undefined || !whole
      ? {}
      : {
          uTrib: product.taxed.unit,
          qTrib: `${BigInt(quantity) * BigInt(product.taxed.perUnit)}.0000`,
        }),
    ...more,
  };
}
