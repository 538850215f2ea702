import assert from "node:assert/strict";
import { test } from "node:test";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  CertificateList,
  Name,
  TBSCertList,
  Time,
  Version,
} from "@peculiar/asn1-x509";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { WholeBody } from "#http/http.ts";
import { createMemoryStore } from "#store/memory.ts";
import { authority } from "#traffic/application/testing/secure-stage.ts";
import { mortalStore } from "../../testing/mortal-store.ts";

/** A list that names nobody. */
function emptyList(): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: "1.2.840.10045.4.3.2" });
  const tbsCertList = new TBSCertList({
    version: Version.v2,
    signature: algorithm,
    issuer: new Name(),
    thisUpdate: new Time(new Date(0)),
  });
  const signature = new ArrayBuffer(8);
  const list = new CertificateList({ tbsCertList, signatureAlgorithm: algorithm, signature });
  const base64 = Buffer.from(AsnConvert.serialize(list)).toString("base64");
  return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`;
}

const content = { S3Bucket: "trust", S3Key: "list.pem", RevocationType: "CRL" };
const templateOf = (revokes: boolean) =>
  JSON.stringify({
    Resources: {
      Store: {
        Type: "AWS::ElasticLoadBalancingV2::TrustStore",
        Properties: {
          Name: "clients",
          CaCertificatesBundleS3Bucket: "trust",
          CaCertificatesBundleS3Key: "ca.pem",
        },
      },
      ...(revokes && {
        Lists: {
          Type: "AWS::ElasticLoadBalancingV2::TrustStoreRevocation",
          Properties: { TrustStoreArn: { Ref: "Store" }, RevocationContents: [content, content] },
        },
      }),
    },
  });

async function putFiles(cloud: TestCloud): Promise<void> {
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "trust" });
  const put = (Key: string, text: string) =>
    s3.PutObject({ Bucket: "trust", Key, Body: new WholeBody(Buffer.from(text)) as never });
  await put("ca.pem", authority("Clients").root);
  await put("list.pem", emptyList());
}

/** Ids of the trust store's lists. */
async function listsOf(cloud: TestCloud): Promise<unknown[]> {
  const elb = cloud.clients.elbv2(cloud.caller);
  const { TrustStores } = await elb.DescribeTrustStores({ Names: ["clients"] });
  const { TrustStoreArn } = TrustStores![0]!;
  const found = await elb.DescribeTrustStoreRevocations({ TrustStoreArn });
  return found.TrustStoreRevocations!.map(({ RevocationId }) => RevocationId);
}

test("all lists that a resource added go with it, and no others", async (context) => {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  await putFiles(cloud);
  const settle = async (wanted: string) => {
    await cloud.advance("1m");
    const { Stacks } = await client.DescribeStacks({ StackName: "trust" });
    assert.equal(Stacks![0]!.StackStatus, wanted);
  };
  await client.CreateStack({ StackName: "trust", TemplateBody: templateOf(true) });
  await settle("CREATE_COMPLETE");
  const elb = cloud.clients.elbv2(cloud.caller);
  const { TrustStores } = await elb.DescribeTrustStores({ Names: ["clients"] });
  const { TrustStoreArn } = TrustStores![0]!;
  await elb.AddTrustStoreRevocations({
    TrustStoreArn,
    RevocationContents: [{ S3Bucket: "trust", S3Key: "list.pem" }],
  });
  assert.deepEqual(await listsOf(cloud), [1, 2, 3]);
  const { StackResources } = await client.DescribeStackResources({ StackName: "trust" });
  const { PhysicalResourceId } = StackResources!.find((one) => one.LogicalResourceId === "Lists")!;
  assert.equal(PhysicalResourceId, `${TrustStoreArn}|1`);
  await client.UpdateStack({ StackName: "trust", TemplateBody: templateOf(false) });
  await settle("UPDATE_COMPLETE");
  assert.deepEqual(await listsOf(cloud), [3]);
});

test("lists whose addition is killed at any moment are added once", async () => {
  let survived = false;
  for (let transactions = 1; !survived; transactions++) {
    const store = createMemoryStore();
    const living = (seed: number) =>
      createTestCloud({ seed, store: { ...store, close: async () => {} } });
    const before = living(1);
    await putFiles(before);
    const client = before.clients.cloudformation(before.caller);
    await client.CreateStack({ StackName: "trust", TemplateBody: templateOf(false) });
    await before.advance("1m");
    await before.stop();
    const { mortal, death, bury } = mortalStore(store, transactions);
    const doomed = createTestCloud({ store: mortal, seed: 2, silent: true, onError: () => {} });
    const call = async () => {
      await doomed.clients
        .cloudformation(doomed.caller)
        .UpdateStack({ StackName: "trust", TemplateBody: templateOf(true) });
      await doomed.advance("1m");
      return true;
    };
    survived = await Promise.race([call(), death.then(() => false)]);
    doomed.clock.stop();
    const cloud = living(3);
    await cloud.host.start();
    await cloud.advance("1m");
    const { Stacks } = await cloud.clients
      .cloudformation(cloud.caller)
      .DescribeStacks({ StackName: "trust" });
    const begun = Stacks![0]!.StackStatus !== "CREATE_COMPLETE";
    if (begun) assert.equal(Stacks![0]!.StackStatus, "UPDATE_COMPLETE");
    const lists = await listsOf(cloud);
    assert.deepEqual(lists, begun ? [1, 2] : [], `killed after ${transactions} transactions`);
    await cloud.stop();
    bury();
    await doomed.host.stop().catch(assert.ok);
  }
});
