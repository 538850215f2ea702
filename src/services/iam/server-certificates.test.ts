import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { createSeededRandom } from "#runtime/random.ts";
import {
  certificateOf,
  type KnownCertificates,
} from "#services/kit/load-balancing/certificates.ts";
import { asService } from "#services/kit/principal.ts";

async function createCloud(context: TestContext) {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const acm = cloud.clients.acm(asService(cloud.caller, "elasticloadbalancing.amazonaws.com"));
  const issue = async () => {
    const { CertificateArn } = await acm.RequestCertificate({ DomainName: "shop.example" });
    await cloud.advance("10m");
    const Passphrase = Buffer.from("secret");
    const exported = await acm.ExportCertificate({ CertificateArn, Passphrase });
    const key = createPrivateKey({ key: exported.PrivateKey!, passphrase: "secret" });
    return {
      CertificateBody: exported.Certificate!,
      CertificateChain: exported.CertificateChain!,
      PrivateKey: key.export({ type: "pkcs8", format: "pem" }),
    };
  };
  return { ...cloud, issue, iam: cloud.clients.iam(cloud.caller) };
}

test("a server certificate is kept with its chain and shown without its key", async (context) => {
  const cloud = await createCloud(context);
  const material = await cloud.issue();
  const ServerCertificateName = "shop";
  const { ServerCertificateMetadata } = await cloud.iam.UploadServerCertificate({
    ServerCertificateName,
    Path: "/web/",
    Tags: [{ Key: "a", Value: "1" }],
    ...material,
  });
  const { Arn, Expiration } = ServerCertificateMetadata!;
  assert.match(Arn!, /^arn:aws:iam::\d{12}:server-certificate\/web\/shop$/);
  assert.ok(Expiration!.getTime() > cloud.clock.now());
  const { ServerCertificate } = await cloud.iam.GetServerCertificate({ ServerCertificateName });
  assert.equal(ServerCertificate!.CertificateBody, material.CertificateBody);
  assert.equal(ServerCertificate!.CertificateChain, material.CertificateChain);
  assert.ok(!JSON.stringify(ServerCertificate).includes("PRIVATE KEY"));
  await cloud.iam.TagServerCertificate({
    ServerCertificateName,
    Tags: [{ Key: "b", Value: "2" }],
  });
  const { Tags } = await cloud.iam.ListServerCertificateTags({ ServerCertificateName });
  assert.equal(Tags!.length, 2);
  await assert.rejects(
    cloud.iam.UploadServerCertificate({ ServerCertificateName: "SHOP", ...material }),
    { code: "EntityAlreadyExists" },
  );
  await cloud.iam.UpdateServerCertificate({
    ServerCertificateName,
    NewServerCertificateName: "store",
    NewPath: "/",
  });
  const { ServerCertificateMetadataList } = await cloud.iam.ListServerCertificates({});
  assert.match(ServerCertificateMetadataList![0]!.Arn!, /:server-certificate\/store$/);
  // Who got it under its former name finds it still, and one that is gone is served as long as it is known.
  const { caller, store, clock, clients } = cloud;
  const env = { store, clock, clients, random: createSeededRandom(1) };
  const known: KnownCertificates = new Map();
  const config = await certificateOf(env, known, caller, Arn!);
  assert.equal(config.certificate, material.CertificateBody);
  await cloud.iam.DeleteServerCertificate({ ServerCertificateName: "store" });
  await cloud.advance("2m");
  assert.equal(await certificateOf(env, known, caller, Arn!), config);
  await assert.rejects(certificateOf(env, new Map(), caller, Arn!), { message: /is gone$/ });
  await assert.rejects(cloud.iam.GetServerCertificate({ ServerCertificateName: "store" }), {
    code: "NoSuchEntity",
    message: "The Server Certificate with name store cannot be found.",
  });
});

test("what is no certificate, or has another's key, is refused", async (context) => {
  const cloud = await createCloud(context);
  const first = await cloud.issue();
  const second = await cloud.issue();
  const upload = (changes: Partial<typeof first>) =>
    cloud.iam.UploadServerCertificate({ ServerCertificateName: "x", ...first, ...changes });
  await assert.rejects(upload({ CertificateBody: "certificate" }), {
    code: "MalformedCertificate",
  });
  await assert.rejects(upload({ PrivateKey: "key" }), { code: "MalformedCertificate" });
  await assert.rejects(upload({ PrivateKey: second.PrivateKey }), { code: "KeyPairMismatch" });
});

test("a certificate that a load balancer shows is not deleted", async (context) => {
  const cloud = await createCloud(context);
  const { ServerCertificateMetadata } = await cloud.iam.UploadServerCertificate({
    ServerCertificateName: "shop",
    ...(await cloud.issue()),
  });
  await cloud.clients.elb(cloud.caller).CreateLoadBalancer({
    LoadBalancerName: "web",
    AvailabilityZones: ["us-east-1a"],
    Listeners: [
      {
        Protocol: "HTTPS",
        LoadBalancerPort: 443,
        InstancePort: 80,
        SSLCertificateId: ServerCertificateMetadata!.Arn,
      },
    ],
  });
  await assert.rejects(cloud.iam.DeleteServerCertificate({ ServerCertificateName: "shop" }), {
    code: "DeleteConflict",
    message: /^Certificate: ASCA\w+ is currently in use by arn:aws:elasticloadbalancing:/,
  });
});
