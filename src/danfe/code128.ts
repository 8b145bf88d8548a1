/** Widths of the bars and spaces of each value (ISO/IEC 15417, table 1): six digits each, the stop seven. */
const PATTERNS =
  "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221" +
  "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321" +
  "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131" +
  "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114" +
  "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141" +
  "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232";
const STOP = "2331112";

const START = { A: 103, C: 105 } as const;
/** Changes to the other set: `CODE A` in set C, `CODE C` in set A. */
const TO = { A: 101, C: 99 } as const;

type Set = keyof typeof START;

/** How a rest of the text is best encoded when it begins in a set. */
interface Rest {
  readonly values: readonly number[];
}

/**
 * Code 128 of an access key: bars and spaces by their width in modules, beginning with a bar; without the quiet zones (10
 * modules on each side). Pairs of digits in set C, letters in set A, with the fewest symbols. Throws RangeError for other
 * characters.
 */
export function code128(text: string): number[] {
  if (!/^[0-9A-Z]+$/.test(text)) throw new RangeError("digits and capital letters only");
  let here: Record<Set, Rest> = { A: { values: [] }, C: { values: [] } };
  let next = here;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const inA: Rest = { values: [text.charCodeAt(at) - 32, ...here.A.values] };
    const pair = text.slice(at, at + 2);
    const inC: Rest | null = /^[0-9]{2}$/.test(pair)
      ? { values: [Number(pair), ...next.C.values] }
      : null;
    const A = inC !== null && inC.values.length + 1 < inA.values.length ? changed("C", inC) : inA;
    const C = inC !== null && inC.values.length <= inA.values.length + 1 ? inC : changed("A", inA);
    next = here;
    here = { A, C };
  }
  const set: Set = here.C.values.length <= here.A.values.length ? "C" : "A";
  const values = [START[set], ...here[set].values];
  const sum = values.reduce((total, value, at) => total + value * Math.max(1, at), 0);
  const symbols = [...values, sum % 103].map((value) => PATTERNS.slice(value * 6, value * 6 + 6));
  return [...symbols.join(""), ...STOP].map(Number);
}

const changed = (to: Set, rest: Rest): Rest => ({ values: [TO[to], ...rest.values] });
