const TAGS = JSON.stringify(["nfes", "stock", "products", "supplier_items"]);

/** SQL that ends every kept answer of the first company, with those about one product. */
export const oldAnswers = (product: string): string =>
  `insert into cache_versions (company, tag, version) select 1, value, 1 from json_each('${TAGS}') where true
    on conflict do update set version = version + 1;
  update balances set version = version + 1 where company = 1 and product = '${product}';`;
