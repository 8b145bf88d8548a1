import type { SyntheticNote } from "../src/synthetic/synthetic-note.ts";

/** A complete HTTP/1.1 request, ready for a socket; `names`: the documents that it contains. */
export interface Sending {
  readonly bytes: Uint8Array;
  readonly names: readonly string[];
}

/** The address of requests, and the authorization that each of them has. */
export interface Address {
  readonly url: string;
  readonly path: string;
  readonly token?: string | undefined;
}

const BOUNDARY = "----sge-bench-7f3a91c2d4";

/** A GET without a body. */
export function get(to: Address): Sending {
  return { bytes: Buffer.from(`GET ${head(to)}\r\n`), names: [] };
}

/** One document as the body itself. */
export function post(to: Address, note: SyntheticNote): Sending {
  return posted(to, "application/xml", note.xml, [note.accessKey]);
}

/** Documents as the files of a form, all in the field `field`. */
export function form(to: Address, field: string, notes: readonly SyntheticNote[]): Sending {
  let body = "";
  for (const { accessKey, xml } of notes)
    body +=
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${field}"; filename="${accessKey}.xml"\r\n` +
      `Content-Type: text/xml\r\n\r\n${xml}\r\n`;
  const names = notes.map((note) => note.accessKey);
  return posted(
    to,
    `multipart/form-data; boundary=${BOUNDARY}`,
    `${body}--${BOUNDARY}--\r\n`,
    names,
  );
}

function posted(to: Address, type: string, body: string, names: readonly string[]): Sending {
  const length = Buffer.byteLength(body);
  const fields = `Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
  return { bytes: Buffer.from(`POST ${head(to)}${fields}${body}`), names };
}

function head({ url, path, token }: Address): string {
  const bearer = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
  return `${path} HTTP/1.1\r\nHost: ${new URL(url).host}\r\n${bearer}`;
}
