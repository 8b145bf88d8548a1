import { XMLBuilder } from "fast-xml-parser";
import { accessKeyOf, type KeyParts, withBadCheckDigit } from "./access-keys.ts";
import { type ItemSpec, type Line, lineOf, scaled, sumsOf } from "./amounts.ts";
import { NFE, noteTree, type Parts, type ProtocolParts, protocolTree } from "./note-tree.ts";
import { Random } from "./random.ts";
import { stateOf } from "./states.ts";
import type { Tree } from "./tax-tree.ts";
import { COMPANY, itemOf, type PartySpec, SUPPLIERS } from "./trade.ts";

/**
 * Options of a synthetic note. The defaults give an ordinary purchase of ours.
 */
export interface NoteOptions {
  /** Seed of the random values: codes, signature, items (default 1). */
  readonly seed?: number;
  /** How many, or which (default 2). */
  readonly items?: number | readonly ItemSpec[];
  readonly emit?: PartySpec;
  /** Null: no `dest` at all. Default: our company; none for a model 65 note. */
  readonly dest?: PartySpec | null;
  readonly tpNF?: "0" | "1";
  readonly finNFe?: "1" | "2" | "3" | "4" | "5" | "6";
  readonly tpNFDebito?: string;
  readonly tpNFCredito?: string;
  readonly tpAmb?: "1" | "2";
  readonly tpEmis?: string;
  readonly mod?: "55" | "65";
  readonly serie?: string;
  /** Default: the seed. */
  readonly nNF?: string;
  readonly natOp?: string;
  /** For items without a CFOP of their own; default 5102. */
  readonly CFOP?: string;
  readonly layout?: "4.00" | "3.10" | "2.00";
  readonly root?: "nfeProc" | "NFe" | "enviNFe";
  /** Only an nfeProc has one. Null: none. Default: cStat 100 of this key. */
  readonly protocol?: {
    readonly cStat?: string;
    readonly chNFe?: string;
    readonly tpAmb?: string;
    readonly digVal?: string;
    /** Written as cMsg and xMsg. */
    readonly alerts?: readonly { readonly cMsg: string; readonly xMsg: string }[];
  } | null;
  readonly refNFe?: readonly string[];
  readonly ibsCbs?: boolean;
  /** `YYYY-MM-DDThh:mm:ss±hh:00`. */
  readonly issuedAt?: string;
  /** False: no `Signature`. True (default): one of the right shape that does not verify. */
  readonly signed?: boolean;
  /** Freight (decimal text) in the total alone. */
  readonly headerFreight?: string;
  /** Fields of ICMSTot to replace, so that totals are wrong. */
  readonly totals?: Readonly<Record<string, string>>;
  /** Parts of the key to replace, so that they differ from `ide` and `emit`. */
  readonly key?: Partial<KeyParts>;
  /** A wrong check digit, wherever the key stands. */
  readonly badCheckDigit?: boolean;
}

export interface SyntheticNote {
  readonly xml: string;
  readonly accessKey: string;
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: true,
});

/** A tree as XML text, without declaration. */
export function xmlOf(tree: Tree): string {
  const xml: string = builder.build(tree);
  return xml;
}

export const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

const REASONS: Readonly<Record<string, string>> = {
  "100": "Autorizado o uso da NF-e",
  "101": "Cancelamento de NF-e homologado",
  "110": "Uso Denegado",
  "120": "Autorizado o uso da NF-e, com alerta",
  "150": "Autorizado o uso da NF-e, autorizacao fora de prazo",
  "301": "Uso Denegado: Irregularidade fiscal do emitente",
  "302": "Uso Denegado: Irregularidade fiscal do destinatario",
};

/** `count` ordinary items, chosen from the products of all suppliers. */
export function someItems(count: number, seed: number): ItemSpec[] {
  const random = new Random(seed);
  const products = SUPPLIERS.flatMap((supplier) => supplier.products);
  return Array.from({ length: count }, (_, n) => {
    const product = products[random.below(products.length)] ?? SUPPLIERS[0].products[0];
    if (product === undefined) throw new RangeError("no products");
    // A code of its own: an ordinary supplier does not sell the same code twice in one note.
    return itemOf(
      { ...product, cProd: `${product.cProd}-${n + 1}` },
      String(random.between(1, 40)),
    );
  });
}

interface ResolvedOptions {
  readonly parts: Parts;
  readonly protocol: ProtocolParts;
}

