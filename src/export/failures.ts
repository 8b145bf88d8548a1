export type ExportFailure = { code: "export.interrupted"; rows: number };
