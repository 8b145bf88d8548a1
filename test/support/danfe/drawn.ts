import { danfeOf } from "../../../src/danfe/danfe.ts";
import type { Danfe } from "../../../src/danfe/model.ts";
import { danfePdf } from "../../../src/danfe/pdf/danfe-pdf.ts";
import type { OddPaper } from "./odd-papers.ts";

const FOREVER = new AbortController().signal;

/** The model of an odd paper; throws where it has none. */
export function danfeIn({ xml, accessKey, standing }: OddPaper): Danfe {
  const danfe = danfeOf(new TextEncoder().encode(xml), accessKey, standing);
  if (!danfe.ok) throw new Error(danfe.error);
  return danfe.value;
}

/** Its PDF. */
export const pdfOf = (paper: OddPaper): Promise<Uint8Array<ArrayBuffer>> =>
  danfePdf(danfeIn(paper), FOREVER);
