/** A self-signed certificate of `hook.example.com`, valid until 2126, with its key; it is used only in tests. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI76IkM2fszbFK636
ohcoMNV99SGsGz14eQP8smLvMYqhRANCAATLYrpRmIsR87XQB/poHpEovQ9KD+9G
sqXzgyLDnbutGufxgImTUonwyMqVEu9Xhy01nyMbxKIdy4gfracQ6OHK
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBqjCCAVCgAwIBAgIUCRry/1I7b/jq/H7wWYof1sVSBPwwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQaG9vay5leGFtcGxlLmNvbTAgFw0yNjExMjgxNTA3NDFaGA8y
MTI2MTEwNDE1MDc0MVowGzEZMBcGA1UEAwwQaG9vay5leGFtcGxlLmNvbTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABMtiulGYixHztdAH+mgekSi9D0oP70aypfOD
IsOdu60a5/GAiZNSifDIypUS71eHLTWfIxvEoh3LiB+tpxDo4cqjcDBuMB0GA1Ud
DgQWBBQ1nDluZ2WePcQrzQ2MW8ayq47SrDAfBgNVHSMEGDAWgBQ1nDluZ2WePcQr
zQ2MW8ayq47SrDAPBgNVHRMBAf8EBTADAQH/MBsGA1UdEQQUMBKCEGhvb2suZXhh
bXBsZS5jb20wCgYIKoZIzj0EAwIDSAAwRQIhAInIqEi/u+spYTetpO0Ba7eisNw3
rjXm1AgkAVNeFMBjAiB78N3jDiulm3kVGZQErWM0UoibczCQDc5RqJlYEoqwGA==
-----END CERTIFICATE-----`;

/** A server for https://hook.example.com with a certificate of its own authority. */
export function tlsReceiver() {
  const hosts: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { key, cert },
    fetch(request) {
      hosts.push(request.headers.get("host") ?? "");
      return new Response("ok");
    },
  });
  return {
    ca: cert,
    port: server.port ?? 0,
    hosts: () => hosts,
    requests: () => hosts.length,
    close: () => server.stop(true),
  };
}
