export type StockFailure =
  | { code: "product.not_found"; product_code: string }
  | { code: "stock.insufficient"; product_code: string; requested: string; balance: string }
  | { code: "stock.out_of_range"; product_code: string };
