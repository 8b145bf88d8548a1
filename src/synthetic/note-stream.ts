import { accessKeyOf } from "./access-keys.ts";
import { type Line, lineOf, type Sums, sumsOf } from "./amounts.ts";
import { detTree, NFE, noteTree, protocolTree } from "./note-tree.ts";
import {
  DECLARATION,
  resolveOptions,
  type SyntheticNote,
  someItems,
  xmlOf,
} from "./synthetic-note.ts";
import { money, type Tree } from "./tax-tree.ts";
import { type PartySpec, SUPPLIERS } from "./trade.ts";

/** The fields of ICMSTot to which an ordinary line adds. */
const TOTAL_FIELDS = ["vBC", "vICMS", "vProd", "vPIS", "vCOFINS", "vNF"] as const;
type TotalField = (typeof TOTAL_FIELDS)[number];

const TOKEN = { KEY: "{{KEY}}", CNF: "{{CNF}}", CDV: "{{CDV}}", NNF: "{{NNF}}", PROT: "{{PROT}}" };

/**
 * One product's `det`, rendered once: the text before and after its number, and the amounts that it
 * adds to the total.
 */
interface Det {
  readonly before: string;
  readonly after: string;
  readonly adds: Sums;
}

/**
 * A fast generator of distinct valid notes, for benches and long tests: it only joins text. Each note
 * has its own key, number and protocol, `items` of the `products` in turn, and right totals. The same
 * options give the same stream; a number repeats after 10⁸ notes.
 */
export class NoteStream {
  readonly #dets: readonly Det[];
  readonly #items: number;
  readonly #serie: string;
  readonly #cnpj: string;
  /** Text between the tokens; at odd places the token's name. */
  readonly #head: readonly string[];
  readonly #tail: readonly string[];
  #made = 0;

  constructor({
    items = 10,
    products = items,
    seed = 1,
    emit = SUPPLIERS[0],
  }: {
    items?: number;
    products?: number;
    seed?: number;
    emit?: PartySpec;
  } = {}) {
    this.#items = items;
    this.#serie = String(1 + (Math.abs(seed) % 888));
    this.#cnpj = emit.cnpj ?? emit.cpf ?? "";
    const lines = someItems(products, seed).map((item) => lineOf(item, "5102"));
    this.#dets = lines.map(renderDet);
    const [head = "", tail = ""] = template(this.#serie, seed, emit).split("<total>");
    this.#head = head.split(/\{\{(\w+)\}\}/);
    this.#tail = `<total>${tail}`.split(/\{\{(\w+)\}\}/);
  }

  /** The next note. */
  next(): SyntheticNote {
    this.#made += 1;
    const nNF = String(1 + (this.#made % 99_999_999));
    // 7 919 is prime and no divisor of 10⁸: every cNF is used once before one repeats.
    const cNF = String((this.#made * 7_919) % 100_000_000).padStart(8, "0");
    const accessKey = accessKeyOf({
      cUF: "31",
      AAMM: "2611",
      id: this.#cnpj,
      mod: "55",
      serie: this.#serie,
      nNF,
      tpEmis: "1",
      cNF,
    });
    const sums: Record<TotalField, number> = {
      vBC: 0,
      vICMS: 0,
      vProd: 0,
      vPIS: 0,
      vCOFINS: 0,
      vNF: 0,
    };
    let dets = "";
    for (let n = 0; n < this.#items; n += 1) {
      const det = this.#dets[(this.#made * this.#items + n) % this.#dets.length];
      if (det === undefined) break;
      dets += `${det.before}${n + 1}${det.after}`;
      for (const name of TOTAL_FIELDS) sums[name] += det.adds[name];
    }
    const values: Record<string, string> = {
      KEY: accessKey,
      CNF: cNF,
      CDV: accessKey.slice(43),
      NNF: nNF,
      PROT: `13126${String(this.#made % 10_000_000_000).padStart(10, "0")}`,
    };
    for (const name of TOTAL_FIELDS) values[name] = money(sums[name]);
    return {
      xml: fillTemplate(this.#head, values) + dets + fillTemplate(this.#tail, values),
      accessKey,
    };
  }
}

function fillTemplate(pieces: readonly string[], values: Readonly<Record<string, string>>): string {
  let text = "";
  for (let n = 0; n < pieces.length; n += 1) {
    const piece = pieces[n] ?? "";
    text += n % 2 === 0 ? piece : (values[piece] ?? "");
  }
  return text;
}

function renderDet(line: Line): Det {
  const det: Tree = { "@nItem": "{{N}}", ...detTree(line, "4.00", false, "MG") };
  const [before = "", after = ""] = xmlOf({ det }).split("{{N}}");
  return { before, after, adds: sumsOf([line]) };
}

function template(serie: string, seed: number, emit: PartySpec): string {
  const { parts, protocol } = resolveOptions({
    seed,
    emit: { ...emit, uf: "MG" },
    serie,
    items: 1,
  });
  const tokens = { accessKey: TOKEN.KEY, cNF: TOKEN.CNF, cDV: TOKEN.CDV, nNF: TOKEN.NNF };
  const instead = Object.fromEntries(TOTAL_FIELDS.map((name) => [name, `{{${name}}}`]));
  const NFe = noteTree({ ...parts, ...tokens, lines: [], instead });
  const protNFe = protocolTree({ ...protocol, chNFe: TOKEN.KEY, nProt: TOKEN.PROT });
  const xml = xmlOf({ nfeProc: { "@xmlns": NFE, "@versao": "4.00", NFe, protNFe } });
  return DECLARATION + xml.replace(/<vPag>[^<]*</, "<vPag>{{vNF}}<");
}
