import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { connect } from "node:tls";
import { WholeBody, type HttpRequest } from "#http/http.ts";
import { asService } from "#services/kit/principal.ts";
import { listeners } from "./records.ts";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

async function secureCloud(context: TestContext) {
  const cloud = await createBalancedCloud(context);
  const acm = cloud.clients.acm(cloud.caller);
  const issue = async (DomainName: string) => {
    const { CertificateArn } = await acm.RequestCertificate({ DomainName });
    await cloud.advance("10s");
    return CertificateArn!;
  };
  const certificate = await issue("shop.example.com");
  const balancer = await cloud.createBalancer();
  const LoadBalancerArn = balancer.LoadBalancerArn!;
  const FixedResponseConfig = { StatusCode: "200", MessageBody: "over TLS" };
  const action = { Type: "fixed-response" as const, FixedResponseConfig };
  const create = (changes = {}) =>
    cloud.elb.CreateListener({
      LoadBalancerArn,
      Protocol: "HTTPS",
      Port: 443,
      Certificates: [{ CertificateArn: certificate }],
      DefaultActions: [action],
      ...changes,
    });
  const show = async (servername: string, roots?: string) => {
    const [record] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
    const ca =
      roots ?? (await acm.GetCertificate({ CertificateArn: certificate })).CertificateChain!;
    const socket = connect({ ...record!.bound!, servername, ca });
    await once(socket, "secureConnect");
    const { subject } = socket.getPeerCertificate();
    socket.write(`GET / HTTP/1.1\r\nHost: ${servername}\r\nConnection: close\r\n\r\n`);
    let text = "";
    for await (const piece of socket) text += String(piece);
    return { subject: subject.CN, text };
  };
  return { ...cloud, acm, issue, certificate, LoadBalancerArn, create, show };
}

test("an HTTPS listener shows an ACM certificate, which cannot be deleted meanwhile", async (context) => {
  const cloud = await secureCloud(context);
  const { elb, acm, certificate } = cloud;
  const { Listeners } = await cloud.create();
  const { ListenerArn, SslPolicy, Certificates } = Listeners![0]!;
  assert.equal(SslPolicy, "ELBSecurityPolicy-2016-08");
  assert.deepEqual(Certificates, [{ CertificateArn: certificate }]);
  await cloud.advance("5s");
  const { subject, text } = await cloud.show("shop.example.com");
  assert.equal(subject, "shop.example.com");
  assert.match(text, /^HTTP\/1\.1 200 [\s\S]*over TLS$/);
  await assert.rejects(acm.DeleteCertificate({ CertificateArn: certificate }), {
    code: "ResourceInUseException",
  });
  const shown = (await acm.DescribeCertificate({ CertificateArn: certificate })).Certificate!;
  assert.deepEqual(shown.InUseBy, [cloud.LoadBalancerArn]);

  const other = await cloud.issue("other.example.com");
  await elb.AddListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn: other }] });
  await cloud.advance("5s");
  assert.equal((await cloud.show("other.example.com")).subject, "other.example.com");
  const listed = await elb.DescribeListenerCertificates({ ListenerArn });
  assert.deepEqual(listed.Certificates, [
    { CertificateArn: certificate, IsDefault: true },
    { CertificateArn: other, IsDefault: false },
  ]);
  await assert.rejects(
    elb.RemoveListenerCertificates({
      ListenerArn,
      Certificates: [{ CertificateArn: certificate }],
    }),
    { code: "OperationNotPermitted", message: "Default certificate cannot be removed" },
  );
  await elb.RemoveListenerCertificates({ ListenerArn, Certificates: [{ CertificateArn: other }] });
  await acm.DeleteCertificate({ CertificateArn: other });
});

test("what a TLS listener needs is asked for with AWS's errors", async (context) => {
  const cloud = await secureCloud(context);
  const { acm } = cloud;
  const missing = cloud.certificate.replace(/[^/]+$/, "00000000-0000-0000-0000-000000000000");
  const { CertificateArn } = await acm.RequestCertificate({ DomainName: "late.example.com" });
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [{ Certificates: [] }, "ValidationError", /certificate must be specified for HTTPS/],
    [{ Certificates: [{ CertificateArn: missing }] }, "CertificateNotFound", /not found/],
    [{ Certificates: [{ CertificateArn }] }, "UnsupportedCertificate", /fully-qualified/],
    [{ SslPolicy: "none" }, "SSLPolicyNotFound", /not found/],
    [{ Protocol: "HTTP" }, "ValidationError", /cannot be specified for HTTP/],
    [{ MutualAuthentication: { Mode: "verify" } }, "ValidationError", /trust store ARN/],
  ];
  for (const [changes, code, message] of cases)
    await assert.rejects(cloud.create(changes), { code, message });
});

