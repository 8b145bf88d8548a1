export type FetchFailure =
  /** Fetching is not switched on for this CNPJ, or for none of the company. */
  | { code: "sefaz.not_fetching"; cnpj: string | null }
  /** The company has so many CNPJs, on or off. */
  | { code: "sefaz.too_many_cnpjs"; limit: number }
  /** The CNPJ is not one of the company's (PATCH /api/company). */
  | { code: "sefaz.other_cnpj"; cnpj: string }
  /** The cursor is set back only: not beyond `ult_nsu`, up to which it has read. */
  | { code: "sefaz.cursor_ahead"; cnpj: string; ult_nsu: number }
  /** No call of this company has this id. */
  | { code: "sefaz.call_not_found"; id: string }
  /** No document is parked under this NSU. */
  | { code: "sefaz.parked_not_found"; cnpj: string; nsu: number }
  /** So many notes and documents of the company wait to be asked for. */
  | { code: "sefaz.too_many_asks"; limit: number; retryAfterS: number };
