/** Each routing policy, with and without health, as Route 53's guide describes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { alias, dnsStage, record } from "../testing/dns-stage.ts";

const name = "www.example.com.";
const near = (low: number, high: number, value = 0) =>
  assert.ok(value >= low && value <= high, `${value} is not between ${low} and ${high}`);

test("simple: all values, healthy or not", () => {
  const stage = dnsStage([record(name, ["192.0.2.1", "192.0.2.2"], { HealthCheckId: "h" })]);
  stage.setHealth({ h: false });
  assert.deepEqual(stage.values(name), ["192.0.2.1", "192.0.2.2"]);
});

test("simple: values come in every order", () => {
  const stage = dnsStage([record(name, ["192.0.2.1", "192.0.2.2", "192.0.2.3"])]);
  const orders = new Set<string>();
  for (let index = 0; index < 200; index++)
    orders.add(
      stage
        .ask(name)
        .answers.map(({ text }) => text)
        .join(),
    );
  assert.equal(orders.size, 6);
});

test("multivalue: up to eight healthy ones; of none, up to eight", () => {
  const sets = Array.from({ length: 10 }, (_one, index) =>
    record(name, `192.0.2.${index}`, {
      SetIdentifier: `${index}`,
      MultiValueAnswer: true,
      HealthCheckId: `h${index}`,
    }),
  );
  const stage = dnsStage(sets);
  assert.equal(stage.values(name).length, 8);
  stage.setHealth(Object.fromEntries(sets.map((_one, index) => [`h${index}`, index < 3])));
  assert.deepEqual(stage.values(name), ["192.0.2.0", "192.0.2.1", "192.0.2.2"]);
  stage.setHealth(Object.fromEntries(sets.map((_one, index) => [`h${index}`, false])));
  assert.equal(stage.values(name).length, 8);
});

const weight = (Weight: number, value: string) =>
  record(name, value, { SetIdentifier: value, Weight, HealthCheckId: value });

test("weighted: shares by weight among the healthy", () => {
  const stage = dnsStage([weight(1, "192.0.2.1"), weight(3, "192.0.2.3")]);
  near(200, 300, stage.shares(name)["192.0.2.1"]);
  stage.setHealth({ "192.0.2.3": false });
  assert.equal(stage.shares(name)["192.0.2.1"], 1000);
  stage.setHealth({ "192.0.2.3": false, "192.0.2.1": false });
  near(200, 300, stage.shares(name)["192.0.2.1"]);
});

test("weighted: a weight of zero is for when nothing else is healthy; zeros alone share evenly", () => {
  const stage = dnsStage([weight(0, "192.0.2.1"), weight(5, "192.0.2.5")]);
  assert.equal(stage.shares(name)["192.0.2.5"], 1000);
  stage.setHealth({ "192.0.2.5": false });
  assert.equal(stage.shares(name)["192.0.2.1"], 1000);
  const even = dnsStage([weight(0, "192.0.2.1"), weight(0, "192.0.2.2")]);
  near(430, 570, even.shares(name)["192.0.2.1"]);
});

test("failover: the primary, else a healthy secondary, else the primary", () => {
  const stage = dnsStage([
    record(name, "192.0.2.1", { SetIdentifier: "1", Failover: "PRIMARY", HealthCheckId: "p" }),
    record(name, "192.0.2.2", { SetIdentifier: "2", Failover: "SECONDARY", HealthCheckId: "s" }),
  ]);
  assert.deepEqual(stage.values(name), ["192.0.2.1"]);
  stage.setHealth({ p: false });
  assert.deepEqual(stage.values(name), ["192.0.2.2"]);
  stage.setHealth({ p: false, s: false });
  assert.deepEqual(stage.values(name), ["192.0.2.1"]);
});

const locations = [
  { cidr: "198.51.100.0/24", country: "DE", region: "eu-central-1" },
  { cidr: "198.51.100.128/25", country: "FR", region: "eu-west-3" },
  { cidr: "203.0.113.0/24", country: "US", subdivision: "WA", latitude: 47.6, longitude: -122.3 },
  { cidr: "2001:db8::/32", country: "JP", region: "ap-northeast-1" },
];

test("latency: the region nearest to the client, of its subnet or of its own address", () => {
  const region = (Region: "us-west-2" | "eu-central-1" | "us-east-1", value: string) =>
    record(name, value, { SetIdentifier: Region, Region, HealthCheckId: Region });
  const stage = dnsStage(
    [
      region("us-west-2", "192.0.2.1"),
      region("eu-central-1", "192.0.2.2"),
      region("us-east-1", "192.0.2.3"),
    ],
    { locations },
  );
  assert.deepEqual(stage.values(name, { subnet: "198.51.100.7" }), ["192.0.2.2"]);
  assert.deepEqual(stage.values(name, { from: "203.0.113.9" }), ["192.0.2.1"]);
  assert.deepEqual(stage.values(name, { from: "10.0.0.1" }), ["192.0.2.3"], "the default region");
  stage.setHealth({ "eu-central-1": false });
  assert.deepEqual(stage.values(name, { subnet: "198.51.100.7" }), ["192.0.2.3"]);
});

test("geolocation: the smallest place around the client that is healthy, else the default", () => {
  const at = (GeoLocation: object, value: string) =>
    record(name, value, { SetIdentifier: value, GeoLocation, HealthCheckId: value });
  const sets = [
    at({ CountryCode: "*" }, "192.0.2.0"),
    at({ ContinentCode: "EU" }, "192.0.2.1"),
    at({ CountryCode: "DE" }, "192.0.2.2"),
    at({ CountryCode: "US" }, "192.0.2.3"),
    at({ CountryCode: "US", SubdivisionCode: "WA" }, "192.0.2.4"),
  ];
  const stage = dnsStage(sets, { locations });
  const from = (address: string) => stage.values(name, { from: address });
  assert.deepEqual(from("198.51.100.1"), ["192.0.2.2"]);
  assert.deepEqual(from("198.51.100.200"), ["192.0.2.1"], "the longer block: France");
  assert.deepEqual(from("203.0.113.1"), ["192.0.2.4"]);
  assert.deepEqual(from("2001:db8::1"), ["192.0.2.0"]);
  assert.deepEqual(from("10.0.0.1"), ["192.0.2.0"]);
  stage.setHealth({ "192.0.2.4": false });
  assert.deepEqual(from("203.0.113.1"), ["192.0.2.3"]);
  stage.setHealth({ "192.0.2.4": false, "192.0.2.3": false });
  assert.deepEqual(from("203.0.113.1"), ["192.0.2.0"]);
  const narrow = dnsStage([sets[1]!], { locations });
  assert.deepEqual(narrow.values(name, { from: "10.0.0.1" }), [], "no default: no answer");
});

test("geoproximity: the nearest, drawn nearer or pushed away by its bias", () => {
  const at = (AWSRegion: string, value: string, Bias?: number) =>
    record(name, value, { SetIdentifier: AWSRegion, GeoProximityLocation: { AWSRegion, Bias } });
  const from = { from: "198.51.100.1" };
  const plain = dnsStage([at("eu-central-1", "192.0.2.1"), at("eu-west-1", "192.0.2.2")], {
    locations,
  });
  assert.deepEqual(plain.values(name, from), ["192.0.2.1"]);
  const biased = dnsStage(
    [
      record(name, "192.0.2.1", {
        SetIdentifier: "a",
        GeoProximityLocation: { Coordinates: { Latitude: "52.5", Longitude: "13.4" }, Bias: -50 },
      }),
      at("eu-west-3", "192.0.2.2", 40),
    ],
    { locations },
  );
  assert.deepEqual(biased.values(name, from), ["192.0.2.2"]);
});

test("IP-based: the location of the client's longest block, else the default", () => {
  const at = (LocationName: string, value: string) =>
    record(name, value, {
      SetIdentifier: LocationName,
      CidrRoutingConfig: { CollectionId: "c", LocationName },
    });
  const stage = dnsStage(
    [at("office", "192.0.2.1"), at("lab", "192.0.2.2"), at("*", "192.0.2.3")],
    {
      collections: { c: { office: ["198.51.100.0/24"], lab: ["198.51.100.0/28"] } },
    },
  );
  assert.deepEqual(stage.values(name, { from: "198.51.100.77" }), ["192.0.2.1"]);
  assert.deepEqual(stage.values(name, { subnet: "198.51.100.3" }), ["192.0.2.2"]);
  assert.deepEqual(stage.values(name, { from: "10.0.0.1" }), ["192.0.2.3"]);
  // Of whom less is known than a block says, it is not known that he is in it.
  assert.deepEqual(stage.values(name, { subnet: "198.51.100.0/26" }), ["192.0.2.1"]);
  assert.deepEqual(stage.values(name, { subnet: "198.51.100.0/23" }), ["192.0.2.3"]);
});

test("a tree of aliases: latency records lead to weighted ones, and a dead region is left", () => {
  const weighted = (region: string, value: string) =>
    record(`${region}.example.com.`, value, {
      SetIdentifier: value,
      Weight: 1,
      HealthCheckId: value,
    });
  const stage = dnsStage(
    [
      alias(name, "us.example.com.", { SetIdentifier: "us", Region: "us-east-1" }),
      alias(name, "de.example.com.", { SetIdentifier: "de", Region: "eu-central-1" }),
      weighted("us", "192.0.2.1"),
      weighted("us", "192.0.2.2"),
      weighted("de", "192.0.2.3"),
      weighted("de", "192.0.2.4"),
    ],
    { locations },
  );
  const from = { from: "198.51.100.1" };
  const german = ["192.0.2.3", "192.0.2.4"];
  assert.ok(german.includes(stage.values(name, from)[0]!));
  stage.setHealth({ "192.0.2.3": false });
  assert.deepEqual(stage.values(name, from), ["192.0.2.4"]);
  stage.setHealth({ "192.0.2.3": false, "192.0.2.4": false });
  assert.ok(["192.0.2.1", "192.0.2.2"].includes(stage.values(name, from)[0]!), "the other region");
  stage.setHealth({
    "192.0.2.1": false,
    "192.0.2.2": false,
    "192.0.2.3": false,
    "192.0.2.4": false,
  });
  assert.ok(german.includes(stage.values(name, from)[0]!), "all are dead: as if all were healthy");
});

test("a tree whose aliases do not evaluate health stays in its branch", () => {
  const stage = dnsStage([
    alias(name, "a.example.com.", { SetIdentifier: "1", Failover: "PRIMARY" }, false),
    alias(name, "b.example.com.", { SetIdentifier: "2", Failover: "SECONDARY" }),
    record("a.example.com.", "192.0.2.1", { SetIdentifier: "a", Weight: 1, HealthCheckId: "a" }),
    record("b.example.com.", "192.0.2.2"),
  ]);
  stage.setHealth({ a: false });
  assert.deepEqual(stage.values(name), ["192.0.2.1"]);
});

test("a record that many ways lead to is judged once, however deep it lies", () => {
  const levels = 30;
  const sets = Array.from({ length: levels }, (_one, level) =>
    Array.from({ length: 20 }, (_other, index) =>
      alias(`l${level}.example.com.`, `l${level + 1}.example.com.`, {
        SetIdentifier: `${index}`,
        Weight: 1,
      }),
    ),
  ).flat();
  const leaf = record(`l${levels}.example.com.`, "192.0.2.1", {
    SetIdentifier: "leaf",
    Weight: 1,
    HealthCheckId: "h",
  });
  const other = record("l0.example.com.", "192.0.2.2", { SetIdentifier: "other", Weight: 0 });
  const stage = dnsStage([...sets, leaf, other]);
  stage.setHealth({ h: true });
  assert.deepEqual(stage.values("l0.example.com."), ["192.0.2.1"]);
  stage.setHealth({ h: false });
  assert.deepEqual(stage.values("l0.example.com."), ["192.0.2.2"]);
});

test("an alias is as healthy as its load balancer", () => {
  const balancer = (healthy: boolean) => ({
    names: [{ name: "web.us-east-1.elb.localhost", addresses: ["127.64.0.1"], healthy }],
  });
  const target = {
    HostedZoneId: "ZELB",
    DNSName: "dualstack.web.us-east-1.elb.localhost.",
    EvaluateTargetHealth: true,
  };
  const stage = dnsStage(
    [
      { Name: name, Type: "A", SetIdentifier: "1", Failover: "PRIMARY", AliasTarget: target },
      record(name, "192.0.2.2", { SetIdentifier: "2", Failover: "SECONDARY" }),
    ],
    balancer(true),
  );
  assert.deepEqual(stage.values(name), ["127.64.0.1"]);
  stage.world.setCommon(balancer(false));
  assert.deepEqual(stage.values(name), ["192.0.2.2"]);
});

test("in a private zone the region of the asker's VPC says where it is", () => {
  const stage = dnsStage([], { locations: [{ cidr: "10.0.0.0/8", country: "JP" }] });
  const at = (GeoLocation: object, value: string) =>
    record(name, value, { SetIdentifier: value, GeoLocation });
  stage.setZone({
    id: "Z2",
    isPrivate: true,
    vpcs: [
      { vpcId: "vpc-1", region: "eu-central-1" },
      { vpcId: "vpc-2", region: "us-east-1" },
    ],
    sets: [
      at({ CountryCode: "DE" }, "10.0.0.1"),
      at({ CountryCode: "US", SubdivisionCode: "VA" }, "10.0.0.2"),
      at({ CountryCode: "*" }, "10.0.0.3"),
    ],
  });
  const from = "10.1.2.3";
  assert.deepEqual(stage.values(name, { from, vpcId: "vpc-1" }), ["10.0.0.1"]);
  assert.deepEqual(stage.values(name, { from, vpcId: "vpc-2" }), ["10.0.0.2"]);
});

test("a machine is led to what stands in its own zone, always or mostly", () => {
  const name = "net-1.elb.us-east-1.elb.localhost";
  const stage = dnsStage([]);
  const tell = (share: number) =>
    stage.world.setCommon({
      names: [
        {
          name,
          addresses: ["127.64.0.1", "127.64.0.2"],
          affinity: { byZone: { "us-east-1a": ["127.64.0.1"] }, share },
        },
      ],
    });
  tell(1);
  assert.deepEqual(stage.values(`${name}.`, { zone: "us-east-1a" }), ["127.64.0.1"]);
  assert.equal(stage.values(`${name}.`, { zone: "us-east-1b" }).length, 2, "it has no node there");
  assert.equal(stage.values(`${name}.`).length, 2, "this host is in no zone");
  tell(0.85);
  const { "127.64.0.1": near, "127.64.0.2": far } = stage.shares(`${name}.`, {
    zone: "us-east-1a",
  });
  assert.equal(near, 1000);
  assert.ok(far! > 100 && far! < 200, String(far));
});
