/** A child process of a door. */
export interface Child {
  readonly pid: number;
  /** Resolves with its exit code; 128 or more when a signal ended it. */
  readonly exited: Promise<number>;
  /** Sends SIGTERM, and SIGKILL after `timeoutMs`; resolves when the process has ended. May be called again. */
  end(timeoutMs: number): Promise<void>;
}

/** How a child process is started. `onLine` is called with each line of its output. */
export interface StartOptions {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env: Record<string, string | undefined>;
  onLine(line: string, from: "stdout" | "stderr"): void;
}

/** Starts a program without standard input. Throws when there is no such program. */
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
      // A process that it started may keep the output open longer.
      await Promise.race([outputRead, Bun.sleep(OUTPUT_WAIT_MS)]);
      return code;
    }),
    async end(timeoutMs) {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
      await child.exited.finally(() => clearTimeout(timer));
    },
  };
}

const OUTPUT_WAIT_MS = 200;

async function eachLine(from: ReadableStream<Uint8Array>, onLine: (line: string) => void) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of from) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine(rest);
}
