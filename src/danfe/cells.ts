import type { Align, Cell } from "./model.ts";

/** A box whose text stands on the left. */
export const words = (label: string, text: string | undefined, share: number): Cell =>
  cell(label, text, share, "left");

/** A box with an amount or a number. */
export const figure = (label: string, text: string | undefined, share: number): Cell =>
  cell(label, text, share, "right");

/** A box with a short code, a date or a time. */
export const mark = (label: string, text: string | undefined, share: number): Cell =>
  cell(label, text, share, "center");

const cell = (label: string, text: string | undefined, share: number, align: Align): Cell => ({
  label,
  text: text ?? "",
  share,
  align,
});
