import { expect } from "bun:test";
import { type ZipFile, zipOf } from "../../../src/synthetic/zip.ts";
import type { TestApp } from "../app.ts";

export const utf8 = (text: string) => new TextEncoder().encode(text);
export const xmlFile = (name: string, text: string): ZipFile => ({ name, bytes: utf8(text) });

/** Sends a ZIP for later, and gives the job's path. */
export async function enqueueBatch(
  service: TestApp,
  files: readonly ZipFile[],
  query = "",
): Promise<string> {
  const body = await zipOf(files);
  const answer = await service.send("POST", `/api/nfe/batch?async=true${query}`, {
    as: "OPERADOR",
    body,
    headers: { "content-type": "application/zip", "content-length": String(body.byteLength) },
  });
  expect([answer.status, answer.text]).toEqual([202, JSON.stringify(answer.body)]);
  expect(answer.headers.get("location")).toBe(`/api/jobs/${answer.body.job_id}`);
  return `/api/jobs/${answer.body.job_id}`;
}

export const outcomes = (results: { file: string; outcome: string }[]) =>
  results.map(({ file, outcome }) => [file, outcome]);

export const eventsOf = (service: TestApp, like: string) =>
  service.rows("select type, payload from events where type like ?1 order by id", [like]);
