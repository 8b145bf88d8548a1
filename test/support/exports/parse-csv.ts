/**
 * A strict parser of CSV (RFC 4180): every line ends in CRLF, a field is quoted as a whole or not at all, and every line has as many
 * fields as the first. Throws when the text breaks a rule.
 */
export function parseCsv(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    for (;;) {
      let field = "";
      if (text[at] === '"') {
        at += 1;
        for (;;) {
          const close = text.indexOf('"', at);
          if (close === -1) throw new Error(`a quote is not closed in line ${rows.length + 1}`);
          field += text.slice(at, close);
          at = close + 1;
          if (text[at] !== '"') break;
          field += '"';
          at += 1;
        }
      } else {
        const start = at;
        while (at < text.length && text[at] !== separator && text[at] !== "\r") {
          if (text[at] === '"' || text[at] === "\n")
            throw new Error(`a bare ${JSON.stringify(text[at])} in line ${rows.length + 1}`);
          at += 1;
        }
        field = text.slice(start, at);
      }
      row.push(field);
      if (text[at] !== separator) break;
      at += 1;
    }
    if (text.slice(at, at + 2) !== "\r\n")
      throw new Error(`line ${rows.length + 1} does not end in CRLF`);
    at += 2;
    if (rows[0] !== undefined && rows[0].length !== row.length)
      throw new Error(`line ${rows.length + 1} has ${row.length} fields`);
    rows.push(row);
  }
  return rows;
}
