let built: Promise<string> | undefined;

/** Builds dist/page where its sources have changed, as `bun run start` does; once in a process. */
export function builtPage(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const child = Bun.spawn([process.execPath, "src/tools/build-page.ts"], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`the page was not built: ${said}`);
  return "dist/page";
}
