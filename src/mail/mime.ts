import PostalMime, { type Email } from "postal-mime";
import { HEADER_BYTES, NESTED_PARTS } from "./limits.ts";

/** What postal-mime calls while it works, and leaves out of its types. */
interface Inside {
  processLine(line: Uint8Array, last: boolean): Promise<void>;
}

/** A part of a message, as far as we look at it. */
interface Part {
  readonly contentType: { parsed: { value: string; params: Record<string, string> } };
  readonly contentDisposition: { parsed: { value: string; params: Record<string, string> } };
  readonly content: ArrayBuffer | null;
}

const LINES_IN_A_ROW = 2_000;

/** A note pasted as the text of the mail, or sent as if it were text. */
const NOTE = /^[\s\ufeff\xef\xbb\xbf]*<(?:\?xml|nfeProc|NFe|enviNFe|procEventoNFe)[\s>]/;

const base = PostalMime.prototype;
const processLine: unknown = Reflect.get(base, "processLine");

/**
 * postal-mime, which keeps the bytes of a text that is a file or a note (it would make one text of all texts), makes no text
 * of the others, and gives way to whoever else waits: it works without a pause (measured: a second for 50 MiB).
 */
class Parts extends PostalMime implements Inside {
  #lines = 0;

  constructor(readonly breathe: () => Promise<void>) {
    super({
      forceRfc822Attachments: true,
      maxHeadersSize: HEADER_BYTES,
      maxNestingDepth: NESTED_PARTS,
    });
  }

  async processLine(line: Uint8Array, last: boolean): Promise<void> {
    this.#lines += 1;
    if (this.#lines % LINES_IN_A_ROW === 0) await this.breathe();
    if (typeof processLine === "function") await Reflect.apply(processLine, this, [line, last]);
  }

  isInlineTextNode({ contentType, contentDisposition, content }: Part): boolean {
    const { value, params } = contentType.parsed;
    const named = params.name ?? contentDisposition.parsed.params.filename;
    if (contentDisposition.parsed.value === "attachment" || named !== undefined) return false;
    if (value === "text/html") return true;
    if (value !== "text/plain" || content === null) return value === "text/plain";
    const head = new TextDecoder("latin1").decode(content.slice(0, 200));
    return !NOTE.test(head);
  }

  renderTextContent(): void {}
}

/** Reads a message within our bounds; rejects where it is none, or passes one. */
export const parseMime = (raw: ArrayBuffer, breathe: () => Promise<void>): Promise<Email> =>
  new Parts(breathe).parse(raw);
