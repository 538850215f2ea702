import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("a certificate is told and deleted while balancers that use others come and go", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const acm = cloud.clients.acm(cloud.caller);
  const elb = cloud.clients.elbv2(cloud.caller);
  const { CertificateArn } = await acm.RequestCertificate({ DomainName: "example.com" });
  const { CertificateArn: unused } = await acm.RequestCertificate({ DomainName: "example.org" });
  await cloud.advance("10s");
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  const balancers: string[] = [];
  for (const Name of ["one", "two", "three"]) {
    const { LoadBalancers } = await elb.CreateLoadBalancer({
      Name,
      Subnets: Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!),
    });
    const { LoadBalancerArn } = LoadBalancers![0]!;
    balancers.push(LoadBalancerArn!);
    await elb.CreateListener({
      LoadBalancerArn,
      Protocol: "HTTPS",
      Port: 443,
      Certificates: [{ CertificateArn }],
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } }],
    });
  }
  const { Certificate } = await acm.DescribeCertificate({ CertificateArn });
  assert.deepEqual(new Set(Certificate!.InUseBy), new Set(balancers));
  await assert.rejects(acm.DeleteCertificate({ CertificateArn }), {
    code: "ResourceInUseException",
  });
  await Promise.all([
    acm.DeleteCertificate({ CertificateArn: unused }),
    acm.ListCertificates({}),
    ...balancers.map((LoadBalancerArn) => elb.DeleteLoadBalancer({ LoadBalancerArn })),
    acm.DescribeCertificate({ CertificateArn }),
  ]);
  await assert.rejects(acm.DescribeCertificate({ CertificateArn: unused }), {
    code: "ResourceNotFoundException",
  });
  await cloud.advance("10s");
  await acm.DeleteCertificate({ CertificateArn });
});
