import assert from "node:assert/strict";
import { test } from "node:test";
import { parseEventPattern } from "./pattern.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
const event = {
  version: "0",
  id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
  "detail-type": "EC2 Instance State-change Notification",
  source: "aws.ec2",
  account: "111122223333",
  time: "2017-12-22T18:43:48Z",
  region: "us-west-1",
  resources: ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0"],
  detail: {
    "instance-id": "i-1234567890abcdef0",
    state: "terminated",
    "c-count": 5,
    "d-count": 3.018e2,
    "x-limit": 3.018e2,
    responseElements: null,
    empty: "",
    FileName: "dir/image.png",
    sourceIPAddress: "10.0.0.123",
    v6: "2001:db8::7",
    lists: [
      { key: "a", value: 1 },
      { key: "b", value: 2 },
    ],
    nothing: [],
  },
};

const table: [pattern: object, wanted: boolean][] = [
  [
    {
      source: ["aws.ec2"],
      "detail-type": ["EC2 Instance State-change Notification"],
      detail: { state: ["terminated"] },
    },
    true,
  ],
  [{ source: ["aws.ec2"], detail: { state: ["running"] } }, false],
  [{ detail: { responseElements: [null] } }, true],
  [{ detail: { empty: [""] } }, true],
  [{ resources: ["arn:aws:ec2:us-west-1:123456789012:instance/i-1234567890abcdef0", "x"] }, true],
  [{ time: [{ prefix: "2017-12-22" }] }, true],
  [{ time: [{ prefix: "2017-12-23" }] }, false],
  [{ source: [{ prefix: { "equals-ignore-case": "AWS." } }] }, true],
  [{ detail: { FileName: [{ suffix: ".png" }] } }, true],
  [{ detail: { FileName: [{ suffix: { "equals-ignore-case": ".PNG" } }] } }, true],
  [{ detail: { state: [{ "anything-but": "initializing" }] } }, true],
  [{ detail: { state: [{ "anything-but": ["terminated", "stopped"] }] } }, false],
  [{ detail: { "c-count": [{ "anything-but": [100, 200] }] } }, true],
  [{ detail: { state: [{ "anything-but": { prefix: "term" } }] } }, false],
  [{ detail: { state: [{ "anything-but": { prefix: ["init", "run"] } }] } }, true],
  [{ detail: { FileName: [{ "anything-but": { suffix: ".txt" } }] } }, true],
  [{ detail: { state: [{ "anything-but": { "equals-ignore-case": ["TERMINATED"] } }] } }, false],
  [{ detail: { FileName: [{ "anything-but": { wildcard: "*/lib/*" } }] } }, true],
  [{ detail: { missing: [{ "anything-but": "x" }] } }, false],
  [
    {
      detail: {
        "c-count": [{ numeric: [">", 0, "<=", 5] }],
        "d-count": [{ numeric: ["<", 400] }],
        "x-limit": [{ numeric: ["=", 301.8] }],
      },
    },
    true,
  ],
  [{ detail: { "c-count": [{ numeric: [">", 0, "<", 5] }] } }, false],
  [{ detail: { "c-count": ["5"] } }, false],
  [{ detail: { sourceIPAddress: [{ cidr: "10.0.0.0/24" }] } }, true],
  [{ detail: { sourceIPAddress: [{ cidr: "10.0.1.0/24" }] } }, false],
  [{ detail: { v6: [{ cidr: "2001:db8::/32" }] } }, true],
  [{ detail: { "c-count": [{ exists: true }] } }, true],
  [{ detail: { "c-count": [{ exists: false }] } }, false],
  [{ detail: { other: [{ exists: false }] } }, true],
  [{ detail: { nothing: [{ exists: false }] } }, true],
  [{ detail: { missing: { deep: [{ exists: false }] } } }, true],
  [{ "detail-type": [{ "equals-ignore-case": "ec2 instance state-change notification" }] }, true],
  [{ detail: { FileName: [{ wildcard: "dir/*.png" }] } }, true],
  [{ detail: { FileName: [{ wildcard: "*.jpg" }] } }, false],
  [{ detail: { lists: { key: ["a"], value: [1] } } }, true],
  [{ detail: { lists: { key: ["a"], value: [2] } } }, false],
  [{ detail: { $or: [{ "c-count": [{ numeric: [">", 10] }] }, { state: ["terminated"] }] } }, true],
  [{ source: ["aws.ec2"], $or: [{ region: ["x"] }, { account: ["y"] }] }, false],
];

for (const [pattern, wanted] of table)
  test(`${JSON.stringify(pattern)} ${wanted ? "wants" : "passes over"} the guide's event`, () => {
    assert.equal(parseEventPattern(JSON.stringify(pattern))(event), wanted);
  });

const wrong: [pattern: string, reason: RegExp][] = [
  ["nope", /not valid JSON/],
  ["[]", /Filter is not an object/],
  ['{"source":"aws.ec2"}', /"source" must be an object or an array/],
  ['{"source":[]}', /Empty arrays are not allowed/],
  ['{"source":[{"like":"x"}]}', /Unrecognized match type like/],
  ['{"source":[{"prefix":3}]}', /prefix match pattern must be a string/],
  ['{"source":[{"exists":"yes"}]}', /exists match pattern must be either true or false/],
  ['{"n":[{"numeric":"3"}]}', /Value of numeric must be an array/],
  ['{"n":[{"numeric":[">","3"]}]}', /Value of > must be numeric/],
  ['{"n":[{"wildcard":"a**"}]}', /Consecutive wildcard characters at pos 1/],
  ['{"n":[{"cidr":"10.0.0.0"}]}', /Malformed CIDR/],
];

for (const [pattern, reason] of wrong)
  test(`${pattern} is refused`, () => {
    assert.throws(() => parseEventPattern(pattern), {
      code: "InvalidEventPatternException",
      message: reason,
    });
  });
