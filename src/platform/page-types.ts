const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  wasm: "application/wasm",
  webmanifest: "application/manifest+json; charset=utf-8",
  woff2: "font/woff2",
};

/** The media type of a file by its name's end; `/` is the document. */
export const pageTypeOf = (path: string): string =>
  path === "/"
    ? pageTypeOf(".html")
    : (TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream");