/** Fills in every value that the options leave out. */
export function resolveOptions(options: NoteOptions): ResolvedOptions {
  const seed = options.seed ?? 1;
  const random = new Random(seed);
  const layout = options.layout ?? "4.00";
  const mod = options.mod ?? "55";
  const emit = options.emit ?? SUPPLIERS[Math.abs(seed - 1) % SUPPLIERS.length] ?? SUPPLIERS[0];
  const dest = options.dest === undefined ? (mod === "65" ? null : COMPANY) : options.dest;
  const items = options.items ?? 2;
  const specs = typeof items === "number" ? someItems(items, seed) : items;
  const lines: Line[] = specs.map((spec) => lineOf(spec, options.CFOP ?? "5102"));
  const issuedAt = options.issuedAt ?? "2026-11-10T09:30:00-03:00";
  const serie = options.serie ?? (emit.cnpj === undefined ? "920" : "1");
  const nNF = options.nNF ?? String(seed);
  const tpEmis = options.tpEmis ?? "1";
  const cNF = random.digits(8);
  const { cUF } = stateOf(emit.uf ?? "SP");
  const rightKey = accessKeyOf({
    cUF,
    AAMM: issuedAt.slice(2, 4) + issuedAt.slice(5, 7),
    id: emit.cnpj ?? emit.cpf ?? "",
    mod,
    serie,
    nNF,
    tpEmis,
    cNF,
    ...options.key,
  });
  const accessKey = options.badCheckDigit === true ? withBadCheckDigit(rightKey) : rightKey;
  const signature = {
    digest: random.base64(20),
    value: random.base64(256),
    certificate: random.base64(300),
  };
  const signed = options.signed ?? true;
  const tpAmb = options.tpAmb ?? "1";
  const cStat = options.protocol?.cStat ?? "100";
  return {
    parts: {
      layout,
      accessKey,
      cUF,
      cNF,
      cDV: accessKey.slice(43),
      mod,
      serie,
      nNF,
      natOp: options.natOp ?? "VENDA DE MERCADORIA",
      issuedAt,
      tpNF: options.tpNF ?? "1",
      tpEmis,
      tpAmb,
      finNFe: options.finNFe ?? "1",
      tpNFDebito: options.tpNFDebito,
      tpNFCredito: options.tpNFCredito,
      refNFe: options.refNFe ?? [],
      emit,
      dest,
      lines,
      sums: sumsOf(lines, scaled(options.headerFreight ?? "0", 2)),
      instead: options.totals,
      ibsCbs: options.ibsCbs ?? false,
      signature: signed ? signature : null,
    },
    protocol: {
      layout,
      tpAmb: options.protocol?.tpAmb ?? tpAmb,
      chNFe: options.protocol?.chNFe ?? accessKey,
      dhRecbto: issuedAt,
      nProt: `1${cUF}26${random.digits(10)}`,
      digVal: options.protocol?.digVal ?? (signed ? signature.digest : undefined),
      cStat,
      xMotivo: REASONS[cStat] ?? "Rejeicao: motivo de teste",
      alerts: options.protocol?.alerts ?? [],
    },
  };
}

/**
 * One invented note: the same options give the same bytes. Keys are valid, amounts are exact and
 * add up (ICMSTot, vNF) and the order of elements is the official layout's, unless the options ask
 * for something else. The XML is UTF-8 text with its declaration, minified. `accessKey` is the bare
 * 44 characters, also when its check digit is wrong on purpose. Throws RangeError for amounts no
 * note could carry.
 */
export function syntheticNote(options: NoteOptions = {}): SyntheticNote {
  const { parts, protocol } = resolveOptions(options);
  const NFe = noteTree(parts);
  const tree: Tree = {
    nfeProc: {
      nfeProc: {
        "@xmlns": NFE,
        "@versao": parts.layout,
        NFe,
        protNFe: options.protocol === null ? undefined : protocolTree(protocol),
      },
    },
    NFe: { NFe },
    enviNFe: { enviNFe: batchTree(parts.layout, [NFe]) },
  }[options.root ?? "nfeProc"];
  return { xml: DECLARATION + xmlOf(tree), accessKey: parts.accessKey };
}

const batchTree = (layout: string, NFe: readonly Tree[]): Tree => ({
  "@xmlns": NFE,
  "@versao": layout,
  idLote: "1",
  indSinc: "0",
  NFe,
});

/** An `enviNFe` of several notes (at most 50 by the layout), as it is sent to the tax office. */
export function syntheticBatch(notes: readonly NoteOptions[]): {
  xml: string;
  accessKeys: string[];
} {
  const resolved = notes.map((options) => resolveOptions(options).parts);
  const tree = { enviNFe: batchTree("4.00", resolved.map(noteTree)) };
  return { xml: DECLARATION + xmlOf(tree), accessKeys: resolved.map((parts) => parts.accessKey) };
}
