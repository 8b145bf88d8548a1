import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Glob } from "bun";
import subsetFont from "subset-font";
import { FEED_EVENT_TYPES, FEED_EVENTS } from "../journal/feed-events.ts";
import { PROJECT } from "./programs.ts";

/** Every type of the feed, and when it is written, for the list of a webhook. */
const FEED_WHEN = JSON.stringify(
  Object.entries(FEED_EVENTS).map(([type, { when }]) => ({ type, when })),
);

/**
 * Door: `bun src/tools/build-page.ts`. Makes dist/page of src/page: index.html, sw.js, manifest.webmanifest, _headers, and assets/ with
 * a hash in each name. Nothing is done when the sources are those of the last build. It is built beside and moved, so that a
 * program that serves it never finds half of it.
 */
const SOURCE = join(PROJECT, "src/page");
const TARGET = join(PROJECT, "dist/page");
/** Outside of dist/page, which is public. */
const STAMP = join(PROJECT, "dist/page.stamp");
/** Reads barcodes where the browser cannot; asked for when the camera opens. */
const ZXING = "zxing-wasm/reader/zxing_reader.wasm";
const INTER = "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";

/** Latin-1, quotes, dashes, arrows and the signs that the page writes; another letter comes from the device's own font. */
const LETTERS =
  Array.from({ length: 0xff - 0x20 + 1 }, (_, i) => String.fromCharCode(0x20 + i)).join("") +
  "–—‘’“”…•→←↑↓−×€";

/** One hash of everything that the build reads. */
async function stampOfSources(): Promise<string> {
  const paths = [...new Glob("src/{page,lib}/**/*").scanSync(PROJECT)].sort();
  const hash = new Bun.CryptoHasher("sha256");
  for (const path of [...paths, "src/accounts/roles.ts", "src/tools/build-page.ts", "bun.lock"])
    hash.update(path).update(await Bun.file(join(PROJECT, path)).bytes());
  return hash.update(FEED_WHEN).digest("hex");
}

async function build(stamp: string): Promise<void> {
  const folder = `${TARGET}.${process.pid}`;
  const assets = join(folder, "assets");
  await mkdir(assets, { recursive: true });
  try {
    const font = await hashed(assets, "inter.woff2", await subsetOfInter());
    const icon = await hashed(assets, "icon.svg", await Bun.file(join(SOURCE, "icon.svg")).bytes());
    const styles = await styleSheets(assets, font);
    const wasm = await Bun.file(Bun.resolveSync(ZXING, PROJECT)).bytes();
    const zxing = await hashed(assets, "zxing.wasm", wasm);
    const program = await scripts(assets, { STYLES: styles, ZXING: zxing });
    const html = await documentOf({ icon, font, style: styles.page ?? "", ...program });
    await Bun.write(join(folder, "index.html"), html);
    await Bun.write(join(folder, "manifest.webmanifest"), manifest(icon));
    await Bun.write(join(folder, "_headers"), HEADERS);
    await serviceWorker(folder, html);
    await moveTo(folder);
    await Bun.write(STAMP, stamp);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a file under a name with its hash; gives its address. */
async function hashed(assets: string, name: string, bytes: Uint8Array): Promise<string> {
  const [stem, ending] = name.split(".");
  const file = `${stem}-${Bun.hash(bytes).toString(36)}.${ending}`;
  await Bun.write(join(assets, file), bytes);
  return `/assets/${file}`;
}

/** Inter with the letters of the page and the weights 400 to 700: half of its bytes. Kept in dist/, because cutting takes a second. */
async function subsetOfInter(): Promise<Uint8Array> {
  const whole = await Bun.file(Bun.resolveSync(INTER, PROJECT)).bytes();
  const kept = Bun.file(
    join(PROJECT, `dist/inter-${Bun.hash(whole, Bun.hash.crc32(LETTERS))}.woff2`),
  );
  if (await kept.exists()) return kept.bytes();
  const subset = await subsetFont(Buffer.from(whole), LETTERS, {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 700 } },
  });
  await Bun.write(kept, subset);
  return subset;
}

