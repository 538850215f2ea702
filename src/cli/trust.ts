/** `fogbank trust`: where Fogbank's root certificate is and how it is installed. Changes nothing itself. */
import { X509Certificate } from "node:crypto";
import { OptionError } from "#cloud/options.ts";
import { findEndpoint } from "./remote.ts";

export const usage = `usage: fogbank trust           where the root certificate is, and how it is installed
       fogbank trust --pem     the certificate itself`;

export async function run(args: readonly string[]): Promise<number> {
  if (args.some((word) => word !== "--pem")) throw new OptionError(usage);
  const endpoint = findEndpoint(process.env);
  const { pem, path } = await fetchRoot(`${endpoint}/_fogbank/ca.pem`);
  if (args.includes("--pem")) {
    process.stdout.write(pem);
    return 0;
  }
  process.stdout.write(explain(endpoint, pem, path));
  return 0;
}

async function fetchRoot(url: string): Promise<{ pem: string; path: string | undefined }> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new OptionError(
      `nothing answers on ${url}; start Fogbank with \`fogbank up\`, or set FOGBANK_ENDPOINT`,
    );
  }
  const text = await response.text();
  if (!response.ok) throw new OptionError(`${url} answered ${response.status}: ${text}`);
  const path = response.headers.get("x-fogbank-path");
  return { pem: text, path: path === null ? undefined : decodeURI(path) };
}

/** The text for people. `path` is the file in the data directory; without one it is fetched first. */
export function explain(endpoint: string, pem: string, path: string | undefined): string {
  const file = path ?? "fogbank-root.pem";
  const { fingerprint256, validTo } = new X509Certificate(pem);
  const quoted = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
  const lines = [
    `Fogbank's root certificate  ${path ?? "kept in memory only: another one comes with the next start"}`,
    `valid until                 ${validTo}`,
    `SHA-256                     ${fingerprint256}`,
    "",
    "Certificates that ACM issues are signed by it. Nothing was changed; to accept them:",
    "",
    ...(path === undefined
      ? [`first              curl -o ${quoted} ${endpoint}/_fogbank/ca.pem`]
      : []),
    `one command        curl --cacert ${quoted} https://…`,
    `AWS CLI, Python    export AWS_CA_BUNDLE=${quoted} REQUESTS_CA_BUNDLE=${quoted}`,
    `Node               export NODE_EXTRA_CA_CERTS=${quoted}`,
    `macOS              sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${quoted}`,
    `Debian, Ubuntu     sudo cp ${quoted} /usr/local/share/ca-certificates/fogbank.crt && sudo update-ca-certificates`,
    `Fedora, RHEL       sudo cp ${quoted} /etc/pki/ca-trust/source/anchors/fogbank.pem && sudo update-ca-trust`,
    `Windows            certutil -addstore -user Root ${quoted}`,
    `Firefox            Settings, Privacy & Security, View Certificates, Authorities, Import`,
    "",
    "Its key lies beside it: whoever can read that can sign for any name that this machine trusts.",
    "",
  ];
  return lines.join("\n");
}
