import { joinedBytes } from "../../lib/bytes.ts";

/** A4 portrait in points. */
export const PAGE = { width: 595.28, height: 841.89 } as const;

/** What a reader of PDF shows about a file. */
export interface PdfInfo {
  /** Latin-1 text. */
  readonly title: string;
  readonly subject: string;
}

/** A string of Latin-1 characters as bytes. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** A text as a literal string of PDF (ISO 32000-1, 7.3.4.2). */
export const literal = (text: string): string => `(${text.replaceAll(/[\\()]/g, "\\$&")})`;

/** zlib, as FlateDecode reads it (RFC 1950). */
async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const FONT = (name: string): string =>
  `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;

/** Numbers of the objects before the pages. */
const CATALOG = 1;
const PAGES = 2;
const REGULAR = 3;
const BOLD = 4;
const INFO = 5;
const FIRST_PAGE = 6;

/**
 * A PDF 1.4 of A4 pages (ISO 32000-1). `pages`: the operators of each, as Latin-1 text with the fonts F1 (regular) and F2
 * (bold); each is made when it is its turn. It has no date and no chance in it: the same pages give the same bytes.
 * `signal` ends it between two pages.
 */
export async function pdfFile(
  pages: Iterable<string>,
  { title, subject }: PdfInfo,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const offsets: number[] = [];
  let size = 0;
  const write = (part: Uint8Array<ArrayBuffer> | string) => {
    const bytes = typeof part === "string" ? latin1(part) : part;
    parts.push(bytes);
    size += bytes.byteLength;
  };
  const object = (number: number, body: string) => {
    offsets[number] = size;
    write(`${number} 0 obj\n${body}\nendobj\n`);
  };
  write("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n");
  object(
    CATALOG,
    `<< /Type /Catalog /Pages ${PAGES} 0 R /Lang (pt-BR) /ViewerPreferences << /DisplayDocTitle true >> >>`,
  );
  object(REGULAR, FONT("Times-Roman"));
  object(BOLD, FONT("Times-Bold"));
  object(INFO, `<< /Title ${literal(title)} /Subject ${literal(subject)} /Producer (S.G.E.) >>`);
  const kids: string[] = [];
  for (const operators of pages) {
    signal.throwIfAborted();
    const page = FIRST_PAGE + kids.length * 2;
    const content = await deflated(latin1(operators));
    kids.push(`${page} 0 R`);
    object(
      page,
      `<< /Type /Page /Parent ${PAGES} 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}] ` +
        `/Resources << /Font << /F1 ${REGULAR} 0 R /F2 ${BOLD} 0 R >> >> /Contents ${page + 1} 0 R >>`,
    );
    offsets[page + 1] = size;
    write(`${page + 1} 0 obj\n<< /Length ${content.byteLength} /Filter /FlateDecode >>\nstream\n`);
    write(content);
    write("\nendstream\nendobj\n");
  }
  object(PAGES, `<< /Type /Pages /Count ${kids.length} /Kids [${kids.join(" ")}] >>`);
  const table = size;
  const entries = offsets.slice(1).map((at) => `${String(at).padStart(10, "0")} 00000 n \n`);
  write(`xref\n0 ${offsets.length}\n0000000000 65535 f \n${entries.join("")}`);
  write(
    `trailer\n<< /Size ${offsets.length} /Root ${CATALOG} 0 R /Info ${INFO} 0 R >>\nstartxref\n${table}\n%%EOF\n`,
  );
  return joinedBytes(parts);
}
