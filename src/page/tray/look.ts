import type { Given } from "../base/intake.ts";
import type { Line } from "./state.ts";
import { localLine } from "./words.ts";

const MIB = 1_048_576;
/** As the service has them (docs/api.md, Limits). */
const XML_BYTES = 10 * MIB;
const ZIP_BYTES = 50 * MIB;

/** Files that operating systems add to folders: they are not meant. */
const OF_SYSTEM = /(?:^|\/)(?:__MACOSX\/|\.[^/]+$|thumbs\.db$|desktop\.ini$)/i;
const PDF = /\.pdf$/i;
const ARCHIVE = /\.(?:rar|7z|tar|t?gz)$/i;
const NO_NOTE =
  /\.(?:png|jpe?g|gif|webp|bmp|tiff?|html?|css|js|docx?|xlsx?|pptx?|od[tsp]|csv|txt|rtf|p7[sm]|mp4|heic)$/i;

/** What is done with a file: sent as a document or as a ZIP, answered here, or passed over. */
export type Looked =
  | { readonly as: "document" | "zip"; readonly given: Given }
  | { readonly as: "line"; readonly line: Line }
  | { readonly as: "nothing" };

/** Looks at a file's name, its size and, where the name says too little, its first bytes. The service looks again. */
export async function look(given: Given): Promise<Looked> {
  const { file, name } = given;
  const answered = (kind: "refused" | "ignored", message: string): Looked => ({
    as: "line",
    line: localLine(name, kind, message),
  });
  if (OF_SYSTEM.test(name)) return { as: "nothing" };
  if (PDF.test(name))
    return answered("ignored", "É um PDF, talvez o DANFE. Peça ao fornecedor o XML desta nota.");
  if (ARCHIVE.test(name))
    return answered(
      "refused",
      "Este tipo de arquivo não é aberto aqui: extraia os XMLs, ou faça um ZIP.",
    );
  if (NO_NOTE.test(name)) return answered("ignored", "Não é XML nem ZIP; foi deixado de fora.");
  if (file.size === 0) return answered("refused", "O arquivo está vazio.");
  const kind = await kindOf(file, name).catch(() => "unreadable" as const);
  if (kind === "unreadable") return answered("refused", UNREADABLE);
  if (kind === "other") return answered("ignored", "Não é XML nem ZIP; foi deixado de fora.");
  const most = kind === "zip" ? ZIP_BYTES : XML_BYTES;
  if (file.size > most)
    return answered(
      "refused",
      kind === "zip"
        ? "É maior que 50 MB, o limite de um ZIP. Divida-o, ou solte a pasta com os XMLs."
        : "É maior que 10 MB, o limite de um XML.",
    );
  return { as: kind, given };
}

export const UNREADABLE =
  "O arquivo não pôde ser lido: foi movido ou mudou depois de escolhido. Envie-o de novo.";

async function kindOf(file: File, name: string): Promise<"document" | "zip" | "other"> {
  if (/\.xml$/i.test(name)) return "document";
  if (/\.zip$/i.test(name)) return "zip";
  const head = new Uint8Array(await file.slice(0, 1024).arrayBuffer());
  if (head[0] === 0x50 && head[1] === 0x4b) return "zip";
  return head.includes(0x3c) && !(head[0] === 0x25 && head[1] === 0x50) ? "document" : "other";
}

const END_BYTES = 66_000;
const END = [0x50, 0x4b, 0x05, 0x06];

/** How many entries a ZIP has, as the record at its end says; null: unknown. */
export async function entriesOf(zip: File): Promise<number | null> {
  try {
    const tail = await zip.slice(Math.max(0, zip.size - END_BYTES)).arrayBuffer();
    const bytes = new Uint8Array(tail);
    for (let at = bytes.length - 22; at >= 0; at--) {
      if (!END.every((byte, i) => bytes[at + i] === byte)) continue;
      const many = new DataView(tail).getUint16(at + 10, true);
      return many === 0xffff ? null : many;
    }
  } catch {
    // It cannot be read: sending it will say so.
  }
  return null;
}
