import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSearch } from "./search.ts";

const metric = (name: string, namespace = "Shop", dimensions: [string, string][] = []) => ({
  namespace,
  name,
  dimensions,
});

function finds(search: string, candidate: ReturnType<typeof metric>): boolean {
  const { namespace, matches } = parseSearch(search, "123456789012");
  return (namespace === undefined || namespace === candidate.namespace) && matches(candidate);
}

test("the guide's examples of partial matches", () => {
  for (const word of ["count", "Count", "COUNT", "CustomCount", "Count1", "customcount1", "1"])
    assert.ok(finds(word, metric("CustomCount1")), word);
  for (const word of ["couNT", "customcount", "count1", "cust"])
    assert.ok(!finds(word, metric("CustomCount1")), word);
  for (const word of ["network/errors", "network+errors", "network-errors", "Network_Errors"]) {
    assert.ok(finds(word, metric("Network-Errors-2")), word);
    assert.ok(finds(word, metric("NetworkErrors2")), word);
  }
  assert.ok(finds("sdb", metric("SDBFailure")));
  assert.ok(finds("project2trial333", metric("Project2-trial333")));
});

test("quoted terms match exactly, with escapes", () => {
  assert.ok(finds('{Shop}, "CustomCount1"', metric("CustomCount1")));
  assert.ok(!finds('{Shop}, "customcount1"', metric("CustomCount1")));
  assert.ok(!finds('{Shop}, "Custom"', metric("CustomCount1")));
  assert.ok(
    finds('"Europe\\\\France Traffic\\(Network\\)"', metric("Europe\\France Traffic(Network)")),
  );
});

test("schema, properties and operators", () => {
  const cpu = metric("CPUUtilization", "AWS/EC2", [["InstanceType", "t2.micro"]]);
  assert.ok(finds('{AWS/EC2,InstanceType} MetricName="CPUUtilization"', cpu));
  assert.ok(!finds('{AWS/EC2,InstanceId} MetricName="CPUUtilization"', cpu));
  assert.ok(finds("InstanceType=micro", cpu));
  assert.ok(finds('InstanceType="t2.micro" Namespace="AWS/EC2"', cpu));
  assert.ok(!finds('InstanceType="micro"', cpu));
  assert.ok(finds("(EC2 OR EBS) AND MetricName=CPU", cpu));
  assert.ok(finds('MetricName="CPUUtilization" AND ("AWS/ECS" OR "AWS/EC2")', cpu));
  assert.ok(!finds("NOT Namespace=AWS", cpu));
  assert.ok(finds("NOT Namespace=AWS", metric("Orders")));
  assert.ok(finds("AWS/EC2 :aws.AccountId = ('111122223333' OR LOCAL)", cpu));
  assert.ok(
    finds('{"My Shop","Dimension@Name"}', metric("x", "My Shop", [["Dimension@Name", "1"]])),
  );
  assert.throws(() => parseSearch("(a", "1"), /not closed/);
  assert.throws(() => parseSearch(" ", "1"), /needs/);
});
