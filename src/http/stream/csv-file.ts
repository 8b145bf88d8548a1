import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { type DownloadOptions, downloadCsv } from "../../export/files/download.ts";
import type { ExportRequest } from "../../export/files/request-export.ts";
import { trusted } from "../../lib/cast.ts";
import type { Env } from "../env.ts";
import { attachment } from "../request/export-filters.ts";
import { PROBLEMS } from "../schemas.ts";
import { downloadOf } from "./download.ts";
import { limitDownloads } from "./download-limit.ts";

/** The answers of a route that writes a CSV while it is downloaded. */
export const csvResponses = {
  200: {
    description: "O CSV, sem limite de linhas",
    content: { "text/csv": { schema: z.string() } },
  },
  default: PROBLEMS,
} as const;

/** Spread into the declaration of a list that is a CSV too: complete-contract.ts adds the type to its answer. */
export const CSV_TOO = { "x-csv": true } as const;

/** Whether the client prefers `text/csv` to JSON in its Accept; nothing, or anything, is JSON. */
export function wantsCsv(c: Context<Env>): boolean {
  const supports = ["application/json", "text/csv"];
  return accepts(c, { header: "Accept", supports, default: "application/json" }) === "text/csv";
}

/** The rows of a list, all of them, as CSV instead of a page of JSON; typed as nothing, because the list's type is that of its JSON. */
export const csvInstead = async (...args: Parameters<typeof csvFile>): Promise<never> =>
  trusted<never>(await csvFile(...args));

/** The CSV of a request as a file. */
export async function csvFile(
  c: Context<Env>,
  dialect: DownloadOptions["dialect"],
  requestIn: (timeZone: string) => ExportRequest | Promise<ExportRequest>,
) {
  const download = { ...(await downloadOf(c)), dialect };
  const request = await requestIn(download.timeZone);
  return csvAnswer(c, await downloadCsv(c.var.ports, request, download), request.type, download);
}

/** A CSV as a file; compressed where the runtime has gzip and the client accepts it. */
export function csvAnswer(
  c: Context<Env>,
  csv: ReadableStream<Uint8Array>,
  name: Parameters<typeof attachment>[0],
  { timeZone }: Pick<DownloadOptions, "timeZone">,
) {
  const { clock, gzip } = c.var.ports;
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": attachment(name, clock.now(), timeZone),
    "cache-control": "no-store",
    vary: "Accept",
  };
  if (gzip === undefined) return c.body(limitDownloads(c, csv), 200, headers);
  const encoding = accepts(c, {
    header: "Accept-Encoding",
    supports: ["gzip", "identity"],
    default: "identity",
  });
  const varied = { ...headers, vary: "Accept, Accept-Encoding" };
  return encoding === "gzip"
    ? c.body(limitDownloads(c, gzip(csv)), 200, { ...varied, "content-encoding": "gzip" })
    : c.body(limitDownloads(c, csv), 200, varied);
}
