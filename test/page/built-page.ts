/** Builds dist/page where its sources have changed, as `bun run start` does. */
export async function builtPage(): Promise<string> {
  const child = Bun.spawn([process.execPath, "src/tools/build-page.ts"], {
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`the page was not built: ${said}`);
  return "dist/page";
}
