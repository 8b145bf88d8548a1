/** Entry points for requests, messages, threads and people: they may import anything, and no file imports them. */
export const DOORS = [
  "bun.ts",
  "worker.ts",
  "reader.worker.ts",
  "sheets.worker.ts",
  "writer.worker.ts",
  "cli/door.ts",
  "demo/door.ts",
  "tools/migrate.ts",
  "tools/dev-edge.ts",
  "tools/deploy.ts",
  "tools/build-page.ts",
] as const;

/** Folders that belong to doors, each with the folders of this list that it may import. Of other folders they may import all. */
export const OF_DOORS: Record<string, string> = {
  synthetic: "",
  start: "",
  "cli/terminal": "",
  "cli/service": "cli/terminal",
  "cli/table": "",
  "cli/completion": "cli/table",
  "cli/documents": "cli/terminal cli/service",
  "cli/requests": "cli/terminal cli/service cli/documents",
  "cli/database": "start cli/terminal cli/service",
  cli: "start cli/terminal cli/service cli/table cli/completion cli/documents cli/requests cli/database",
  demo: "start cli/terminal cli/service cli/documents synthetic",
  tools: "start cli/terminal cli/service demo synthetic",
};
