/** A program that a door has started and ends again. */
export interface Child {
  readonly pid: number;
  /** Resolves with its exit code, or 128 and more when a signal ended it. */
  readonly exited: Promise<number>;
  /** Asks it to end (SIGTERM), and makes it end after `patienceMs`; resolves when it has. May be called again. */
  end(patienceMs: number): Promise<void>;
}

/** How a program is started, and who hears what it says, line by line. */
export interface StartOptions {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env: Record<string, string | undefined>;
  onLine(line: string, from: "stdout" | "stderr"): void;
}

/** Starts a program without a keyboard. Throws when there is no such program. */
export function startChild({ command, cwd, env, onLine }: StartOptions): Child {
  const child = Bun.spawn([...command], {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const outputRead = Promise.all([
    eachLine(child.stdout, (line) => onLine(line, "stdout")),
    eachLine(child.stderr, (line) => onLine(line, "stderr")),
  ]);
  return {
    pid: child.pid,
    exited: child.exited.then(async (code) => {
      // What it started may hold its output open for a while longer.
      await Promise.race([outputRead, Bun.sleep(OUTPUT_WAIT_MS)]);
      return code;
    }),
    async end(patienceMs) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await child.exited.finally(() => clearTimeout(timer));
    },
  };
}

const OUTPUT_WAIT_MS = 200;

async function eachLine(from: ReadableStream<Uint8Array>, hear: (line: string) => void) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of from) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hear(line);
  }
  if (rest !== "") hear(rest);
}
