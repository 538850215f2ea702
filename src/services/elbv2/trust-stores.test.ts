import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { WholeBody } from "#http/http.ts";
import { authority } from "#traffic/application/testing/secure-stage.ts";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

async function trustingCloud(context: TestContext) {
  const cloud = await createBalancedCloud(context);
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "trust" });
  const put = (Key: string, Body: string | Buffer) =>
    s3.PutObject({ Bucket: "trust", Key, Body: new WholeBody(Buffer.from(Body)) as never });
  const create = (Name: string, CaCertificatesBundleS3Key = "ca.pem") =>
    cloud.elb.CreateTrustStore({
      Name,
      CaCertificatesBundleS3Bucket: "trust",
      CaCertificatesBundleS3Key,
    });
  await put("ca.pem", authority("Clients").root);
  return { ...cloud, put, create };
}

test("a bundle has at most so many certificates, of such a size and with such names", async (context) => {
  const { put, create } = await trustingCloud(context);
  const roots = (count: number, nameLength: number) =>
    Array.from({ length: count }, () => authority("x".repeat(nameLength)).root).join("");
  await put("full.pem", roots(25, 390));
  await create("full", "full.pem");
  const cases: [bundle: string | Buffer, message: string][] = [
    [roots(26, 1), "The ca certificate bundle contains too many certificates"],
    [roots(1, 16_384), "The ca certificate bundle contains a certificate that is too large"],
    [roots(25, 400), "The subjects of the ca certificate bundle are too long"],
    [Buffer.alloc(50 * 1024 * 1024 + 1), "The ca certificate bundle is too large"],
  ];
  for (const [bundle, message] of cases) {
    await put("bad.pem", bundle);
    await assert.rejects(create("bad", "bad.pem"), {
      code: "InvalidCaCertificatesBundle",
      message,
    });
  }
});

test("a revocation list has at most 50 MB", async (context) => {
  const { put, create, elb } = await trustingCloud(context);
  const { TrustStores } = await create("clients");
  const { TrustStoreArn } = TrustStores![0]!;
  const add = (...keys: string[]) =>
    elb.AddTrustStoreRevocations({
      TrustStoreArn,
      RevocationContents: keys.map((S3Key) => ({ S3Bucket: "trust", S3Key })),
    });
  await put("large.pem", Buffer.alloc(50 * 1024 * 1024 + 1));
  await assert.rejects(add("large.pem"), {
    code: "InvalidRevocationContent",
    message: "The provided revocation file is too large",
  });
  await assert.rejects(add("none.pem"), { code: "RevocationContentNotFound" });
});

test("two listeners of a load balancer can verify clients", async (context) => {
  const cloud = await trustingCloud(context);
  const { elb, clients, caller } = cloud;
  const { CertificateArn } = await clients
    .acm(caller)
    .RequestCertificate({ DomainName: "shop.example.com" });
  await cloud.advance("10s");
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { TrustStores } = await cloud.create("clients");
  const { TrustStoreArn } = TrustStores![0]!;
  const verify = { Mode: "verify", TrustStoreArn };
  const listen = async (Port: number, Mode?: string) => {
    const { Listeners } = await elb.CreateListener({
      LoadBalancerArn,
      Protocol: "HTTPS",
      Port,
      Certificates: [{ CertificateArn }],
      DefaultActions: [
        { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } } as const,
      ],
      MutualAuthentication: Mode === undefined ? verify : { Mode },
    });
    return Listeners![0]!.ListenerArn!;
  };
  const first = await listen(443);
  await listen(444);
  const full = { code: "TooManyListeners" };
  await assert.rejects(listen(445), full);
  const third = await listen(445, "passthrough");
  const change = (ListenerArn: string, MutualAuthentication: object) =>
    elb.ModifyListener({ ListenerArn, MutualAuthentication });
  await assert.rejects(change(third, verify), full);
  await change(first, { ...verify, IgnoreClientCertificateExpiry: true });
  await change(first, { Mode: "off" });
  await change(third, verify);
});
