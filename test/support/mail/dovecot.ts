import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const USER = "nfe";
const PASSWORD = "a-senha-da-caixa";

/** A real IMAP server (Debian's dovecot-imapd) on a free port of loopback, as root, with one empty mailbox. */
export async function dovecot() {
  const folder = await mkdtemp(join(tmpdir(), "sge-dovecot-"));
  const port = await freePort();
  for (const name of ["run", "state", "mail"]) await mkdir(join(folder, name), { mode: 0o755 });
  const config = join(folder, "dovecot.conf");
  await writeFile(config, settings(folder, port));
  // It gives its rights away to users that must come this far.
  await Bun.$`chmod 755 ${folder} && chown -R mail:mail ${join(folder, "mail")}`.quiet();
  let server = start(config);
  await answers(port, server);
  return {
    host: "127.0.0.1",
    port,
    user: USER,
    password: PASSWORD,
    /** Puts a mail into the inbox as its own server would. */
    async put(raw: Uint8Array): Promise<void> {
      const name = `${Date.now()}.${crypto.randomUUID()}.sge`;
      const inbox = join(folder, "mail", "new");
      await mkdir(inbox, { recursive: true });
      await mkdir(join(folder, "mail", "cur"), { recursive: true });
      await mkdir(join(folder, "mail", "tmp"), { recursive: true });
      await writeFile(join(inbox, name), raw);
      await Bun.$`chown -R mail:mail ${join(folder, "mail")}`.quiet();
    },
    /** How many mails have the flag \Seen, and how many have not. */
    async seen(): Promise<{ seen: number; unseen: number }> {
      const names = [
        ...(await readdir(join(folder, "mail", "cur"))),
        ...(await readdir(join(folder, "mail", "new"))),
      ];
      const seen = names.filter((name) => /:2,[A-Z]*S/.test(name)).length;
      return { seen, unseen: names.length - seen };
    },
    /** Takes \Seen from all of them, as another mail program may. */
    async forget(): Promise<void> {
      const cur = join(folder, "mail", "cur");
      for (const name of await readdir(cur))
        if (/:2,[A-Z]*S/.test(name))
          await rename(join(cur, name), join(cur, name.replace(/:2,.*/, ":2,")));
    },
    async stop(): Promise<void> {
      server.kill("SIGTERM");
      await server.exited;
    },
    async start(): Promise<void> {
      server = start(config);
      await answers(port, server);
    },
    log: () => readFile(join(folder, "log"), "utf8").catch(() => ""),
    async [Symbol.asyncDispose]() {
      server.kill("SIGTERM");
      await server.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Dovecot = Awaited<ReturnType<typeof dovecot>>;

const start = (config: string) =>
  Bun.spawn(["dovecot", "-F", "-c", config], { stdout: "ignore", stderr: "ignore" });

const settings = (folder: string, port: number): string => `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:${folder}/mail
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
namespace inbox {
  inbox = yes
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${folder}/mail
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  chroot =
}
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function answers(port: number, server: { exitCode: number | null }): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const open = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: { data: () => undefined },
    }).catch(() => null);
    if (open !== null) {
      open.end();
      return;
    }
    if (server.exitCode !== null) break;
    await Bun.sleep(20);
  }
  throw new Error("dovecot did not start: is dovecot-imapd installed, and is this root?");
}
