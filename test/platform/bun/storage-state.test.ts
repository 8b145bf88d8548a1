import { expect, test } from "bun:test";
import { sayStorageFault, sayUnopened } from "../../../src/platform/bun/database/storage-state.ts";

const sqlite = (code: string, message = "what SQLite says") =>
  Object.assign(new Error(message), { code });

test("a storage fault keeps its sentence within another error and from another thread", () => {
  const fault = sayStorageFault(sqlite("SQLITE_CORRUPT"), "data/sge.db");
  const sentence = fault?.message ?? "";
  expect(sentence).toMatch(/data\/sge\.db está danificado \(what SQLite says\).*sge restore/);
  const copied = Object.assign(new Error(sentence), { name: "StorageFault", code: fault?.code });
  for (const error of [fault, new Error("outer", { cause: fault }), copied]) {
    expect(sayStorageFault(error, "elsewhere.db")?.message).toBe(sentence);
    expect(sayUnopened(error, "elsewhere.db")).toHaveProperty("message", sentence);
  }
});

test("a file that cannot be opened is not called damaged: its sentence names permissions first", () => {
  const { message = "" } = sayStorageFault(sqlite("SQLITE_CANTOPEN"), "data/sge.db") ?? {};
  expect(message).toMatch(/data\/sge\.db.*-wal.*permissões.*só se.*sge restore/);
  expect(message).not.toContain("danificado");
});

test("a short read is damage; an error that a full disk gives too is not", () => {
  for (const code of ["SQLITE_IOERR_SHORT_READ", "SQLITE_IOERR_READ", "SQLITE_NOTADB"])
    expect([code, sayStorageFault(sqlite(code), "x")?.code]).toEqual([code, "STORAGE_DAMAGED"]);
  for (const code of ["SQLITE_IOERR", "SQLITE_FULL", "SQLITE_BUSY"])
    expect([code, sayStorageFault(sqlite(code), "x")]).toEqual([code, null]);
});

test("an error with another path is not reported as one of the database", () => {
  const denied = (path: string) => Object.assign(new Error("EACCES"), { code: "EACCES", path });
  for (const path of ["/srv/db/sge.db", "/srv/db/sge.db-wal", "/srv/db"])
    expect(sayUnopened(denied(path), "/srv/db/sge.db")).toHaveProperty("code", "STORAGE_DAMAGED");
  for (const path of ["/srv/data", "/srv/data/installation.7~", "/srv/data/server.json"])
    expect(sayUnopened(denied(path), "/srv/db/sge.db")).toHaveProperty("path", path);
});
