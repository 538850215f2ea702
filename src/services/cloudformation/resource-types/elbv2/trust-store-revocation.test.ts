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
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { WholeBody } from "#http/http.ts";
import { authority } from "#traffic/application/testing/secure-stage.ts";

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

test("all lists that a resource added go with it, and no others", async (context) => {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const elb = cloud.clients.elbv2(cloud.caller);
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "trust" });
  const put = (Key: string, text: string) =>
    s3.PutObject({ Bucket: "trust", Key, Body: new WholeBody(Buffer.from(text)) as never });
  await put("ca.pem", authority("Clients").root);
  await put("list.pem", emptyList());
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
  const settle = async (wanted: string) => {
    await cloud.advance("1m");
    const { Stacks } = await client.DescribeStacks({ StackName: "trust" });
    assert.equal(Stacks![0]!.StackStatus, wanted);
  };
  await client.CreateStack({ StackName: "trust", TemplateBody: templateOf(true) });
  await settle("CREATE_COMPLETE");
  const { TrustStores } = await elb.DescribeTrustStores({ Names: ["clients"] });
  const { TrustStoreArn } = TrustStores![0]!;
  await elb.AddTrustStoreRevocations({
    TrustStoreArn,
    RevocationContents: [{ S3Bucket: "trust", S3Key: "list.pem" }],
  });
  const present = async () => {
    const found = await elb.DescribeTrustStoreRevocations({ TrustStoreArn });
    return found.TrustStoreRevocations!.map(({ RevocationId }) => RevocationId);
  };
  assert.deepEqual(await present(), [1, 2, 3]);
  await client.UpdateStack({ StackName: "trust", TemplateBody: templateOf(false) });
  await settle("UPDATE_COMPLETE");
  assert.deepEqual(await present(), [3]);
});
