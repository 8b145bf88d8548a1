import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { type DownloadOptions, downloadCsv } from "../../export/files/download.ts";
import type { ExportRequest } from "../../export/files/request-export.ts";
import type { Env } from "../env.ts";
import { attachment } from "../request/export-filters.ts";
import { downloadOf } from "./download.ts";
import { limitDownloads } from "./download-limit.ts";

/** The CSV of a request as a file; compressed where the runtime has gzip and the client accepts it. */
export async function csvFile(
  c: Context<Env>,
  dialect: DownloadOptions["dialect"],
  requestIn: (timeZone: string) => ExportRequest | Promise<ExportRequest>,
) {
  const download = { ...(await downloadOf(c)), dialect };
  const { timeZone } = download;
  const request = await requestIn(timeZone);
  const csv = await downloadCsv(c.var.ports, request, download);
  const { clock, gzip } = c.var.ports;
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": attachment(request.type, clock.now(), timeZone),
    "cache-control": "no-store",
  };
  if (gzip === undefined) return c.body(limitDownloads(c, csv), 200, headers);
  const encoding = accepts(c, {
    header: "Accept-Encoding",
    supports: ["gzip", "identity"],
    default: "identity",
  });
  const varied = { ...headers, vary: "Accept-Encoding" };
  return encoding === "gzip"
    ? c.body(limitDownloads(c, gzip(csv)), 200, { ...varied, "content-encoding": "gzip" })
    : c.body(limitDownloads(c, csv), 200, varied);
}
