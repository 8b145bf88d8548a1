/** Supplier items and units. */
export const suppliers = {
  async "units of the company"({ ask }) {
    const path = "/api/company/units";
    const put = (own) => ({ method: "PUT", path, json: { own } });
    await ask("the units", { path });
    for (const own of [
      [{ spelling: "Display", unit: "DP" }],
      [
        { spelling: "LT", unit: "L" },
        { spelling: "PC", unit: "UN" },
      ],
      [
        { spelling: "A", unit: "B" },
        { spelling: "B", unit: "C" },
      ],
      [{ spelling: "", unit: "UN" }],
      [{ spelling: "A" }],
      [],
    ])
      await ask(`units ${JSON.stringify(own)}`, put(own));
    await ask("the units of others", { path, as: "GERENTE" });
  },

  async "a mapping tried, made and removed"({ ask, keys }) {
    const path = "/api/supplier-items";
    const item = { supplier_cnpj: keys.first.slice(6, 20), code: "1", unit: "CX" };
    for (const query of ["?dry_run=true", ""])
      await ask(`a mapping ${query}`, {
        method: "PUT",
        path: path + query,
        json: { ...item, product_code: "NOVO/1", factor: "1/12" },
      });
    for (const unit of ["CX", "CX", "UN"])
      await ask(`the mapping of ${unit} removed`, {
        method: "DELETE",
        path: `${path}?${new URLSearchParams({ ...item, unit })}`,
      });
  },

  async "mappings imported from a file"({ ask, keys }) {
    const head = "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator";
    const supplier = keys.first.slice(6, 20);
    const file = (...lines) => [head, ...lines, ""].join("\r\n");
    const send = (body, query = "", type = "text/csv") => ({
      method: "POST",
      path: `/api/supplier-items/import${query}`,
      headers: { "content-type": type },
      body,
    });
    const good = file(`${supplier};IMP 1;CX;NOVO/1;1/12`, `${supplier};'=1;UN;NOVO/1;2,5`);
    for (const query of ["?dry_run=true", "", "", "?dry_run=maybe"])
      await ask(`an import ${query}`, send(good, query));
    for (const body of [
      "",
      file(`${supplier};1;CX;NADA;1`, "1;1;CX;NOVO/1;0", "1"),
      file(`${supplier};"1;CX;NOVO/1;1`),
      "Preço\n1\n",
      "x".repeat(1024 * 1024 + 1),
    ])
      await ask(`an import of ${body.slice(80, 140)}`, send(body));
    const form = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n\ufeff${good}\r\n--x--\r\n`;
    await ask("an import by a form", send(form, "", "multipart/form-data; boundary=x"));
    await ask("an import of JSON", send("{}", "", "application/json"));
    await ask("an import by an operator", { ...send(good), as: "OPERADOR" });
    await ask("what was imported", { path: `/api/supplier-items?supplier_cnpj=${supplier}` });
  },

  async "items without a mapping, and what they may be"({ ask, keys }) {
    const path = "/api/supplier-items/waiting";
    await ask(
      "the items that wait",
      { path: `${path}?limit=1` },
      {
        keep: ({ data, pagination }, known) => {
          known.cursor = pagination?.next_cursor;
          known.waiting = data?.[0];
        },
      },
    );
    await ask("the next items", ({ cursor }) => ({ path: `${path}?cursor=${cursor}` }));
    for (const query of ["?cursor=x", "?limit=0", "?limit=99"])
      await ask(`items that wait ${query}`, { path: path + query });
    const of = (query) => `/api/supplier-items/suggestions?${new URLSearchParams(query)}`;
    await ask("suggestions for the first", ({ waiting }) => ({
      path: of({
        supplier_cnpj: waiting?.supplier_cnpj ?? keys.first.slice(6, 20),
        code: waiting?.code ?? "1",
        unit: waiting?.unit ?? "UN",
      }),
    }));
    for (const query of [
      { code: "1" },
      { supplier_cnpj: keys.first.slice(6, 20), code: "NADA", unit: "UN" },
    ])
      await ask(`suggestions ${JSON.stringify(query)}`, { path: of(query) });
  },
};
