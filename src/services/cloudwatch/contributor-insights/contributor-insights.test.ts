import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { parseDefinition } from "./definition.ts";
import { observe } from "./observe.ts";

const definition = {
  Schema: { Name: "CloudWatchLogRule", Version: 1 },
  LogGroupNames: ["API-Gateway-Access-Logs*", "web"],
  LogFormat: "JSON",
  Contribution: {
    Keys: ["$.ip"],
    ValueOf: "$.requestBytes",
    Filters: [{ Match: "$.httpMethod", In: ["PUT"] }],
  },
  AggregateOn: "Sum",
};

const parse = (rule: object) => parseDefinition(JSON.stringify(rule), "123456789012");

test("the guide's rule sums a field of the events that pass its filter", () => {
  const rule = parse(definition);
  const event = { ip: "10.0.0.1", httpMethod: "PUT", requestBytes: 12 };
  const of = (more: object) => observe(rule, JSON.stringify({ ...event, ...more }));
  assert.deepEqual(of({}), { contributor: ["10.0.0.1"], value: 12 });
  assert.deepEqual(of({ requestBytes: "7" }), { contributor: ["10.0.0.1"], value: 7 });
  assert.equal(of({ httpMethod: "put" }), undefined);
  assert.equal(of({ ip: undefined }), undefined);
  assert.equal(of({ requestBytes: "much" }), undefined);
  assert.equal(observe(rule, "PUT 10.0.0.1"), undefined);
});

test("filters compare texts, numbers and presence", () => {
  const counts = (filter: object, event: object) => {
    const Contribution = { Keys: ["$.a.b[0]"], Filters: [{ Match: "$.x", ...filter }] };
    const rule = parse({ ...definition, Contribution, AggregateOn: "Count" });
    return observe(rule, JSON.stringify({ a: { b: [true] }, ...event })) !== undefined;
  };
  const table: [filter: object, passing: unknown, failing: unknown][] = [
    [{ In: ["a", "b"] }, "b", "c"],
    [{ NotIn: ["a", "b"] }, "c", "b"],
    [{ StartsWith: ["/api", "/v1"] }, "/v1/things", "/v2"],
    [{ GreaterThan: 5 }, 6, 5],
    [{ LessThan: 5 }, "4", 5],
    [{ EqualTo: 404 }, 404, 403],
    [{ NotEqualTo: 404 }, 403, "404"],
    [{ IsPresent: true }, 0, undefined],
    [{ IsPresent: false }, undefined, 0],
    [{ GreaterThan: 5, LessThan: 8 }, 7, 8],
  ];
  for (const [filter, passing, failing] of table) {
    assert.equal(counts(filter, { x: passing }), true, JSON.stringify([filter, passing]));
    assert.equal(counts(filter, { x: failing }), false, JSON.stringify([filter, failing]));
  }
});

test("columns of the common log format are counted by place or by name", () => {
  const rule = parse({
    ...definition,
    LogFormat: "CLF",
    Fields: { "1": "Ip", "5": "Request" },
    Contribution: { Keys: ["Ip", "Request"], Filters: [{ Match: "6", EqualTo: 200 }] },
    AggregateOn: "Count",
  });
  const line = '10.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326';
  assert.deepEqual(observe(rule, line), {
    contributor: ["10.0.0.1", "GET /a HTTP/1.0"],
    value: 1,
  });
  assert.equal(observe(rule, line.replace(" 200 ", " 404 ")), undefined);
});

test("what is no rule is refused", () => {
  const { Contribution, LogGroupNames } = definition;
  const table: [change: object, problem: RegExp][] = [
    [{ Schema: "CloudWatchLogRule" }, /Schema must be/],
    [{ LogFormat: "XML" }, /LogFormat/],
    [{ LogGroupNames: undefined }, /either LogGroupNames or LogGroupARNs/],
    [{ LogGroupARNs: LogGroupNames }, /either LogGroupNames or LogGroupARNs/],
    [{ AggregateOn: "Count" }, /ValueOf goes with AggregateOn Sum/],
    [{ AggregateOn: "Average" }, /Count or Sum/],
    [{ Contribution: { ...Contribution, Keys: [] } }, /one to 4 strings/],
    [{ Contribution: { ...Contribution, Keys: ["ip"] } }, /names no field of JSON logs: ip/],
    [{ Contribution: { ...Contribution, Filters: [{ Match: "$.a", Like: "b" }] } }, /no operator/],
    [{ Contribution: { ...Contribution, Filters: [{ Match: "$.a" }] } }, /an operator beside/],
    [{ Fields: { "1": "Ip" } }, /LogFormat CLF/],
  ];
  for (const [change, message] of table)
    assert.throws(() => parse({ ...definition, ...change }), {
      code: "InvalidParameterValueException",
      message,
    });
  const arns = (account: string) => ({
    ...definition,
    LogGroupNames: undefined,
    LogGroupARNs: [`arn:aws:logs:us-east-1:${account}:log-group:web*`],
  });
  assert.deepEqual(parse(arns("123456789012")).groups, ["web*"]);
  assert.throws(() => parse(arns("999999999999")), /not shared/);
});

