/**
 * A state's IBGE code and one of its towns (code and name): enough for a valid address.
 */
const STATES: Readonly<Record<string, readonly [cUF: string, cMun: string, xMun: string]>> = {
  BA: ["29", "2927408", "Salvador"],
  GO: ["52", "5208707", "Goiania"],
  MG: ["31", "3106200", "Belo Horizonte"],
  PE: ["26", "2611606", "Recife"],
  PR: ["41", "4106902", "Curitiba"],
  RJ: ["33", "3304557", "Rio de Janeiro"],
  RS: ["43", "4314902", "Porto Alegre"],
  SC: ["42", "4205407", "Florianopolis"],
  SP: ["35", "3550308", "Sao Paulo"],
};

/** Throws RangeError for a state that is not in the table above. */
export function stateOf(uf: string): { cUF: string; cMun: string; xMun: string } {
  const row = STATES[uf];
  if (row === undefined) throw new RangeError(`unknown state: ${uf}`);
  return { cUF: row[0], cMun: row[1], xMun: row[2] };
}