/** The page's own style sheet (`page`), and one for each view that has one. */
async function styleSheets(assets: string, font: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of [...new Glob("**/style.css").scanSync(SOURCE)].sort()) {
    const built = await Bun.build({
      entrypoints: [join(SOURCE, path)],
      minify: true,
      external: ["/assets/*"],
    });
    const folder = path === "style.css" ? "page" : (path.split("/")[0] ?? "");
    const text = await built.outputs[0]?.text();
    if (text === undefined || text === "") continue;
    const bytes = new TextEncoder().encode(text.replace("/assets/inter.woff2", font));
    found[folder] = await hashed(assets, `${folder}.css`, bytes);
  }
  return found;
}

/** The program with its chunks: the address of its entry, and those that it imports at once. */
async function scripts(assets: string, built: Readonly<Record<string, unknown>>) {
  const { metafile } = await Bun.build({
    entrypoints: [join(SOURCE, "main.tsx")],
    outdir: assets,
    minify: true,
    splitting: true,
    target: "browser",
    metafile: true,
    tsconfig: join(PROJECT, "tsconfig.page.json"),
    naming: { entry: "[name]-[hash].[ext]", chunk: "[name]-[hash].[ext]" },
    publicPath: "/assets/",
    define: {
      "process.env.NODE_ENV": '"production"',
      ...Object.fromEntries(Object.entries(built).map(([k, v]) => [k, JSON.stringify(v)])),
      FEED_TYPES: JSON.stringify(FEED_EVENT_TYPES),
      FEED_WHEN,
    },
  });
  const outputs = Object.entries(metafile?.outputs ?? {});
  const entry = outputs.find(([, one]) => one.entryPoint?.endsWith("src/page/main.tsx"));
  if (entry === undefined) throw new Error("the program has no entry");
  const nameOf = (path: string) => `/assets/${path.split("/").at(-1)}`;
  const needed = entry[1].imports.filter(({ kind }) => kind === "import-statement");
  return { main: nameOf(entry[0]), preloads: needed.map(({ path }) => nameOf(path)) };
}

async function documentOf(
  parts: Record<"icon" | "font" | "style" | "main", string> & { preloads: readonly string[] },
): Promise<string> {
  const template = await Bun.file(join(SOURCE, "index.html")).text();
  const preloads = parts.preloads.map((href) => `<link rel="modulepreload" href="${href}">`);
  return template
    .replace("{icon}", parts.icon)
    .replace("{font}", parts.font)
    .replace("{style}", parts.style)
    .replace("{main}", parts.main)
    .replace("{preloads}", preloads.join("\n    "));
}

const manifest = (icon: string): string =>
  JSON.stringify({
    name: "S.G.E.",
    short_name: "S.G.E.",
    lang: "pt-BR",
    start_url: "/notas",
    scope: "/",
    display: "standalone",
    background_color: "#f6f5f2",
    theme_color: "#f6f5f2",
    icons: [{ src: icon, sizes: "any", type: "image/svg+xml", purpose: "any" }],
  });

/** Files with a hash in their name never change. Cloudflare's assets read this file; src/web does the same on Bun. */
const HEADERS = `/assets/*
  Cache-Control: public, max-age=31536000, immutable
  X-Content-Type-Options: nosniff
`;

/** The service worker knows this version's files; its version is the hash of all of them. */
async function serviceWorker(folder: string, html: string): Promise<void> {
  const names = (await readdir(join(folder, "assets"))).sort();
  // The largest file is kept when it was first used (sw.ts).
  const files = names.filter((name) => !name.endsWith(".wasm")).map((name) => `/assets/${name}`);
  const built = await Bun.build({
    entrypoints: [join(SOURCE, "sw.ts")],
    outdir: folder,
    minify: true,
    target: "browser",
    define: {
      VERSION: JSON.stringify(Bun.hash(html + files.join()).toString(36)),
      FILES: JSON.stringify(files),
    },
  });
  if (!built.success) throw new Error("the service worker was not built");
}

/** Moves the finished folder to dist/page. Another build that was faster has made the same. */
async function moveTo(folder: string): Promise<void> {
  const old = `${TARGET}.old-${process.pid}`;
  await rename(TARGET, old).catch(() => undefined);
  await rename(folder, TARGET).catch(() => undefined);
  await rm(old, { recursive: true, force: true });
}

const stamp = await stampOfSources();
const last = await Bun.file(STAMP)
  .text()
  .catch(() => "");
if (last !== stamp || !(await Bun.file(join(TARGET, "index.html")).exists())) await build(stamp);