test("a report ranks contributors by what came while the rule was enabled", async () => {
  const cloud = createTestCloud();
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const logs = cloud.clients.logs(cloud.caller);
  await logs.CreateLogGroup({ logGroupName: "web" });
  await logs.CreateLogStream({ logGroupName: "web", logStreamName: "one" });
  const startMs = cloud.clock.now();
  const hit = async (ip: string, requestBytes: number) => {
    const message = JSON.stringify({ ip, requestBytes, httpMethod: "PUT" });
    const logEvents = [{ timestamp: cloud.clock.now(), message }];
    await logs.PutLogEvents({ logGroupName: "web", logStreamName: "one", logEvents });
    await cloud.advance("1s");
  };
  await hit("before", 1000);
  const RuleDefinition = JSON.stringify(definition);
  const named = { RuleName: "talkers" };
  await cloudwatch.PutInsightRule({ ...named, RuleDefinition, Tags: [{ Key: "a", Value: "b" }] });
  await hit("10.0.0.1", 5);
  await hit("10.0.0.2", 20);
  await cloud.advance("1m");
  await hit("10.0.0.1", 6);
  await hit("10.0.0.1", 1);
  assert.deepEqual(await cloudwatch.DisableInsightRules({ RuleNames: ["talkers", "none"] }), {
    Failures: [
      {
        FailureResource: "none",
        ExceptionType: "ResourceNotFoundException",
        FailureCode: "ResourceNotFound",
        FailureDescription: "Rule none does not exist",
      },
    ],
  });
  await hit("10.0.0.1", 1000);
  const asked = {
    ...named,
    StartTime: dateOf(startMs),
    EndTime: dateOf(cloud.clock.now()),
    Period: 60,
  };
  const report = await cloudwatch.GetInsightRuleReport({
    ...asked,
    Metrics: ["UniqueContributors", "MaxContributorValue", "SampleCount", "Sum", "Average"],
  });
  assert.deepEqual(report, {
    KeyLabels: ["$.ip"],
    AggregationStatistic: "SUM",
    AggregateValue: 32,
    ApproximateUniqueCount: 2,
    Contributors: [
      {
        Keys: ["10.0.0.2"],
        ApproximateAggregateValue: 20,
        Datapoints: [{ Timestamp: dateOf(startMs), ApproximateValue: 20 }],
      },
      {
        Keys: ["10.0.0.1"],
        ApproximateAggregateValue: 12,
        Datapoints: [
          { Timestamp: dateOf(startMs), ApproximateValue: 5 },
          { Timestamp: dateOf(startMs + 60_000), ApproximateValue: 7 },
        ],
      },
    ],
    MetricDatapoints: [
      {
        Timestamp: dateOf(startMs),
        UniqueContributors: 2,
        MaxContributorValue: 20,
        SampleCount: 2,
        Sum: 25,
        Average: 12.5,
      },
      {
        Timestamp: dateOf(startMs + 60_000),
        UniqueContributors: 1,
        MaxContributorValue: 7,
        SampleCount: 2,
        Sum: 7,
        Average: 3.5,
      },
    ],
  });
  const top = await cloudwatch.GetInsightRuleReport({
    ...asked,
    MaxContributorCount: 1,
    OrderBy: "Maximum",
  });
  assert.deepEqual(
    top.Contributors!.map(({ Keys }) => Keys),
    [["10.0.0.2"]],
  );
  await assert.rejects(cloudwatch.GetInsightRuleReport({ ...asked, Period: 61 }), {
    code: "InvalidParameterValueException",
  });
  await assert.rejects(cloudwatch.GetInsightRuleReport({ ...asked, RuleName: "none" }), {
    code: "ResourceNotFoundException",
  });
  await cloud.stop();
});

