import { divideHalfUp, exact, sumExact, toScaled, unitValue } from "../lib/decimal.ts";

/** A traced lot; `qLote` has up to 3 places. */
export interface LotSpec {
  readonly nLote: string;
  readonly qLote: string;
  readonly dFab: string;
  readonly dVal: string;
}

/**
 * One item as a test or a scenario gives it, in decimal texts as in the XML; absent members get a
 * usual value.
 */
export interface ItemSpec {
  readonly cProd: string;
  readonly xProd: string;
  readonly uCom: string;
  readonly qCom: string;
  readonly vUnCom: string;
  /** Absent: qCom × vUnCom, half up. */
  readonly vProd?: string;
  readonly uTrib?: string;
  readonly qTrib?: string;
  readonly vUnTrib?: string;
  readonly CFOP?: string;
  readonly NCM?: string;
  /** Absent: `SEM GTIN`. */
  readonly cEAN?: string;
  readonly cEANTrib?: string;
  readonly vDesc?: string;
  readonly vFrete?: string;
  readonly vSeg?: string;
  readonly vOutro?: string;
  readonly vIPI?: string;
  readonly vICMSST?: string;
  readonly vFCPST?: string;
  readonly vII?: string;
  readonly vIPIDevol?: string;
  /** Withheld single-phase ICMS of fuels: the group ICMS15. */
  readonly vICMSMonoReten?: string;
  readonly vPISST?: string;
  readonly indSomaPISST?: "0" | "1";
  readonly vCOFINSST?: string;
  readonly indSomaCOFINSST?: "0" | "1";
  /** A new vehicle, and how it is sold (2: billed directly by the manufacturer). */
  readonly tpOp?: "0" | "1" | "2" | "3";
  readonly vICMSDeson?: string;
  readonly indDeduzDeson?: "0" | "1";
  /** Rate of ICMS in percent, two places; absent: 18.00. */
  readonly pICMS?: string;
  /** The issuer is in Simples; 101 hands on a credit of `pCredSN` percent (absent: 2.50). */
  readonly CSOSN?: "101" | "102";
  readonly pCredSN?: string;
  /** CST of PIS and COFINS; absent: 01. With 04, 06, 07, 08 and 09 there is no amount. */
  readonly contributionCST?: string;
  readonly CEST?: string;
  readonly lots?: readonly LotSpec[];
  readonly indTot?: "0" | "1";
  /** A service line: the group ISSQN instead of ICMS. */
  readonly service?: boolean;
  readonly infAdProd?: string;
  /** `DFeReferenciado`: the document, and its item, that this item refers to. */
  readonly reference?: { readonly chaveAcesso: string; readonly nItem?: string };
}

/** The optional amounts of an item, integers of 1/10². */
const EXTRAS = [
  "vFrete",
  "vSeg",
  "vDesc",
  "vOutro",
  "vII",
  "vIPI",
  "vIPIDevol",
  "vICMSST",
  "vFCPST",
  "vICMSDeson",
  "vICMSMonoReten",
  "vPISST",
  "vCOFINSST",
] as const;
const ANY_LINE = new Set<string>(["vFrete", "vSeg", "vDesc", "vOutro"]);
type Extras = Record<(typeof EXTRAS)[number], number>;

/** An item with all of its amounts; integers of 1/10². */
export interface Line extends Extras {
  readonly spec: ItemSpec;
  readonly CFOP: string;
  readonly qTrib: string;
  readonly vUnTrib: string;
  readonly vProd: number;
  readonly service: boolean;
  readonly counts: boolean;
  /**
   * Base and amounts of ICMS (18 % unless the item says otherwise), PIS (1.65 %), COFINS (7.6 %), ISS (5 %), and IBS and CBS of
   * 2026 (0.1 % and 0.9 %).
   */
  readonly vBC: number;
  readonly vICMS: number;
  readonly vCredICMSSN: number;
  readonly vPIS: number;
  readonly vCOFINS: number;
  readonly vISSQN: number;
  readonly vIBS: number;
  readonly vCBS: number;
  /** What the line adds to vNF; IBS and CBS are informed in 2026, not added. */
  readonly vItem: number;
}

/** Decimal text as an integer of 1/10^places; throws on anything that a note could not carry. */
export function scaled(text: string, places: number): number {
  const result = toScaled(text, places);
  if (!result.ok) throw new RangeError(`${text}: ${result.error}`);
  return result.value;
}

/**
 * 1/10⁴ quantity × unit value of up to 10 places, as cents, half up (what the tax office checks
 * within one cent).
 */
function product_e2(quantity: string, unit: string): number {
  const [whole = "0", fraction = ""] = unit.split(".");
  const unit_e10 = BigInt(whole + fraction.padEnd(10, "0"));
  return exact(divideHalfUp(BigInt(scaled(quantity, 4)) * unit_e10, 10n ** 12n));
}

/** `rate` in 1/10⁴ of the base (18 % = 1800), half up. */
const share = (base: number, rate: number): number =>
  exact(divideHalfUp(BigInt(base) * BigInt(rate), 10_000n));

