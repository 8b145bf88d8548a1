import { normalizedText } from "../../lib/normalized-text.ts";

/** Other spellings of a unit by suppliers in Brazil. A spelling that may mean two units (LT, ML, GR) is a unit of its own. */
const SPELLINGS: Readonly<Record<string, string>> = {
  UN: "UND UNID UNI UNIDAD UNDS UNIDS UNS",
  PC: "PÇ PCA PÇA PECA PEÇA PCS PÇS PECAS PEÇAS",
  CX: "CXA CXS CAIXA CAIXAS",
  KG: "KGS KILO QUILO KILOS QUILOS",
  L: "LTR LITRO LITROS",
  M: "MT MTS MTR METRO METROS",
  M2: "M² MT2",
  M3: "M³ MT3",
  DZ: "DUZIA DÚZIA DZIA",
  FD: "FDO FARDO FARDOS",
  PCT: "PCTE PCTS PACOTE",
  SC: "SACO SACOS",
  RL: "ROLO ROLOS",
  PAR: "PR PARES",
  TON: "TN TONS TONELA",
  FR: "FRASCO",
  BD: "BALDE",
  GL: "GALAO GALÃO",
  JG: "JOGO JOGOS",
};

const KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, others]) =>
    others.split(" ").map((other): [string, string] => [other, unit]),
  ),
);

/** What a company says of its units: a spelling as `plainUnit` gives it, and the unit that it means; to mean itself is to be no other. */
export type UnitSpellings = Readonly<Record<string, string>>;

/** A unit without what never tells two apart: in capitals, without blanks around it or a closing point. */
export const plainUnit = (text: string): string =>
  normalizedText(text).trim().replaceAll(/\s+/g, " ").replace(/\.$/, "").toUpperCase();

/** The units that the table above names, each with its other spellings. */
export const BUILT_IN_UNITS: readonly { unit: string; spellings: readonly string[] }[] =
  Object.entries(SPELLINGS).map(([unit, others]) => ({ unit, spellings: others.split(" ") }));

/** The unit of a plain text by the table above. */
export const builtInUnit = (plain: string): string => KEYS.get(plain) ?? plain;

/**
 * The unit that a text means: uCom is free text of up to 6 characters, and one supplier's `Cx`, `CX` and `CX.` are one unit.
 * Ignores case, blanks and a closing point, and maps the spellings above to their unit; any other text is its own unit, in upper
 * case; what the company says of a spelling (`own`) goes before. Factors are saved under this key, so another spelling on a later
 * note finds them.
 */
export function unitKey(text: string, own: UnitSpellings): string {
  const plain = plainUnit(text);
  return own[plain] ?? builtInUnit(plain);
}

const LOW = /[À-Þ]/g;

/** Every spelling of a unit (a key) in capitals, also as SQLite's upper() leaves them, which knows no accents. */
export const spellingsOf = (unit: string, own: UnitSpellings): string[] =>
  allSpellings(unit, own).flatMap((spelling) => {
    const halfway = spelling.replaceAll(LOW, (letter) => letter.toLowerCase());
    return halfway === spelling ? [spelling] : [spelling, halfway];
  });

/** Every spelling of a unit (a key), in capitals; the unit itself first. */
export const allSpellings = (unit: string, own: UnitSpellings): string[] => {
  const builtIn = SPELLINGS[unit]?.split(" ") ?? [];
  const others = [...builtIn, ...Object.keys(own)].filter((text) => unitKey(text, own) === unit);
  return [...new Set([unit, ...others])];
};

const LETTERS = [..."áâãàéêíóôõúç"].map((letter) => [letter, letter.toUpperCase()] as const);

/**
 * `unitKey` as SQL over a column, except for blanks inside a unit and letters that are not Portuguese. `own` is an expression that
 * gives the company's spellings as JSON.
 */
export function unitKeySql(column: string, own: string): string {
  const lettered = LETTERS.reduce(
    (sql, [low, high]) => `replace(${sql}, '${low}', '${high}')`,
    column,
  );
  const plain = `upper(rtrim(trim(${lettered}), '.'))`;
  const cases = [...KEYS].map(([other, unit]) => `when '${other}' then '${unit}'`);
  return `coalesce((select o.value from json_each(${own}) o where o.key = ${plain}),
    case ${plain} ${cases.join(" ")} else ${plain} end)`;
}
