import type { Danfe } from "../model.ts";
import { drawPage } from "./draw.ts";
import { printable } from "./font.ts";
import { pdfFile } from "./pdf-file.ts";
import { planOf } from "./plan.ts";

/**
 * A DANFE as PDF: A4 portrait, as many pages as its items need. The same paper gives the same bytes. Rejects with the reason
 * of `signal` when it aborts between two pages.
 */
export function danfePdf(danfe: Danfe, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const plan = planOf(danfe);
  return pdfFile(
    plan.pages.keys().map((at) => drawPage(danfe, plan, at)),
    {
      title: printable(`${danfe.title} ${danfe.number} ${danfe.issuer.name}`),
      subject: danfe.accessKey,
    },
    signal,
  );
}
