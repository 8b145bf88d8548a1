import PostalMime, { type Email } from "postal-mime";
import { HEADER_BYTES, NESTED_PARTS } from "./limits.ts";

/** A method of postal-mime that its types leave out. */
interface LineProcessor {
  processLine(line: Uint8Array, last: boolean): Promise<void>;
}

/** A part of a message: the members that are used here. */
interface Part {
  readonly contentType: { parsed: { value: string; params: Record<string, string> } };
  readonly contentDisposition: { parsed: { value: string; params: Record<string, string> } };
  readonly content: ArrayBuffer | null;
}

const LINES_PER_TURN = 2_000;

/** A note that is the text of the mail. */
const NOTE = /^[\s\ufeff\xef\xbb\xbf]*<(?:\?xml|nfeProc|NFe|enviNFe|procEventoNFe)[\s>]/;

const base = PostalMime.prototype;
const processLine: unknown = Reflect.get(base, "processLine");

/**
 * postal-mime with three changes: a text part that is a file or a note is an attachment with its original bytes (postal-mime
 * joins all text parts), other text is dropped, and the event loop gets a turn every LINES_PER_TURN lines (50 MiB take a second).
 */
class AttachmentParser extends PostalMime implements LineProcessor {
  #lines = 0;

  constructor(readonly yieldToEventLoop: () => Promise<void>) {
    super({
      forceRfc822Attachments: true,
      maxHeadersSize: HEADER_BYTES,
      maxNestingDepth: NESTED_PARTS,
    });
  }

  async processLine(line: Uint8Array, last: boolean): Promise<void> {
    this.#lines += 1;
    if (this.#lines % LINES_PER_TURN === 0) await this.yieldToEventLoop();
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

/** Parses a message; rejects when it is not MIME or exceeds a limit. */
export const parseMime = (
  raw: ArrayBuffer,
  yieldToEventLoop: () => Promise<void>,
): Promise<Email> => new AttachmentParser(yieldToEventLoop).parse(raw);
