import { type Attachment, addressParser } from "postal-mime";
import type { SentFile } from "../ingest/upload/unpack.ts";
import type { UploadEntry } from "../ingest/upload/upload-entry.ts";
import { err, ok, type Result } from "../lib/result.ts";
import type { Ports } from "../ports/ports.ts";
import type { MailRefusal } from "./failures.ts";
import { NESTED_MAILS, PART_LINES } from "./limits.ts";
import { parseMime } from "./mime.ts";

/** The parts of a mail that are used. */
export interface ParsedMail {
  /** The one address of its one header From; null: none, or several. */
  readonly from: string | null;
  /** MAIL FROM as the last server recorded it (Return-Path); null: `<>`; undefined: no such header. */
  readonly returnPath: string | null | undefined;
  readonly messageId: string | null;
  /** The Authentication-Results headers, newest first. */
  readonly authenticationResults: readonly string[];
  /** Attachments, also those of attached mails, in order: every part that has a name or is a note. */
  readonly files: readonly SentFile[];
  /** Attached mails that are nested too deeply to be read. */
  readonly unopened: readonly UploadEntry[];
}

/**
 * Parses a mail. Fails with `mail.malformed`: not MIME, or too many parts, headers or levels. An encoded file has its original
 * bytes; a file that was sent as plain text lines may have other line endings, because mail does not preserve them.
 */
export async function parseMail(
  raw: Uint8Array<ArrayBuffer>,
  ports: Pick<Ports, "yieldToEventLoop">,
): Promise<Result<ParsedMail, Extract<MailRefusal, { code: "mail.malformed" }>>> {
  if (partLines(raw) > PART_LINES) return err({ code: "mail.malformed" });
  try {
    const mail = await parseMime(whole(raw), ports.yieldToEventLoop);
    const all = (key: string) => mail.headers.filter((header) => header.key === key);
    const [returned] = all("return-path");
    const found: FoundFiles = { files: [], unopened: [] };
    await collect(mail.attachments, "", 0, found, ports);
    return ok({
      from: onlyAddress(all("from").map(({ value }) => value)),
      returnPath: returned === undefined ? undefined : onlyAddress([returned.value]),
      messageId: all("message-id")[0]?.value.trim() || null,
      authenticationResults: all("authentication-results").map(({ value }) => value),
      ...found,
    });
  } catch {
    return err({ code: "mail.malformed" });
  }
}

interface FoundFiles {
  files: SentFile[];
  unopened: UploadEntry[];
}

async function collect(
  attachments: readonly Attachment[],
  prefix: string,
  depth: number,
  found: FoundFiles,
  ports: Pick<Ports, "yieldToEventLoop">,
): Promise<void> {
  for (const attachment of attachments) {
    const { content, mimeType, filename, related } = attachment;
    if (typeof content === "string" || (related === true && filename === null)) continue;
    const name = `${prefix}${filename ?? nameless(mimeType)}`;
    if (mimeType !== "message/rfc822") {
      found.files.push({ name, blob: new Blob([bytesOf(content)]) });
    } else if (depth < NESTED_MAILS) {
      const inner = await parseMime(whole(bytesOf(content)), ports.yieldToEventLoop);
      await collect(inner.attachments, `${name}/`, depth + 1, found, ports);
    } else {
      const why = "A mensagem está dentro de muitas outras; encaminhe-a sozinha";
      found.unopened.push({ kind: "ignored", file: name, why });
    }
  }
}

function nameless(type: string): string {
  if (type === "message/rfc822") return "mensagem.eml";
  return /xml|plain/.test(type) ? "mensagem.xml" : "(sem nome)";
}

/** The address of the only header; null for none, several, or a group, because programs differ in which one they show. */
function onlyAddress(headers: readonly string[]): string | null {
  const [header, second] = headers;
  if (header === undefined || second !== undefined) return null;
  const [first, ...others] = addressParser(header);
  return first === undefined || others.length > 0 || first.group !== undefined
    ? null
    : first.address || null;
}

const DASH = 0x2d;
const LINE_FEED = 0x0a;

/** Counts the lines that begin like a part's boundary. */
function partLines(raw: Uint8Array): number {
  let count = raw[0] === DASH && raw[1] === DASH ? 1 : 0;
  for (let at = raw.indexOf(LINE_FEED); at >= 0; at = raw.indexOf(LINE_FEED, at + 1))
    if (raw[at + 1] === DASH && raw[at + 2] === DASH) count += 1;
  return count;
}

const bytesOf = (content: ArrayBuffer | Uint8Array): Uint8Array<ArrayBuffer> =>
  content instanceof ArrayBuffer ? new Uint8Array(content) : new Uint8Array(content);

/** The buffer itself when the bytes fill it: a copy would need another 50 MiB. */
const whole = ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): ArrayBuffer =>
  byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
