import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { test, type TestContext } from "node:test";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  Certificate,
  CertificateList,
  RevokedCertificate,
  TBSCertList,
  Time,
  Version,
} from "@peculiar/asn1-x509";
import { X509Certificate } from "node:crypto";
import { buildCertificate } from "#services/acm/authority/build-certificate.ts";
import type { MutualConfig } from "./config.ts";
import { authority, dayMs, handshake, secure, talk, tlsConfig } from "./testing/secure-stage.ts";
import { createStage, pause, target, targetGroup } from "./testing/stage.ts";

const keys = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });

/** A root, an authority below it, and clients of that one. */
function house(name: string) {
  const [root, middle] = [keys(), keys()];
  const make = (
    serial: string,
    subject: string,
    issuer: [string, ReturnType<typeof keys>],
    own: ReturnType<typeof keys>,
    isClient: boolean,
    endMs = dayMs,
  ) =>
    buildCertificate({
      serial,
      subject: [["CN", subject]],
      issuer: [["CN", issuer[0]]],
      notBeforeMs: Date.now() - 2 * dayMs,
      notAfterMs: Date.now() + endMs,
      publicKey: own.publicKey,
      issuerKey: issuer[1].privateKey,
      issuerPublicKey: issuer[1].publicKey,
      dnsNames: isClient ? [subject] : [],
      extendedKeyUsages: ["1.3.6.1.5.5.7.3.2"],
    });
  const rootPem = make("01", `${name} root`, [`${name} root`, root], root, false).toString();
  const middlePem = make("02", `${name} middle`, [`${name} root`, root], middle, false).toString();
  const client = (serial: string, endMs = dayMs) => {
    const own = keys();
    const issuer: [string, typeof middle] = [`${name} middle`, middle];
    const pem = make(serial, `client-${serial}`, issuer, own, true, endMs).toString();
    return { cert: pem + middlePem, key: own.privateKey.export({ type: "pkcs8", format: "pem" }) };
  };
  /** Of the authority in the middle. */
  const list = (serials: string[], endMs = dayMs) => {
    const { subject } = AsnConvert.parse(
      new X509Certificate(middlePem).raw,
      Certificate,
    ).tbsCertificate;
    const algorithm = new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" });
    const tbsCertList = new TBSCertList({
      version: Version.v2,
      signature: algorithm,
      issuer: subject,
      thisUpdate: new Time(new Date(Date.now() - 2 * dayMs)),
      nextUpdate: new Time(new Date(Date.now() + endMs)),
      revokedCertificates: serials.map(
        (serial) =>
          new RevokedCertificate({
            userCertificate: new Uint8Array(Buffer.from(serial, "hex")).buffer,
            revocationDate: new Time(new Date(Date.now() - dayMs)),
          }),
      ),
    });
    const signature = new ArrayBuffer(8);
    const whole = new CertificateList({ tbsCertList, signatureAlgorithm: algorithm, signature });
    const base64 = Buffer.from(AsnConvert.serialize(whole)).toString("base64");
    return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`;
  };
  return { rootPem, middlePem, client, list };
}

async function gate(context: TestContext) {
  const stage = createStage(context);
  const backend = await stage.backend(() => ({ status: 200, headers: {}, body: "in" }));
  const configure = (mutual: Partial<Extract<MutualConfig, { mode: "verify" }>>) =>
    stage.configure({
      connectionLog: true,
      listeners: [
        secure(
          tlsConfig(["a.example"], {
            mutual: {
              mode: "verify",
              authorities: "",
              revocations: [],
              ignoreExpiry: false,
              ...mutual,
            },
          }),
        ),
      ],
      targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
    });
  const verdict = async (client: object): Promise<string> => {
    const socket = await handshake(stage.port, client);
    socket.on("error", () => {});
    const text = await talk(socket).catch(() => "");
    for (;;) {
      const [log] = await stage.plane.accessLogs();
      const line = log?.lines[0];
      if (line === undefined) await pause(1);
      else {
        const status = line.match(/"[^"]*"|\S+/g)![10]!;
        assert.equal(text.endsWith("in"), status === "Success");
        return status;
      }
    }
  };
  /** The names of authorities in the request for a certificate. */
  const told = async (...options: string[]) => {
    const connectTo = ["s_client", "-connect", `127.0.0.1:${stage.port}`, "-tls1_2"];
    const asked = spawn("openssl", [...connectTo, ...options], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    for await (const piece of asked.stdout) text += String(piece);
    for (let logs = 0; logs === 0; await pause(1)) logs = (await stage.plane.accessLogs()).length;
    const [, list = ""] = text.split("Acceptable client certificate CA names");
    return list.split(/Client Certificate Types|Requested/)[0]!.match(/Own \w+/g);
  };
  return { configure, verdict, told };
}

test("a list of one authority counts for its certificates and for no others", async (context) => {
  const { configure, verdict } = await gate(context);
  const own = house("Own");
  const authorities = own.rootPem;
  const good = own.client("0a");
  await configure({ authorities, revocations: [own.list(["0b"])] });
  assert.equal(await verdict(good), "Success");
  assert.equal(await verdict(own.client("0b")), "Failed:ClientCertCrlHit");
  // The authority in the middle may be trusted as well, and need not be sent then.
  await configure({ authorities: authorities + own.middlePem, revocations: [own.list(["0a"])] });
  const { cert, key } = good;
  const [leaf] = cert.match(/-----BEGIN[\s\S]*?END CERTIFICATE-----/)!;
  assert.equal(await verdict({ cert: leaf, key }), "Failed:ClientCertCrlHit");
  await configure({ authorities, revocations: [house("Other").list(["0a"])] });
  assert.equal(await verdict(good), "Success");
  await configure({ authorities, revocations: [own.list(["0b"], -dayMs)] });
  assert.equal(await verdict(good), "Failed:ClientCertCrlProcessingError");
});

test("whose expiry is ignored must be vouched for all the same", async (context) => {
  const { configure, verdict } = await gate(context);
  const own = house("Own");
  const authorities = own.rootPem;
  await configure({ authorities, ignoreExpiry: true, revocations: [own.list(["0b"])] });
  const late = own.client("0a", -dayMs);
  assert.equal(await verdict(late), "Success");
  assert.equal(await verdict(own.client("0b", -dayMs)), "Failed:ClientCertCrlHit");
  // The same names with other keys; authorities that nobody trusts.
  const untrusted = [house("Own").client("0a", -dayMs), house("Other").client("0a", -dayMs)];
  const stranger = authority("Own root").certificate("x", ["x"], undefined, -dayMs);
  untrusted.push({ cert: stranger.pem, key: stranger.key });
  for (const client of untrusted) assert.equal(await verdict(client), "Failed:ClientCertUntrusted");
  await configure({ authorities });
  assert.equal(await verdict(late), "Failed:ClientCertExpired");
  for (const client of untrusted) assert.equal(await verdict(client), "Failed:ClientCertUntrusted");
});

test("clients are told whom the trust store trusts where that is wanted, and judged alike", async (context) => {
  const { configure, verdict, told } = await gate(context);
  const own = house("Own");
  const authorities = own.rootPem + own.middlePem;
  for (const namesAuthorities of [true, false, true]) {
    await configure({ authorities, namesAuthorities });
    const expected = namesAuthorities ? ["Own root", "Own middle"] : null;
    // With and without a server name: contexts are chosen by it.
    assert.deepEqual(await told("-servername", "a.example"), expected);
    assert.deepEqual(await told("-noservername"), expected);
    assert.equal(await verdict(own.client("0a")), "Success");
    assert.equal(await verdict(house("Other").client("0a")), "Failed:ClientCertUntrusted");
  }
  await configure({ authorities: "", namesAuthorities: false });
  assert.equal(await verdict(own.client("0a")), "Failed:ClientCertUntrusted");
});

test("sessions of clients that show certificates do not go on: each handshake shows them again", async (context) => {
  const stage = createStage(context);
  const backend = await stage.backend(({ headers }) => ({
    status: 200,
    headers: {},
    body: headers["x-amzn-mtls-clientcert"] ?? "none",
  }));
  await stage.configure({
    listeners: [secure(tlsConfig(["a.example"], { mutual: { mode: "passthrough" } }))],
    targetGroups: [{ ...targetGroup, targets: [target(backend)] }],
  });
  const own = house("Own").client("0a");
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    const first = await handshake(stage.port, { ...own, maxVersion });
    let session: Buffer | undefined = first.getSession();
    first.on("session", (given: Buffer) => (session = given));
    await talk(first);
    const second = await handshake(stage.port, { ...own, maxVersion, session });
    assert.equal(second.isSessionReused(), false);
    const shown = decodeURIComponent((await talk(second)).split("\r\n\r\n")[1]!);
    assert.equal(shown.match(/BEGIN CERTIFICATE/g)?.length, 2);
  }
});