test("a trust store is read from S3 and is in use while a listener verifies with it", async (context) => {
  const cloud = await secureCloud(context);
  const { elb, acm } = cloud;
  const s3 = cloud.clients.s3(cloud.caller);
  const root = (await acm.GetCertificate({ CertificateArn: cloud.certificate })).CertificateChain!;
  await s3.CreateBucket({ Bucket: "trust" });
  await s3.PutObject({
    Bucket: "trust",
    Key: "ca.pem",
    Body: new WholeBody(Buffer.from(root)) as never,
  });
  await s3.PutObject({
    Bucket: "trust",
    Key: "bad.pem",
    Body: new WholeBody(Buffer.from("nothing")) as never,
  });
  const name = (CaCertificatesBundleS3Key: string) => ({
    Name: "clients",
    CaCertificatesBundleS3Bucket: "trust",
    CaCertificatesBundleS3Key,
  });
  await assert.rejects(elb.CreateTrustStore(name("none.pem")), {
    code: "CaCertificatesBundleNotFound",
  });
  await assert.rejects(elb.CreateTrustStore(name("bad.pem")), {
    code: "InvalidCaCertificatesBundle",
  });
  const { TrustStores } = await elb.CreateTrustStore(name("ca.pem"));
  const { TrustStoreArn, NumberOfCaCertificates, Status } = TrustStores![0]!;
  assert.deepEqual([NumberOfCaCertificates, Status], [1, "ACTIVE"]);
  const { Listeners } = await cloud.create({
    MutualAuthentication: { Mode: "verify", TrustStoreArn },
  });
  assert.equal(Listeners![0]!.MutualAuthentication!.IgnoreClientCertificateExpiry, false);
  await assert.rejects(elb.DeleteTrustStore({ TrustStoreArn }), { code: "TrustStoreInUse" });
  const { TrustStoreAssociations } = await elb.DescribeTrustStoreAssociations({ TrustStoreArn });
  assert.deepEqual(TrustStoreAssociations, [{ ResourceArn: Listeners![0]!.ListenerArn }]);
  // Nobody can share it, so that it has no policy and no listener of others.
  await assert.rejects(elb.GetResourcePolicy({ ResourceArn: TrustStoreArn }), {
    code: "ResourceNotFound",
  });
  const { ListenerArn } = Listeners![0]!;
  const unshare = (ResourceArn?: string) =>
    elb.DeleteSharedTrustStoreAssociation({ TrustStoreArn, ResourceArn });
  await assert.rejects(unshare(ListenerArn), { code: "DeleteAssociationSameAccount" });
  await assert.rejects(unshare(cloud.LoadBalancerArn), { code: "AssociationNotFound" });
  const { Location } = await elb.GetTrustStoreCaCertificatesBundle({ TrustStoreArn });
  const link = new URL(Location!);
  const fetchLink = async (target: string) => {
    const request = { headers: { host: link.host }, target } as unknown as HttpRequest;
    return cloud.host
      .sites()
      .find((site) => site.matches(request))!
      .handle(request);
  };
  const bundle = await fetchLink(link.pathname + link.search);
  assert.equal(bundle.status, 200);
  assert.match(bundle.body as string, /^-----BEGIN CERTIFICATE-----/);
  assert.equal(
    (await fetchLink(`${link.pathname}?expires=9999999999999&signature=00`)).status,
    403,
  );
  await assert.rejects(elb.GetTrustStoreRevocationContent({ TrustStoreArn, RevocationId: 1 }), {
    code: "RevocationIdNotFound",
  });
  await assert.rejects(
    elb.AddTrustStoreRevocations({
      TrustStoreArn,
      RevocationContents: [{ S3Bucket: "trust", S3Key: "bad.pem", RevocationType: "CRL" }],
    }),
    { code: "InvalidRevocationContent" },
  );
  await cloud.advance("5s");
  await assert.rejects(async () => {
    const { text } = await cloud.show("shop.example.com");
    assert.equal(text, "");
    throw new Error("no answer");
  });
  // As Terraform asks for it.
  const { Listeners: changed } = await elb.ModifyListener({
    ListenerArn,
    MutualAuthentication: {
      Mode: "passthrough",
      TrustStoreArn: "",
      IgnoreClientCertificateExpiry: false,
    },
  });
  assert.deepEqual(changed![0]!.MutualAuthentication, { Mode: "passthrough" });
  await elb.DeleteTrustStore({ TrustStoreArn });
});

