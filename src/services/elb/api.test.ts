import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const http80 = { Protocol: "http", LoadBalancerPort: 80, InstancePort: 8080 };

function createCloud(context: TestContext) {
  const cloud = createTestCloud();
  context.after(() => cloud.stop());
  const elb = cloud.clients.elb(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  return {
    ...cloud,
    elb,
    ec2,
    create: (changes: Partial<Parameters<typeof elb.CreateLoadBalancer>[0]> = {}) =>
      elb.CreateLoadBalancer({
        LoadBalancerName: "web",
        Listeners: [http80],
        AvailabilityZones: ["us-east-1a"],
        ...changes,
      }),
    async describe(name = "web") {
      const found = await elb.DescribeLoadBalancers({ LoadBalancerNames: [name] });
      return found.LoadBalancerDescriptions![0]!;
    },
    async run(count: number) {
      const { Images } = await ec2.DescribeImages({ Owners: ["amazon"] });
      const { Instances } = await ec2.RunInstances({
        ImageId: Images![0]!.ImageId!,
        MinCount: count,
        MaxCount: count,
      });
      return Instances!.map(({ InstanceId }) => ({ InstanceId: InstanceId! }));
    },
  };
}

test("a load balancer in zones stands in their default subnets and gets a group of its own", async (context) => {
  const cloud = createCloud(context);
  const { DNSName } = await cloud.create({ AvailabilityZones: ["us-east-1a", "us-east-1b"] });
  assert.match(DNSName!, /^web-\d{10}\.us-east-1\.elb\.localhost$/);
  const balancer = await cloud.describe();
  assert.deepEqual(balancer.AvailabilityZones, ["us-east-1a", "us-east-1b"]);
  assert.equal(balancer.Subnets!.length, 2);
  assert.equal(balancer.Scheme, "internet-facing");
  assert.equal(balancer.CanonicalHostedZoneName, DNSName);
  assert.equal(balancer.CanonicalHostedZoneNameID, "Z35SXDOTRQ7X7K");
  assert.match(balancer.SourceSecurityGroup!.GroupName!, /^default_elb_/);
  assert.deepEqual(balancer.ListenerDescriptions, [
    {
      Listener: {
        Protocol: "HTTP",
        LoadBalancerPort: 80,
        InstanceProtocol: "HTTP",
        InstancePort: 8080,
      },
      PolicyNames: [],
    },
  ]);
  assert.deepEqual(balancer.HealthCheck, {
    Target: "TCP:8080",
    Interval: 30,
    Timeout: 5,
    UnhealthyThreshold: 2,
    HealthyThreshold: 10,
  });
});

test("the same load balancer can be created twice, another of its name cannot", async (context) => {
  const cloud = createCloud(context);
  const first = await cloud.create();
  assert.deepEqual(await cloud.create(), first);
  await assert.rejects(cloud.create({ Scheme: "internal" }), {
    code: "DuplicateLoadBalancerName",
    message:
      "Load Balancer named 'web' already exists and it is configured with different parameters.",
  });
});

test("what AWS refuses to create is refused in its words", async (context) => {
  const cloud = createCloud(context);
  const refused: [Parameters<typeof cloud.create>[0], string, string][] = [
    [
      { LoadBalancerName: "a_b" },
      "ValidationError",
      "LoadBalancer name cannot contain characters that are not letters, or digits or the dash.",
    ],
    [
      { LoadBalancerName: "a".repeat(33) },
      "ValidationError",
      "LoadBalancer name cannot be longer than 32 characters",
    ],
    [
      { AvailabilityZones: [] },
      "ValidationError",
      "Either AvailabilityZones or SubnetIds must be specified",
    ],
    [
      { Listeners: [{ ...http80, Protocol: "https" }] },
      "ValidationError",
      "Secure Listeners need to specify a SSLCertificateId",
    ],
    [
      { Listeners: [{ ...http80, Protocol: "https", SSLCertificateId: "none" }] },
      "CertificateNotFound",
      "Server Certificate not found for the key: none",
    ],
    [
      { AvailabilityZones: undefined, Subnets: ["subnet-0123456789abcdef0"] },
      "SubnetNotFound",
      "The subnet ID 'subnet-0123456789abcdef0' does not exist",
    ],
  ];
  for (const [changes, code, message] of refused)
    await assert.rejects(cloud.create(changes), { code, message });
});

test("a listener can be added once more when it is the same", async (context) => {
  const cloud = createCloud(context);
  await cloud.create();
  const add = (changes: Partial<typeof http80>) =>
    cloud.elb.CreateLoadBalancerListeners({
      LoadBalancerName: "web",
      Listeners: [{ ...http80, ...changes }],
    });
  await add({});
  await add({ Protocol: "TCP", LoadBalancerPort: 443 });
  await assert.rejects(add({ InstancePort: 81 }), {
    code: "DuplicateListener",
    message:
      "A listener already exists for web with LoadBalancerPort 80, but with a different InstancePort, Protocol, or SSLCertificateId",
  });
  await cloud.elb.DeleteLoadBalancerListeners({ LoadBalancerName: "web", LoadBalancerPorts: [80] });
  const { ListenerDescriptions } = await cloud.describe();
  assert.deepEqual(
    ListenerDescriptions!.map(({ Listener }) => Listener!.LoadBalancerPort),
    [443],
  );
});

test("health checks are as AWS allows them", async (context) => {
  const cloud = createCloud(context);
  await cloud.create();
  const configure = (Target: string, Timeout = 3) =>
    cloud.elb.ConfigureHealthCheck({
      LoadBalancerName: "web",
      HealthCheck: { Target, Interval: 10, Timeout, UnhealthyThreshold: 2, HealthyThreshold: 3 },
    });
  const { HealthCheck } = await configure("http:80/ping");
  assert.equal(HealthCheck!.Target, "HTTP:80/ping");
  await assert.rejects(configure("FTP:21"), {
    code: "ValidationError",
    message: "HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL",
  });
  await assert.rejects(configure("HTTP:80"), { code: "ValidationError" });
  await assert.rejects(configure("TCP:80/x"), { code: "ValidationError" });
  await assert.rejects(configure("TCP:80", 10), { code: "ValidationError" });
});

test("instances of the VPC are registered and deregistered", async (context) => {
  const cloud = createCloud(context);
  await cloud.create();
  const [first, second] = await cloud.run(2);
  const LoadBalancerName = "web";
  const { Instances } = await cloud.elb.RegisterInstancesWithLoadBalancer({
    LoadBalancerName,
    Instances: [first!, second!],
  });
  assert.equal(Instances!.length, 2);
  await cloud.elb.DeregisterInstancesFromLoadBalancer({ LoadBalancerName, Instances: [first!] });
  assert.deepEqual((await cloud.describe()).Instances, [second]);
  const { InstanceStates } = await cloud.elb.DescribeInstanceHealth({
    LoadBalancerName,
    Instances: [first!],
  });
  assert.deepEqual(InstanceStates, [
    {
      ...first,
      State: "OutOfService",
      ReasonCode: "Instance",
      Description: "Instance is not currently registered with the LoadBalancer.",
    },
  ]);
  const Unknown = [{ InstanceId: "i-0123456789abcdef0" }];
  await assert.rejects(
    cloud.elb.RegisterInstancesWithLoadBalancer({ LoadBalancerName, Instances: Unknown }),
    { code: "InvalidInstance", message: "Could not find EC2 instance i-0123456789abcdef0." },
  );
});

test("policies are kept by type and used where their type allows", async (context) => {
  const cloud = createCloud(context);
  const LoadBalancerName = "web";
  await cloud.create({
    Listeners: [http80, { Protocol: "tcp", LoadBalancerPort: 25, InstancePort: 25 }],
  });
  const { elb } = cloud;
  await elb.CreateLBCookieStickinessPolicy({ LoadBalancerName, PolicyName: "session" });
  await elb.CreateAppCookieStickinessPolicy({
    LoadBalancerName,
    PolicyName: "app",
    CookieName: "JSESSIONID",
  });
  await elb.CreateLoadBalancerPolicy({
    LoadBalancerName,
    PolicyName: "proxy",
    PolicyTypeName: "ProxyProtocolPolicyType",
    PolicyAttributes: [{ AttributeName: "ProxyProtocol", AttributeValue: "true" }],
  });
  const use = (LoadBalancerPort: number, ...PolicyNames: string[]) =>
    elb.SetLoadBalancerPoliciesOfListener({ LoadBalancerName, LoadBalancerPort, PolicyNames });
  await use(80, "app");
  await elb.SetLoadBalancerPoliciesForBackendServer({
    LoadBalancerName,
    InstancePort: 25,
    PolicyNames: ["proxy"],
  });
  const balancer = await cloud.describe();
  assert.deepEqual(balancer.Policies, {
    AppCookieStickinessPolicies: [{ PolicyName: "app", CookieName: "JSESSIONID" }],
    LBCookieStickinessPolicies: [{ PolicyName: "session" }],
    OtherPolicies: ["proxy"],
  });
  assert.deepEqual(balancer.ListenerDescriptions![0]!.PolicyNames, ["app"]);
  assert.deepEqual(balancer.BackendServerDescriptions, [
    { InstancePort: 25, PolicyNames: ["proxy"] },
  ]);
  const invalid = { code: "InvalidConfigurationRequest" };
  await assert.rejects(use(80, "app", "session"), invalid);
  await assert.rejects(use(25, "session"), invalid);
  await assert.rejects(use(80, "proxy"), invalid);
  await assert.rejects(use(80, "none"), {
    code: "PolicyNotFound",
    message: "There is no policy with name none for load balancer web",
  });
  await assert.rejects(use(81), { code: "ListenerNotFound" });
  await assert.rejects(
    elb.DeleteLoadBalancerPolicy({ LoadBalancerName, PolicyName: "app" }),
    invalid,
  );
  await use(80);
  await elb.DeleteLoadBalancerPolicy({ LoadBalancerName, PolicyName: "app" });
});

test("predefined policies and policy types are told", async (context) => {
  const { elb } = createCloud(context);
  const { PolicyDescriptions } = await elb.DescribeLoadBalancerPolicies({});
  assert.equal(PolicyDescriptions!.length, 11);
  const enabled = (name: string) =>
    PolicyDescriptions!
      .find(({ PolicyName }) => PolicyName === name)!
      .PolicyAttributeDescriptions!.filter(({ AttributeValue }) => AttributeValue === "true")
      .map(({ AttributeName }) => AttributeName);
  assert.equal(enabled("ELBSecurityPolicy-TLS-1-2-2017-01").length, 12 + 2);
  assert.equal(enabled("ELBSecurityPolicy-2016-08").length, 18 + 4);
  const { PolicyTypeDescriptions } = await elb.DescribeLoadBalancerPolicyTypes({});
  assert.equal(PolicyTypeDescriptions!.length, 6);
  await assert.rejects(elb.DescribeLoadBalancerPolicyTypes({ PolicyTypeNames: ["None"] }), {
    code: "PolicyTypeNotFound",
  });
});

test("attributes start with AWS's defaults and change one by one", async (context) => {
  const cloud = createCloud(context);
  await cloud.create();
  const LoadBalancerName = "web";
  const read = async () =>
    (await cloud.elb.DescribeLoadBalancerAttributes({ LoadBalancerName })).LoadBalancerAttributes;
  const defaults = {
    CrossZoneLoadBalancing: { Enabled: false },
    AccessLog: { Enabled: false },
    ConnectionDraining: { Enabled: false, Timeout: 300 },
    ConnectionSettings: { IdleTimeout: 60 },
    AdditionalAttributes: [{ Key: "elb.http.desyncmitigationmode", Value: "defensive" }],
  };
  assert.deepEqual(await read(), defaults);
  const modify = (
    LoadBalancerAttributes: Parameters<
      typeof cloud.elb.ModifyLoadBalancerAttributes
    >[0]["LoadBalancerAttributes"],
  ) => cloud.elb.ModifyLoadBalancerAttributes({ LoadBalancerName, LoadBalancerAttributes });
  await modify({ ConnectionDraining: { Enabled: true, Timeout: 42 } });
  await modify({ ConnectionSettings: { IdleTimeout: 5 } });
  assert.deepEqual(await read(), {
    ...defaults,
    ConnectionDraining: { Enabled: true, Timeout: 42 },
    ConnectionSettings: { IdleTimeout: 5 },
  });
  await assert.rejects(modify({ AdditionalAttributes: [{ Key: "other", Value: "1" }] }), {
    code: "LoadBalancerAttributeNotFound",
  });
});

test("zones and subnets come and go, one stays", async (context) => {
  const cloud = createCloud(context);
  await cloud.create();
  const LoadBalancerName = "web";
  const enabled = await cloud.elb.EnableAvailabilityZonesForLoadBalancer({
    LoadBalancerName,
    AvailabilityZones: ["us-east-1b"],
  });
  assert.deepEqual(enabled.AvailabilityZones, ["us-east-1a", "us-east-1b"]);
  const disable = (...AvailabilityZones: string[]) =>
    cloud.elb.DisableAvailabilityZonesForLoadBalancer({ LoadBalancerName, AvailabilityZones });
  assert.deepEqual((await disable("us-east-1a")).AvailabilityZones, ["us-east-1b"]);
  await assert.rejects(disable("us-east-1b"), { code: "InvalidConfigurationRequest" });
});

test("a load balancer has at most ten tags", async (context) => {
  const cloud = createCloud(context);
  await cloud.create({ Tags: [{ Key: "a", Value: "1" }] });
  const LoadBalancerNames = ["web"];
  const Tags = Array.from({ length: 10 }, (_, index) => ({ Key: `k${index}`, Value: "v" }));
  await assert.rejects(cloud.elb.AddTags({ LoadBalancerNames, Tags }), { code: "TooManyTags" });
  await cloud.elb.RemoveTags({ LoadBalancerNames, Tags: [{ Key: "a" }] });
  await cloud.elb.AddTags({ LoadBalancerNames, Tags });
  const { TagDescriptions } = await cloud.elb.DescribeTags({ LoadBalancerNames });
  assert.equal(TagDescriptions![0]!.Tags!.length, 10);
});

test("load balancers come in pages by name", async (context) => {
  const cloud = createCloud(context);
  for (const LoadBalancerName of ["b", "c", "a"]) await cloud.create({ LoadBalancerName });
  const page = async (Marker?: string) => {
    const found = await cloud.elb.DescribeLoadBalancers({ PageSize: 2, ...(Marker && { Marker }) });
    const names = found.LoadBalancerDescriptions!.map(({ LoadBalancerName }) => LoadBalancerName);
    return { names, next: found.NextMarker };
  };
  assert.deepEqual(await page(), { names: ["a", "b"], next: "b" });
  assert.deepEqual(await page("b"), { names: ["c"], next: undefined });
  await assert.rejects(page("b/"), { code: "ValidationError", message: "Invalid marker" });
});
