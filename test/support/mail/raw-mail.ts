/** A part of a mail; bytes travel as base64 unless an encoding is said. */
export interface MailPart {
  readonly name?: string | undefined;
  readonly type?: string;
  readonly disposition?: "attachment" | "inline" | null;
  readonly encoding?: "base64" | "quoted-printable" | "8bit";
  readonly content: Uint8Array | string;
}

export interface MailOptions {
  readonly from?: string;
  readonly messageId?: string | null;
  readonly subject?: string;
  /** Lines before all others, as servers put them. */
  readonly headers?: readonly string[];
  readonly parts?: readonly MailPart[];
}

const BORDER = "=_border_of_the_tests";
let made = 0;

/** A mail as it travels, with CRLF; a text and then the parts. */
export function mailOf(options: MailOptions = {}): Uint8Array<ArrayBuffer> {
  const { from = "NF-e <nfe@forn.example>", parts = [], subject = "NF-e", headers = [] } = options;
  made += 1;
  const { messageId = `<${made}.${crypto.randomUUID()}@forn.example>` } = options;
  const text = [
    ...headers,
    `From: ${from}`,
    "To: nfe@loja.example",
    "Date: Mon, 23 Nov 2026 12:00:00 -0300",
    ...(messageId === null ? [] : [`Message-ID: ${messageId}`]),
    `Subject: ${subject}`,
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BORDER}${made}"`,
    "",
    `--${BORDER}${made}`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Segue a nota.",
    ...parts.flatMap((part) => [`--${BORDER}${made}`, ...linesOf(part)]),
    `--${BORDER}${made}--`,
    "",
  ];
  return Uint8Array.from(Buffer.from(text.join("\r\n"), "latin1"));
}

function linesOf(part: MailPart): string[] {
  const { name, type = "application/octet-stream", disposition = "attachment" } = part;
  const { encoding = "base64" } = part;
  const bytes = Buffer.from(part.content);
  const named = name === undefined ? "" : `; filename="${name}"`;
  return [
    `Content-Type: ${type}${name === undefined ? "" : `; name="${name}"`}`,
    ...(disposition === null ? [] : [`Content-Disposition: ${disposition}${named}`]),
    `Content-Transfer-Encoding: ${encoding}`,
    "",
    encoded(bytes, encoding),
  ];
}

function encoded(bytes: Buffer, encoding: string): string {
  if (encoding === "8bit") return bytes.toString("latin1");
  if (encoding === "base64") return bytes.toString("base64").replace(/.{76}/g, "$&\r\n");
  return [...bytes]
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("")
    .replace(/(?:=..){25}/g, "$&=\r\n");
}
