/** A supplier's item: the three members that a mapping is found by. */
export interface ItemKey {
  readonly supplier_cnpj: string;
  readonly code: string;
  readonly unit: string;
}

/** An item in the address: supplier, unit and code, which alone may have any letter. */
export const keyOf = ({ supplier_cnpj, code, unit }: ItemKey): string =>
  `${supplier_cnpj}.${unit}.${code}`;

/** The parameters of the routes of one mapping. */
export const queryOf = ({ supplier_cnpj, code, unit }: ItemKey): string =>
  new URLSearchParams({ supplier_cnpj, code, unit }).toString();
