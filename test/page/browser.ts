import { deepEqual, equal } from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** A service that a browser can reach: on Bun (`bun-world.ts`) or in workerd (test/edge/full/page.test.mjs). */
export interface World {
  readonly url: string;
  readonly admin: { readonly email: string; readonly password: string };
  /** Asks the API as the administrator, beside the page. Gives the answer's status and JSON. */
  call(method: string, path: string, json?: unknown): Promise<{ status: number; body: unknown }>;
  /** Uploads XML. */
  upload(xml: string | Uint8Array<ArrayBuffer>, query?: string): Promise<unknown>;
}

/** One browser with one page of a service. */
export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly world: World;
  /** Opens a path of the page. */
  open(path: string): Promise<void>;
  /** Types e-mail and password, and waits for the frame. */
  enter(password?: string): Promise<void>;
  /** axe-core (WCAG 2.2 AA and its best practice) finds nothing. */
  accessible(): Promise<void>;
  /** Keeps pictures in light, dark and at 360 px, under PICTURES or the system's temporary folder. */
  picture(name: string): Promise<void>;
}

/** What the page does for a person: run on Bun and in workerd. `short`: also in `check`. */
export interface Sentence {
  readonly name: string;
  readonly short?: true;
  readonly run: (visit: Visit) => Promise<void>;
}

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why there is no browser here; null where there is one. */
export const noBrowser: string | null = existsSync(CHROMIUM)
  ? null
  : `the browser ${CHROMIUM} (Debian: chromium) is not installed`;

export const PICTURES = process.env.PICTURES ?? join(tmpdir(), "sge-pictures");
const DESK = { width: 1360, height: 860 };
const PHONE = { width: 360, height: 740 };

let shared: Promise<Browser> | null = null;

/** One browser for all tests of a process; it ends with it. Each visit has cookies of its own. */
function browser(): Promise<Browser> {
  shared ??= launched();
  return shared;
}

function launched(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // Tests run in containers without user namespaces; they load nothing but our own page.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--font-render-hinting=none", ...args],
  });
}

/** A browser whose camera shows a video (Y4M). */
const withCamera = (video: string): Promise<Browser> =>
  launched([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${video}`,
  ]);

/** Ends the browser; for runners that wait for every child. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = null;
}

/** `signedIn: false`: begins outside. Faults that a sentence provokes: `expected`, a pattern of console lines. */
export interface VisitOptions {
  readonly phone?: boolean;
  readonly signedIn?: boolean;
  /** Makes the video that the camera shows; gives its path. */
  readonly video?: () => Promise<string>;
  /** As in `check`: one look of axe, and no pictures unless PICTURES names their folder. */
  readonly brief?: boolean;
}

/**
 * Runs `body` with a page, signed in unless it says otherwise. Afterwards: the policy reported nothing, no script failed, and no
 * request left the service.
 */
export async function visit(
  world: World,
  body: (visit: Visit) => Promise<void>,
  { phone = false, signedIn = true, video, brief = false }: VisitOptions = {},
): Promise<void> {
  const own = video === undefined ? null : await withCamera(await video());
  const context = await (own ?? (await browser())).newContext({
    viewport: phone ? PHONE : DESK,
    locale: "pt-BR",
    timezoneId: "America/Sao_Paulo",
    hasTouch: phone,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  try {
    const page = await context.newPage();
    const faults = await watch(page, world);
    if (signedIn) await signIn(context, world);
    const whole = visitOf(page, context, world);
    await body(brief ? briefly(whole) : whole).catch(async (cause: unknown) => {
      const shown = await page.locator("body").textContent({ timeout: 1_000 }).catch(String);
      const said = [String(cause), page.url(), ...faults, shown?.slice(0, 1_000)];
      throw new Error(said.join("\n"), { cause });
    });
    deepEqual(faults, []);
  } finally {
    await context.close();
    await own?.close();
  }
}

/** Code for the browser is text: the types of the tests are those of Bun. */
const REPORT = `document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
  reportViolation([violatedDirective, blockedURI, sample].join(" ")));`;

/** Collects what must not happen: reports of the policy, errors of scripts, requests to another host. */
async function watch(page: Page, world: World): Promise<string[]> {
  const faults: string[] = [];
  await page.exposeFunction("reportViolation", (what: string) => faults.push(`policy: ${what}`));
  await page.addInitScript({ content: REPORT });
  page.on("pageerror", (error) => faults.push(`script: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    const address = request.url();
    if (!address.startsWith(`${world.url}/`) && !/^(?:data|blob):/.test(address))
      faults.push(`request: ${address}`);
  });
  return faults;
}

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;
const sessions = new WeakMap<World, Cookies>();

/** The cookie of a session, without the login's form; one login for all visits of a world. Waits out 429 and 503, as the page does. */
async function signIn(context: BrowserContext, world: World): Promise<void> {
  const address = `${world.url}/api/session`;
  await context.addCookies(sessions.get(world) ?? []);
  if ((await context.request.get(address)).status() === 200) return;
  const headers = { "sec-fetch-site": "same-origin", origin: world.url };
  let answer = await context.request.post(address, { data: world.admin, headers });
  while (answer.status() === 429 || answer.status() === 503) {
    await setTimeout(Number(answer.headers()["retry-after"] ?? 1) * 1_000);
    answer = await context.request.post(address, { data: world.admin, headers });
  }
  equal(answer.status(), 200, await answer.text());
  sessions.set(world, await context.cookies());
}

function visitOf(page: Page, context: BrowserContext, world: World): Visit {
  return {
    page,
    context,
    world,
    open: async (path) => void (await page.goto(`${world.url}${path}`)),
    async enter(password = world.admin.password) {
      await page.getByLabel("E-mail").fill(world.admin.email);
      await page.getByLabel("Senha", { exact: true }).fill(password);
      await page.getByRole("button", { name: "Entrar" }).click();
    },
    accessible: () => accessible(page),
    picture: (name) => picture(page, name),
  };
}

/** The visit with one look of axe, and pictures only where they are asked for: those take most of its time. */
function briefly(visit: Visit): Visit {
  let isLooked = false;
  return {
    ...visit,
    async accessible() {
      if (isLooked) return;
      isLooked = true;
      await visit.accessible();
    },
    async picture(name) {
      if (process.env.PICTURES !== undefined) await visit.picture(name);
    },
  };
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = "{ runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] }";
const READ = `axe.run(document, ${RULES}).then((found) => JSON.stringify(found.violations.map((one) =>
  one.id + ': ' + one.nodes.map((node) => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')).join(' | '))))`;

/** axe is evaluated by the debugger's protocol: the page's policy lets no script of another come in. Looked at once there is a heading. */
async function accessible(page: Page): Promise<void> {
  await page.locator("h1").first().waitFor();
  const client = await page.context().newCDPSession(page);
  await client.send("Runtime.evaluate", { expression: await readFile(AXE, "utf8") });
  const { result } = await client.send("Runtime.evaluate", {
    expression: READ,
    awaitPromise: true,
    returnByValue: true,
  });
  await client.detach();
  deepEqual(JSON.parse(String(result.value)), []);
}

async function picture(page: Page, name: string): Promise<void> {
  await mkdir(PICTURES, { recursive: true });
  const before = page.viewportSize() ?? DESK;
  const kept = (kind: string) =>
    page.screenshot({
      path: join(PICTURES, `${name}-${kind}.png`),
      animations: "disabled",
      fullPage: true,
    });
  await page.emulateMedia({ colorScheme: "light" });
  await kept("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await kept("dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  await kept("360");
  await page.setViewportSize(before);
}
