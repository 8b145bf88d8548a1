import { createServer, type Socket } from "node:net";

/** What the server does: it takes mails, or ends at a place. `silent after the mail`: it has it, and says nothing. */
export type SmtpWays =
  | "takes"
  | "refuses the login"
  | "refuses everybody"
  | "refuses the second"
  | "refuses the mail"
  | "is silent after the mail"
  | "dies after the mail"
  | "dies at the greeting"
  | "says nothing"
  | "speaks no SMTP";

/** A mail as it came: addresses of the envelope, and the lines of the message. */
export interface TakenMail {
  readonly to: readonly string[];
  readonly text: string;
}

/** An SMTP server of this machine that a test tells what to do. It knows AUTH PLAIN, and no TLS. */
export async function smtpServer() {
  let way: SmtpWays = "takes";
  const taken: TakenMail[] = [];
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    talk(socket, () => way, { taken, logins });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `smtp://sge:segredo%20dele@127.0.0.1:${port}`,
    port,
    taken,
    logins,
    does(next: SmtpWays) {
      way = next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function talk(
  socket: Socket,
  way: () => SmtpWays,
  { taken, logins }: { taken: TakenMail[]; logins: string[] },
): void {
  const say = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  let to: string[] = [];
  let data: string[] | null = null;
  let rest = "";
  if (way() === "dies at the greeting") socket.resetAndDestroy();
  else if (way() === "speaks no SMTP") say("HTTP/1.1 400 Bad Request");
  else if (way() !== "says nothing") say("220 mail.example ESMTP");
  const ended = () => {
    taken.push({ to, text: (data ?? []).join("\n") });
    data = null;
    if (way() === "dies after the mail") socket.resetAndDestroy();
    else if (way() === "refuses the mail") {
      taken.pop();
      say("554 5.7.1 not wanted");
    } else if (way() !== "is silent after the mail") say("250 2.0.0 taken");
  };
  const obey = (line: string) => {
    const [verb = ""] = line.split(" ");
    if (/^EHLO/i.test(verb)) socket.write("250-mail.example\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n");
    else if (/^AUTH/i.test(verb)) {
      logins.push(Buffer.from(line.slice("AUTH PLAIN ".length), "base64").toString("utf8"));
      say(way() === "refuses the login" ? "535 5.7.8 no" : "235 2.7.0 yes");
    } else if (/^MAIL/i.test(verb)) {
      to = [];
      say("250 2.1.0 yes");
    } else if (/^RCPT/i.test(verb)) {
      const refused =
        way() === "refuses everybody" || (way() === "refuses the second" && to.length === 1);
      if (!refused) to.push(/<(.*?)>/.exec(line)?.[1] ?? "");
      say(refused ? "550 5.1.1 unknown" : "250 2.1.5 yes");
    } else if (/^DATA/i.test(verb)) {
      data = [];
      say("354 go on");
    } else if (/^QUIT/i.test(verb)) socket.end("221 bye\r\n");
    else say("502 5.5.1 not known");
  };
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => {
    const lines = (rest + String(chunk)).split("\r\n");
    rest = lines.pop() ?? "";
    for (const line of lines)
      if (data === null) obey(line);
      else if (line === ".") ended();
      else data.push(line.replace(/^\.\./, "."));
  });
}