test("a rule asks for tokens on HTTPS listeners only, and its settings are checked", async (context) => {
  const cloud = await secureCloud(context);
  const check = {
    JwksEndpoint: "https://issuer.example.com/keys",
    Issuer: "https://issuer.example.com",
    AdditionalClaims: [{ Format: "single-string" as const, Name: "tenant", Values: ["blue"] }],
  };
  const asking = (JwtValidationConfig: typeof check) => [
    { Type: "jwt-validation" as const, Order: 1, JwtValidationConfig },
    {
      Type: "fixed-response" as const,
      Order: 2,
      FixedResponseConfig: { StatusCode: "200", MessageBody: "in" },
    },
  ];
  const { Listeners } = await cloud.create({ DefaultActions: asking(check) });
  const [action] = Listeners![0]!.DefaultActions!;
  assert.deepEqual(action, { Type: "jwt-validation", Order: 1, JwtValidationConfig: check });
  await assert.rejects(
    cloud.create({
      Protocol: "HTTP",
      Port: 80,
      Certificates: undefined,
      DefaultActions: asking(check),
    }),
    {
      code: "InvalidLoadBalancerAction",
      message: "Actions of type 'jwt-validation' are supported only on HTTPS listeners",
    },
  );
  const claim = (changes: object) => ({
    ...check,
    AdditionalClaims: [{ ...check.AdditionalClaims[0]!, ...changes }],
  });
  const wrong: [object, string][] = [
    [
      { ...check, JwksEndpoint: "http://issuer.example.com/keys" },
      "The JwksEndpoint must be an absolute URL that begins with https://",
    ],
    [
      { ...check, Issuer: "x".repeat(257) },
      "The length of 'Issuer' must not exceed '256' characters",
    ],
    [claim({ Name: "exp" }), "'exp' cannot be specified as an additional claim"],
    [
      claim({ Format: "space-separated-values", Values: ["a b"] }),
      "Values of format 'space-separated-values' cannot include spaces",
    ],
    [
      claim({ Values: Array.from({ length: 11 }, String) }),
      "The additional claim 'tenant' must have between '1' and '10' values",
    ],
  ];
  for (const [config, message] of wrong)
    await assert.rejects(
      cloud.create({ Port: 444, DefaultActions: asking(config as typeof check) }),
      { message },
    );
  await cloud.advance("5s");
  const { text } = await cloud.show("shop.example.com");
  assert.match(text, /^HTTP\/1\.1 401 /);
});

test("the default certificate is listed twice when it is in the list as well", async (context) => {
  const cloud = await secureCloud(context);
  const { elb, certificate } = cloud;
  const ListenerArn = (await cloud.create()).Listeners![0]!.ListenerArn;
  const Certificates = [{ CertificateArn: certificate }];
  const listed = async () =>
    (await elb.DescribeListenerCertificates({ ListenerArn })).Certificates!.map(
      ({ CertificateArn, IsDefault }) => [CertificateArn, IsDefault],
    );
  await elb.AddListenerCertificates({ ListenerArn, Certificates });
  await elb.AddListenerCertificates({ ListenerArn, Certificates });
  assert.deepEqual(await listed(), [
    [certificate, true],
    [certificate, false],
  ]);
  const other = await cloud.issue("other.example.com");
  await elb.ModifyListener({ ListenerArn, Certificates: [{ CertificateArn: other }] });
  assert.deepEqual(await listed(), [
    [other, true],
    [certificate, false],
  ]);
  await elb.ModifyListener({ ListenerArn, Certificates });
  await elb.RemoveListenerCertificates({ ListenerArn, Certificates });
  assert.deepEqual(await listed(), [[certificate, true]]);
});