/** Computes every amount of an item. */
export function lineOf(spec: ItemSpec, cfop: string): Line {
  const service = spec.service === true;
  // A service line has no group for the taxes of goods.
  const extra = (name: (typeof EXTRAS)[number]): number =>
    service && !ANY_LINE.has(name) ? 0 : scaled(spec[name] ?? "0", 2);
  const vProd =
    spec.vProd === undefined ? product_e2(spec.qCom, spec.vUnCom) : scaled(spec.vProd, 2);
  const extras: Extras = {
    vFrete: extra("vFrete"),
    vSeg: extra("vSeg"),
    vDesc: extra("vDesc"),
    vOutro: extra("vOutro"),
    vII: extra("vII"),
    vIPI: extra("vIPI"),
    vIPIDevol: extra("vIPIDevol"),
    vICMSST: extra("vICMSST"),
    vFCPST: extra("vFCPST"),
    vICMSDeson: extra("vICMSDeson"),
    vICMSMonoReten: extra("vICMSMonoReten"),
    vPISST: extra("vPISST"),
    vCOFINSST: extra("vCOFINSST"),
  };
  const counts = spec.indTot !== "0";
  const around = extras.vFrete + extras.vSeg + extras.vOutro - extras.vDesc;
  const vBC = Math.max(0, vProd + around);
  const withheld = extras.vICMSST + extras.vFCPST + extras.vICMSMonoReten + extras.vIPIDevol;
  const onTop =
    extras.vII +
    extras.vIPI +
    (spec.tpOp === "2" ? 0 : withheld) +
    (spec.indSomaPISST === "1" ? extras.vPISST : 0) +
    (spec.indSomaCOFINSST === "1" ? extras.vCOFINSST : 0);
  const relief = spec.indDeduzDeson === "0" ? 0 : extras.vICMSDeson;
  const qTrib = spec.qTrib ?? spec.qCom;
  const contributes = !["04", "06", "07", "08", "09"].includes(spec.contributionCST ?? "01");
  return {
    ...extras,
    spec,
    CFOP: spec.CFOP ?? (service ? "5933" : cfop),
    qTrib,
    vUnTrib:
      spec.vUnTrib ??
      (spec.qTrib === undefined ? spec.vUnCom : (unitValue(vProd, scaled(qTrib, 4)) ?? "0")),
    vProd,
    service,
    counts,
    vBC,
    vICMS:
      service || extras.vICMSDeson > 0 || spec.CSOSN !== undefined
        ? 0
        : share(vBC, scaled(spec.pICMS ?? "18.00", 2)),
    vCredICMSSN: spec.CSOSN === "101" ? share(vBC, scaled(spec.pCredSN ?? "2.50", 2)) : 0,
    vPIS: contributes ? share(vBC, 165) : 0,
    vCOFINS: contributes ? share(vBC, 760) : 0,
    vISSQN: service ? share(vBC, 500) : 0,
    vIBS: share(vBC, 10),
    vCBS: share(vBC, 90),
    vItem: (counts || service ? vProd : 0) + around - relief + onTop,
  };
}

/** The sums of `total`, integers of 1/10². */
export type Sums = ReturnType<typeof sumsOf>;

/**
 * The totals of the lines. `headerFreight` (1/10²) is only in the total, as old emitters wrote it. vNF
 * is the sum of the lines (rejection 610 otherwise) and that freight.
 */
export function sumsOf(lines: readonly Line[], headerFreight = 0) {
  const sum = (of: (line: Line) => number): number => sumExact(lines.map(of));
  const goods = lines.filter((line) => !line.service);
  const counted = goods.filter((line) => line.counts);
  const services = lines.filter((line) => line.service);
  const over = (some: readonly Line[], of: (line: Line) => number) => sumExact(some.map(of));
  const taxed = goods.filter((line) => line.vICMS > 0);
  const sums = {
    vBC: over(taxed, (line) => line.vBC),
    vICMS: sum((line) => line.vICMS),
    vICMSDeson: sum((line) => line.vICMSDeson),
    vBCST: over(
      goods.filter((line) => line.vICMSST > 0),
      (line) => line.vBC,
    ),
    vST: sum((line) => line.vICMSST),
    vFCPST: sum((line) => line.vFCPST),
    vICMSMonoReten: sum((line) => line.vICMSMonoReten),
    vProd: over(counted, (line) => line.vProd),
    vFrete: sum((line) => line.vFrete) + headerFreight,
    vSeg: sum((line) => line.vSeg),
    vDesc: sum((line) => line.vDesc),
    vII: sum((line) => line.vII),
    vIPI: sum((line) => line.vIPI),
    vIPIDevol: sum((line) => line.vIPIDevol),
    vPIS: over(goods, (line) => line.vPIS),
    vCOFINS: over(goods, (line) => line.vCOFINS),
    vOutro: sum((line) => line.vOutro),
    vServ: over(services, (line) => line.vProd),
    vBCServ: over(services, (line) => line.vBC),
    vISS: over(services, (line) => line.vISSQN),
    vPISServ: over(services, (line) => line.vPIS),
    vCOFINSServ: over(services, (line) => line.vCOFINS),
    vBCIBSCBS: sum((line) => line.vBC),
    vIBS: sum((line) => line.vIBS),
    vCBS: sum((line) => line.vCBS),
    vItems: sum((line) => line.vItem),
  };
  const vNF = sums.vItems + headerFreight;
  return { ...sums, vNF };
}
