import { expect } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { $, Glob } from "bun";
import { danfeIn, pdfOf } from "../support/danfe/drawn.ts";
import { ODD_PAPERS } from "../support/danfe/odd-papers.ts";
import { readCode128 } from "../support/danfe/read-barcode.ts";
import { testInFull } from "../support/full.ts";

/** Blanks are the reader's: it puts some between texts that stand side by side. */
const tight = (text: string): string => text.replaceAll(/\s+/g, "");

for (const paper of ODD_PAPERS)
  testInFull(
    `Debian's readers of PDF find the texts and the barcode of ${paper.name} on its pages`,
    async () => {
      for (const program of ["pdftotext", "pdftoppm"])
        if (Bun.which(program) === null)
          throw new Error(`the long form of the tests needs poppler-utils (${program})`);
      const folder = await mkdtemp(join(tmpdir(), "sge-danfe-"));
      try {
        const file = join(folder, "danfe.pdf");
        await Bun.write(file, await pdfOf(paper));
        const said = await $`pdftotext -layout ${file} -`.quiet();
        expect(said.stderr.toString()).toBe("");
        const text = tight(said.text());
        const danfe = danfeIn(paper);
        const expected = [
          ...paper.says,
          danfe.keyText,
          danfe.issuer.name,
          ...danfe.items.map(({ cells }) => cells[8] ?? ""),
        ];
        // A name in several lines is read line by line, with what stands beside it.
        const missing = expected.filter((one) => !text.includes(tight(one)));
        expect(missing.filter((one) => one !== danfe.issuer.name || one.length < 40)).toEqual([]);
        await $`pdftoppm -r 200 -png -l 2 ${file} ${join(folder, "page")}`.quiet();
        const pictures = [...new Glob("page-*.png").scanSync({ cwd: folder, absolute: true })];
        expect(pictures.length).toBeGreaterThan(0);
        for (const picture of pictures)
          expect(await readCode128(new Blob([await Bun.file(picture).arrayBuffer()]))).toBe(
            paper.accessKey,
          );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
