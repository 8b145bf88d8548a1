import type { Align, Cell } from "../model.ts";
import { clipped, type Face, printable, widthOf } from "./font.ts";
import { literal, PAGE } from "./pdf-file.ts";

/** A place on the page in points, from its upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const PAD = 2.5;
const LABEL = 5;
/** A text that is too long for its box is set smaller, down to this. */
const LEAST = 5;

/** Two places are finer than any printer. */
const n = (value: number): string => String(Math.round(value * 100) / 100);

/** One page as operators of PDF (ISO 32000-1, annex A). */
export class Sheet {
  private readonly operators: string[] = ["0.5 w"];

  /** The outline of a box. */
  frame({ x, y, width, height }: Box): void {
    this.operators.push(`${n(x)} ${n(PAGE.height - y - height)} ${n(width)} ${n(height)} re S`);
  }

  /** A filled box; gray 0 is black. */
  fill({ x, y, width, height }: Box, gray: number): void {
    this.operators.push(
      `${n(gray)} g ${n(x)} ${n(PAGE.height - y - height)} ${n(width)} ${n(height)} re f 0 g`,
    );
  }

  /** A horizontal line; thin and gray, or in dashes. */
  rule(x: number, y: number, width: number, how: "thin" | "dashed"): void {
    const at = n(PAGE.height - y);
    const style = how === "dashed" ? "[3 2] 0 d" : "0.2 w 0.6 G";
    this.operators.push(`q ${style} ${n(x)} ${at} m ${n(x + width)} ${at} l S Q`);
  }

  /** A text whose baseline is at `y`, in the characters of `printable`. */
  text(x: number, y: number, size: number, text: string, face: Face = "regular"): void {
    const font = face === "bold" ? "F2" : "F1";
    this.operators.push(
      `BT /${font} ${n(size)} Tf ${n(x)} ${n(PAGE.height - y)} Td ${literal(printable(text))} Tj ET`,
    );
  }

  /** A text between two edges; where it is wider it is set smaller, and then cut with dots. */
  fitted(
    { x, y, width }: Pick<Box, "x" | "y" | "width">,
    size: number,
    text: string,
    {
      align = "left",
      face = "regular",
      least = LEAST,
    }: { align?: Align; face?: Face; least?: number } = {},
  ): void {
    const plain = printable(text);
    const natural = widthOf(plain, size, face);
    const used = natural <= width ? size : Math.max(least, (size * width) / natural);
    const shown = clipped(plain, used, width + 0.01, face);
    const free = width - widthOf(shown, used, face);
    const offset = align === "left" ? 0 : align === "right" ? free : free / 2;
    this.text(x + offset, y, used, shown, face);
  }

  /** A labelled box. */
  cell(
    box: Box,
    { label, text, align }: Omit<Cell, "share">,
    size = 8,
    face: Face = "regular",
  ): void {
    this.frame(box);
    const inside = { x: box.x + PAD, width: box.width - 2 * PAD };
    this.fitted({ ...inside, y: box.y + 6 }, LABEL, label, { face: "bold", least: 3.5 });
    this.fitted({ ...inside, y: box.y + box.height - 3.5 }, size, text, { align, face });
  }

  /** A row of labelled boxes over a width. */
  row({ x, y, width, height }: Box, cells: readonly Cell[], size = 8): void {
    const shares = cells.reduce((sum, { share }) => sum + share, 0);
    let left = x;
    for (const cell of cells) {
      const own = (width * cell.share) / shares;
      this.cell({ x: left, y, width: own, height }, cell, size);
      left += own;
    }
  }

  /** Bars of a code: widths in modules, beginning with a bar, over the width of the box. */
  bars({ x, y, width, height }: Box, widths: readonly number[]): void {
    const modules = widths.reduce((sum, one) => sum + one, 0);
    const module = width / modules;
    let left = x;
    const bottom = n(PAGE.height - y - height);
    const rectangles = widths.map((wide, at) => {
      const bar = `${(left).toFixed(3)} ${bottom} ${(wide * module).toFixed(3)} ${n(height)} re`;
      left += wide * module;
      return at % 2 === 0 ? bar : "";
    });
    this.operators.push(`${rectangles.filter((one) => one !== "").join(" ")} f`);
  }

  /** Gray words across the page, from its lower left to its upper right, below what is drawn afterwards. */
  across(lines: readonly string[]): void {
    const [cos, sin] = [Math.cos(0.9), Math.sin(0.9)];
    lines.forEach((line, at) => {
      const size = Math.min(90, 640 / widthOf(line, 1, "bold"));
      const half = widthOf(line, size, "bold") / 2;
      const down = (at - (lines.length - 1) / 2) * 85;
      const x = PAGE.width / 2 - half * cos + down * sin;
      const y = PAGE.height / 2 - half * sin - down * cos;
      this.operators.push(
        `q 0.86 g BT /F2 ${n(size)} Tf ${cos.toFixed(4)} ${sin.toFixed(4)} ${(-sin).toFixed(4)} ${cos.toFixed(4)} ` +
          `${n(x)} ${n(y)} Tm ${literal(printable(line))} Tj ET Q`,
      );
    });
  }

  /** The operators of the page. */
  toString(): string {
    return this.operators.join("\n");
  }
}