test("only HTTPS authenticates, and a new action brings its client's secret", async (context) => {
  const cloud = await secureCloud(context);
  const authenticate = (changes: { ClientSecret?: string; UseExistingClientSecret?: boolean }) => [
    {
      Type: "authenticate-oidc" as const,
      Order: 1,
      AuthenticateOidcConfig: {
        Issuer: "https://id.example.com",
        AuthorizationEndpoint: "https://id.example.com/authorize",
        TokenEndpoint: "https://id.example.com/token",
        UserInfoEndpoint: "https://id.example.com/userinfo",
        ClientId: "shop",
        ...changes,
      },
    },
    {
      Type: "fixed-response" as const,
      Order: 2,
      FixedResponseConfig: { StatusCode: "200" },
    },
  ];
  const plain = { Protocol: "HTTP", Port: 80, Certificates: [] };
  const cases: [Record<string, unknown>, string, RegExp][] = [
    [
      { ...plain, DefaultActions: authenticate({ ClientSecret: "secret" }) },
      "InvalidLoadBalancerAction",
      /^Actions of type 'authenticate-oidc' are supported only on HTTPS listeners$/,
    ],
    [
      {
        DefaultActions: authenticate({ ClientSecret: "secret", UseExistingClientSecret: true }),
      },
      "InvalidLoadBalancerAction",
      /^You cannot both specify a client secret and set UseExistingClientSecret to true$/,
    ],
    [
      { DefaultActions: authenticate({ UseExistingClientSecret: true }) },
      "ValidationError",
      /no existing client secret/,
    ],
  ];
  for (const [changes, code, message] of cases)
    await assert.rejects(cloud.create(changes), { code, message });
  const { Listeners } = await cloud.create({
    DefaultActions: authenticate({ ClientSecret: "secret" }),
  });
  const { ListenerArn, DefaultActions } = Listeners![0]!;
  assert.equal(DefaultActions![0]!.AuthenticateOidcConfig!.ClientSecret, undefined);
  await cloud.elb.ModifyListener({
    ListenerArn,
    DefaultActions: authenticate({ UseExistingClientSecret: true }),
  });
  await assert.rejects(cloud.elb.ModifyListener({ ListenerArn, Protocol: "HTTP" }), {
    code: "InvalidLoadBalancerAction",
  });
});

test("an HTTPS listener shows IAM's server certificate, whatever its name, which cannot be deleted meanwhile", async (context) => {
  const cloud = await secureCloud(context);
  const iam = cloud.clients.iam(cloud.caller);
  const acm = cloud.clients.acm(asService(cloud.caller, "elasticloadbalancing.amazonaws.com"));
  const exported = await acm.ExportCertificate({
    CertificateArn: cloud.certificate,
    Passphrase: Buffer.from("secret"),
  });
  const key = createPrivateKey({ key: exported.PrivateKey!, passphrase: "secret" });
  const { ServerCertificateMetadata } = await iam.UploadServerCertificate({
    ServerCertificateName: "shop",
    CertificateBody: exported.Certificate!,
    CertificateChain: exported.CertificateChain!,
    PrivateKey: key.export({ type: "pkcs8", format: "pem" }),
  });
  await acm.DeleteCertificate({ CertificateArn: cloud.certificate });
  const { Arn: CertificateArn, ServerCertificateId } = ServerCertificateMetadata!;
  await assert.rejects(cloud.create({ Certificates: [{ CertificateArn: `${CertificateArn}x` }] }), {
    code: "CertificateNotFound",
  });
  const { Listeners } = await cloud.create({ Certificates: [{ CertificateArn }] });
  assert.deepEqual(Listeners![0]!.Certificates, [{ CertificateArn }]);
  const [ServerCertificateName, NewServerCertificateName] = ["shop", "store"];
  await iam.UpdateServerCertificate({ ServerCertificateName, NewServerCertificateName });
  await cloud.advance("2m");
  const { subject, text } = await cloud.show("shop.example.com", exported.CertificateChain);
  assert.equal(subject, "shop.example.com");
  assert.match(text, /^HTTP\/1\.1 200 [\s\S]*over TLS$/);
  await assert.rejects(iam.DeleteServerCertificate({ ServerCertificateName: "store" }), {
    code: "DeleteConflict",
    message: `Certificate: ${ServerCertificateId} is currently in use by ${cloud.LoadBalancerArn}. Please remove it first before deleting it from IAM.`,
  });
});

test("security policies: all that AWS's page tells of, by name and by kind of load balancer", async (context) => {
  const { elb, create } = await secureCloud(context);
  const { SslPolicies: all } = await elb.DescribeSSLPolicies({});
  assert.equal(all!.length, 37);
  const { SslPolicies: named } = await elb.DescribeSSLPolicies({
    Names: ["ELBSecurityPolicy-FS-1-2-Res-2020-10", "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04"],
  });
  assert.deepEqual(
    named!.map(({ SslProtocols, Ciphers }) => [
      SslProtocols!.join(),
      Ciphers!.map(({ Name }) => Name).join(" "),
    ]),
    [
      [
        "TLSv1.2",
        "ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384",
      ],
      ["TLSv1.3", "TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384"],
    ],
  );
  const of = async (LoadBalancerType: "network" | "gateway") =>
    (await elb.DescribeSSLPolicies({ LoadBalancerType })).SslPolicies!.length;
  assert.deepEqual([await of("network"), await of("gateway")], [37, 0]);
  const { Listeners } = await create({ SslPolicy: "ELBSecurityPolicy-FS-1-2-Res-2020-10" });
  assert.equal(Listeners![0]!.SslPolicy, "ELBSecurityPolicy-FS-1-2-Res-2020-10");
});
