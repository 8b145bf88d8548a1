import { describe, expect, test } from "bun:test";
import { trusted } from "../../src/lib/cast.ts";
import { SECRETS } from "../../src/tools/deployed-secrets.ts";

type Tree = { [name: string]: Tree | Tree[] | string | number | boolean };

const file: Tree = trusted<Tree>(
  Bun.TOML.parse(await Bun.file(new URL("../../wrangler.toml", import.meta.url)).text()),
);
const environments = trusted<Record<string, Tree>>(file.env);

/** What wrangler does not hand down to an environment (its documentation, "Non-inheritable keys"), as far as it stands here. */
const BINDINGS = [
  "vars",
  "assets",
  "r2_buckets",
  "queues",
  "durable_objects",
  "ratelimits",
  "analytics_engine_datasets",
];
/** What wrangler does hand down. */
const INHERITED = [
  "name",
  "main",
  "compatibility_date",
  "compatibility_flags",
  "minify",
  "keep_names",
  "migrations",
  "triggers",
  "limits",
  "alias",
  "observability",
];
/** What an environment may have of its own: where it answers, and where it runs. */
const OWN = ["routes", "placement"];
/** Names of things in the account, which no two environments may share. */
const RESOURCES = ["bucket_name", "queue", "dead_letter_queue", "namespace_id", "dataset"];

const picked = (tree: Tree) =>
  Object.fromEntries(BINDINGS.map((key) => [key, tree[key]]).filter(([, value]) => value));

/** The same with each resource's name as a blank, and the names. */
function blanked(value: unknown, names: string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => blanked(one, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (!RESOURCES.includes(key) || typeof one !== "string") return [key, blanked(one, names)];
      names.push(`${key} ${one}`);
      return [key, ""];
    }),
  );
}

describe("wrangler.toml", () => {
  const local: string[] = [];
  const wanted = blanked(picked(file), local);

  test("has a production and a staging, and no key that this test does not know", () => {
    expect(Object.keys(environments).sort()).toEqual(["production", "staging"]);
    const known = [...BINDINGS, ...INHERITED, "env"];
    expect(Object.keys(file).filter((key) => !known.includes(key))).toEqual([]);
    for (const tree of Object.values(environments))
      expect(Object.keys(tree).filter((key) => ![...BINDINGS, ...OWN].includes(key))).toEqual([]);
  });

  test("gives each environment every binding of the Worker, over resources of its own", () => {
    const all = [...new Set(local)];
    for (const tree of Object.values(environments)) {
      const names: string[] = [];
      expect(blanked(picked(tree), names)).toEqual(wanted);
      all.push(...new Set(names));
    }
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(15);
  });

  test("needs only the buckets, queues and secrets that docs/deploy.md creates", async () => {
    const guide = await Bun.file(new URL("../../docs/deploy.md", import.meta.url)).text();
    const names: string[] = [];
    blanked(picked(environments.production ?? {}), names);
    const made = names.flatMap((one) => {
      const [kind, name] = one.split(" ");
      if (kind === "bucket_name") return [`wrangler r2 bucket create ${name} `];
      return kind === "queue" ? [`wrangler queues create ${name}\n`] : [];
    });
    expect(made.length).toBeGreaterThan(3);
    for (const command of [
      ...made,
      ...SECRETS.map((name) => `secret put ${name} --env production`),
    ])
      expect([command, guide.includes(command)]).toEqual([command, true]);
  });
});