test("metric math and alarms see what a rule counts", async () => {
  const cloud = createTestCloud();
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const logs = cloud.clients.logs(cloud.caller);
  const place = { logGroupName: "web", logStreamName: "one" };
  await logs.CreateLogGroup({ logGroupName: "web" });
  await logs.CreateLogStream(place);
  const RuleDefinition = JSON.stringify(definition);
  await cloudwatch.PutInsightRule({ RuleName: "talkers", RuleDefinition });
  const hits = (...ips: string[]) =>
    logs.PutLogEvents({
      ...place,
      logEvents: ips.map((ip) => ({
        timestamp: cloud.clock.now(),
        message: JSON.stringify({ ip, requestBytes: 10, httpMethod: "PUT" }),
      })),
    });
  await cloudwatch.PutMetricAlarm({
    AlarmName: "crowd",
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    Threshold: 3,
    EvaluationPeriods: 1,
    Metrics: [
      { Id: "e1", Expression: "INSIGHT_RULE_METRIC('talkers', 'UniqueContributors')", Period: 60 },
    ],
  });
  const stateOf = async () => (await cloudwatch.DescribeAlarms({})).MetricAlarms![0]!.StateValue;
  await hits("a", "b");
  await cloud.advance("90s");
  assert.equal(await stateOf(), "OK");
  await hits("a", "b", "c", "c");
  await cloud.advance("1m");
  assert.equal(await stateOf(), "ALARM");
  const query = (Expression: string) =>
    cloudwatch.GetMetricData({
      StartTime: dateOf(cloud.clock.now() - 600_000),
      EndTime: dateOf(cloud.clock.now()),
      MetricDataQueries: [{ Id: "e1", Expression, Period: 60 }],
    });
  const { MetricDataResults } = await query("INSIGHT_RULE_METRIC('talkers', 'Sum') / 10");
  assert.deepEqual(MetricDataResults![0]!.Values, [4, 2]);
  const none = await query("INSIGHT_RULE_METRIC('none', 'Sum')");
  assert.deepEqual(none.MetricDataResults![0]!.Values, []);
  await assert.rejects(query("INSIGHT_RULE_METRIC('talkers', 'Median')"), {
    code: "ValidationError",
    message: /takes the name of a rule and one of UniqueContributors/,
  });
  await cloud.stop();
});

test("rules are listed page by page, tagged, enabled and deleted", async () => {
  const cloud = createTestCloud();
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const RuleDefinition = JSON.stringify(definition);
  for (const RuleName of ["b", "a"])
    await cloudwatch.PutInsightRule({ RuleName, RuleDefinition, RuleState: "DISABLED" });
  const first = await cloudwatch.DescribeInsightRules({ MaxResults: 1 });
  assert.deepEqual(first.InsightRules, [
    {
      Name: "a",
      State: "DISABLED",
      Schema: '{"Name" : "CloudWatchLogRule", "Version" : 1}',
      Definition: RuleDefinition,
      ManagedRule: false,
      ApplyOnTransformedLogs: false,
    },
  ]);
  await cloudwatch.EnableInsightRules({ RuleNames: ["b"] });
  const second = await cloudwatch.DescribeInsightRules({ NextToken: first.NextToken });
  assert.deepEqual(
    second.InsightRules!.map(({ Name, State }) => [Name, State]),
    [["b", "ENABLED"]],
  );
  const ResourceARN = "arn:aws:cloudwatch:us-east-1:123456789012:insight-rule/b";
  await cloudwatch.TagResource({ ResourceARN, Tags: [{ Key: "team", Value: "web" }] });
  const { Tags } = await cloudwatch.ListTagsForResource({ ResourceARN });
  assert.deepEqual(Tags, [{ Key: "team", Value: "web" }]);
  assert.deepEqual(await cloudwatch.DeleteInsightRules({ RuleNames: ["a", "b"] }), {
    Failures: [],
  });
  assert.deepEqual(await cloudwatch.DescribeInsightRules({}), { InsightRules: [] });
  await assert.rejects(
    cloudwatch.PutInsightRule({ RuleName: "c", RuleDefinition: "Count everything" }),
    { code: "InvalidParameterValueException", message: /it is no JSON/ },
  );
  await cloud.stop();
});
