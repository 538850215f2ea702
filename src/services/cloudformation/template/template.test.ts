import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluateConditions } from "./conditions.ts";
import { buildGraph, checkReferences } from "./dependencies.ts";
import { evaluate } from "./evaluate.ts";
import { checkParameters, chooseParameters } from "./parameters.ts";
import { parseText } from "./parse-text.ts";
import type { EvaluationEnvironment } from "./intrinsics/scope.ts";
import { parseTemplate } from "./template.ts";
import { TemplateError, Unknown, noValue, type TemplateValue } from "./values.ts";

const env: EvaluationEnvironment = {
  names: {
    "AWS::Region": "us-east-1",
    "AWS::NoValue": noValue,
    Name: "web",
    List: ["a", "b"],
  },
  mappings: { Map: { one: { two: "3", list: ["x", "y"] } } },
  condition: (name: string): boolean => name === "Yes",
  resource: (id: string) =>
    id === "R"
      ? {
          type: "Test::Fake::Thing",
          ref: "r-1",
          attribute: (name: string) => (name === "Arn" ? "arn:r" : undefined),
        }
      : { type: "Test::Fake::Thing", ref: new Unknown(id), attribute: () => new Unknown(id) },
  lookup: () => ["us-east-1a", "us-east-1b"],
};

const yaml = (text: string) => evaluate(parseText(`v: ${text}`), env) as { v: unknown };

test("scalars keep what was written unless it is a plain number or boolean", () => {
  assert.deepEqual(
    parseText(
      "a: 2012-10-17\nb: 0123\nc: 1.10\nd: yes\ne: 12\nf: true\ng: -1.5\nh: 0x1F\ni: 1e3\nj: '5'",
    ),
    {
      a: "2012-10-17",
      b: "0123",
      c: "1.10",
      d: "yes",
      e: 12,
      f: true,
      g: -1.5,
      h: "0x1F",
      i: "1e3",
      j: "5",
    },
  );
});

test("short tags nest in block and flow style", () => {
  assert.deepEqual(parseText("a: !If [c, !Ref x, !Join ['-', [!GetAtt A.B.C, !Sub '${y}']]]"), {
    a: {
      "Fn::If": [
        "c",
        { Ref: "x" },
        { "Fn::Join": ["-", [{ "Fn::GetAtt": ["A", "B.C"] }, { "Fn::Sub": "${y}" }]] },
      ],
    },
  });
});

test("broken texts are refused with their position", () => {
  const refused: [string, string][] = [
    ["a: [", "Template format error: YAML not well-formed. (line 1, column 5)"],
    ['{"a": }', "Template format error: JSON not well-formed. (line 1, column 7)"],
    ["- a", "Template format error: unsupported structure."],
    ["a:", "Template format error: [/a] 'null' values are not allowed in templates"],
    ["a: !Foo b", "Template format error: Unsupported tag: !Foo"],
  ];
  for (const [text, message] of refused) assert.throws(() => parseText(text), { message });
});

test("intrinsic functions", () => {
  const cases: [string, unknown][] = [
    ["!Ref Name", "web"],
    ["!Ref R", "r-1"],
    ["!GetAtt R.Arn", "arn:r"],
    [
      "!Sub '${Name}-${R.Arn}-${!Keep}-${X}'".replace("${X}", "${AWS::Region}"),
      "web-arn:r-${Keep}-us-east-1",
    ],
    ["!Sub ['${a}/${Name}', {a: !Ref R}]", "r-1/web"],
    ["!Sub '${!A:-$B/c} ${!D}'", "${A:-$B/c} ${D}"],
    ["!Join [',', !Ref List]", "a,b"],
    ["!Join ['', [1, true, x]]", "1truex"],
    ["!Split [',', 'a,b,c']", ["a", "b", "c"]],
    ["!Select [1, !Split [',', 'a,b,c']]", "b"],
    ["!Select ['0', !GetAZs '']", "us-east-1a"],
    ["!Base64 hi", "aGk="],
    ["!FindInMap [Map, one, two]", "3"],
    ["!FindInMap [Map, !Sub one, list]", ["x", "y"]],
    ["!FindInMap [Map, none, two, {DefaultValue: d}]", "d"],
    ["!Cidr [10.0.0.0/16, 3, 8]", ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]],
    ["!Cidr ['2001:db8::/56', 2, 64]", ["2001:db8::/64", "2001:db8:0:1::/64"]],
    ["!If [Yes, 1, 2]", 1],
    ["!If [No, 1, 2]", 2],
    ["[a, !If [No, b, !Ref 'AWS::NoValue']]", ["a"]],
    ["!Equals [1, '1']", true],
    ["!And [!Equals [a, a], !Not [!Equals [a, b]]]", true],
    ["!Or [!Equals [a, b], !Condition Yes]", true],
    ["!Length [1, 2]", 2],
    ["!ToJsonString {a: [!Ref Name]}", '{"a":["web"]}'],
    ["{Condition: {StringEquals: {a: !Ref Name}}}", { Condition: { StringEquals: { a: "web" } } }],
  ];
  for (const [text, expected] of cases) assert.deepEqual(yaml(text).v, expected, text);
});

test("what is not known yet stays unknown through functions", () => {
  for (const text of [
    "!Ref Later",
    "!Sub 'x-${Later}'",
    "!Join ['', [a, !Ref Later]]",
    "!Select [0, !Cidr [!GetAtt Later.Cidr, 2, 8]]",
    "!Base64 {Ref: Later}",
  ])
    assert.ok(yaml(text).v instanceof Unknown, text);
});

test("functions are refused with CloudFormation's sentences", () => {
  const cases: [string, string | RegExp][] = [
    ["!Select [5, [a]]", "Template error: Fn::Select cannot select nonexistent value at index 5"],
    ["!FindInMap [Map, x, y]", "Template error: Unable to get mapping for Map::x::y"],
    [
      "!FindInMap [Nope, x, y]",
      "Template error: Mapping named 'Nope' is not present in the 'Mappings' section of template.",
    ],
    ["!Join [a]", /^Template error: every Fn::Join object requires two parameters/],
    ["!GetAtt R.Nope", "Requested attribute Nope does not exist in schema for Test::Fake::Thing"],
    ["{'Fn::Nope': 1}", "Template error: Fn::Nope is not a recognized intrinsic function"],
    ["!Cidr [10.0.0.0/24, 300, 8]", /count must be between 1 and 256/],
  ];
  for (const [text, message] of cases) assert.throws(() => yaml(text), { message }, text);
});

const minimal = "Resources: {R: {Type: 'Test::Fake::Thing'}}\n";

test("sections are checked", () => {
  const cases: [string, string][] = [
    ["Foo: 1\nResources: {}", "Invalid template property or properties [Foo]"],
    ["Description: x", "Template format error: At least one Resources member must be defined."],
    [
      "Resources: {R: {}}",
      "Template format error: [/Resources/R] Every Resources object must contain a Type member.",
    ],
    ["Resources: {R: {Type: a, Foo: 1}}", "Invalid template resource property 'Foo'"],
    [
      "Resources: {a-b: {Type: a}}",
      "Template format error: Resource name a-b is non alphanumeric.",
    ],
    [
      `${minimal}Parameters: {P: {Type: Foo}}`,
      "Template format error: Unrecognized parameter type: Foo",
    ],
    [
      `${minimal}Parameters: {P: {Default: a}}`,
      "Template format error: Every Parameters object must contain a Type member.",
    ],
    [
      `${minimal}Outputs: {O: {Description: a}}`,
      "Template format error: Every Outputs member must contain a Value object",
    ],
    [
      `${minimal}Transform: AWS::Serverless-2016-10-31`,
      "Fogbank does not run the transform AWS::Serverless-2016-10-31 yet; package the template without it.",
    ],
    [
      "Resources: {'Fn::ForEach::Queues': [Name, [a, b], {'Q${Name}': {Type: t}}]}",
      "Fogbank does not run Fn::ForEach::Queues yet; expand it before deploying.",
    ],
    [
      `${minimal}Outputs: {'Fn::ForEach::Queues': [Name, [a, b], {'Q\${Name}': {Value: t}}]}`,
      "Fogbank does not run Fn::ForEach::Queues yet; expand it before deploying.",
    ],
    [
      `${minimal}Fn::Transform: {Name: 'AWS::Include', Parameters: {Location: s3://b/k}}`,
      "Fogbank does not run Fn::Transform yet; expand it before deploying.",
    ],
  ];
  for (const [text, message] of cases)
    assert.throws(() => parseTemplate(text), { name: "TemplateError", message });
});

test("references to nothing are refused", () => {
  const cases: [string, string][] = [
    [
      "Resources: {A: {Type: t, Properties: {x: !Ref B}}}",
      "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
    ],
    [
      "Resources: {A: {Type: t, DependsOn: [B, C]}}",
      "Template format error: Unresolved resource dependencies [B, C] in the Resources block of the template",
    ],
    [
      "Resources: {A: {Type: t, Properties: {x: !Sub '${B.Arn}'}}}",
      "Template error: instance of Fn::GetAtt references undefined resource B",
    ],
    [
      "Resources: {A: {Type: t}}\nOutputs: {O: {Value: !Ref B}}",
      "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template",
    ],
    [
      "Resources: {A: {Type: t, Condition: C}}",
      "Template format error: Unresolved condition dependency C in the Resources block of the template",
    ],
  ];
  for (const [text, message] of cases)
    assert.throws(() => checkReferences(parseTemplate(text)), { message });
});

test("resources come after what they need, and circles are refused", () => {
  const template = parseTemplate(
    "Resources: {A: {Type: t, Properties: {x: !If [Off, !Ref C, !Ref B]}}, B: {Type: t, DependsOn: D}, C: {Type: t, Condition: Off}, D: {Type: t}}\nConditions: {Off: !Equals [a, b]}",
  );
  const { order, needs } = buildGraph(template, { Off: false });
  assert.deepEqual(order, ["D", "B", "A"]);
  assert.deepEqual([...needs.get("A")!], ["B"]);
  const circle = "Resources: {A: {Type: t, DependsOn: B}, B: {Type: t, Properties: {x: !Ref A}}}";
  assert.throws(() => buildGraph(parseTemplate(circle), {}), {
    message: "Circular dependency between resources: [A, B]",
  });
});

test("conditions may name each other in any order", () => {
  const template = parseTemplate(
    `${minimal}Conditions: {A: !And [!Condition B, !Equals [!Ref P, prod]], B: !Not [!Equals [!Ref P, dev]]}`,
  );
  const names = { P: "prod" };
  const lookup = () => "";
  assert.deepEqual(evaluateConditions(template, { names, mappings: {}, lookup }), {
    A: true,
    B: true,
  });
});

function parameter(declared: Record<string, TemplateValue>, value?: string) {
  const template = parseTemplate(
    JSON.stringify({
      Resources: { R: { Type: "t" } },
      Parameters: { P: { Type: "String", ...declared } },
    }),
  );
  const given = value === undefined ? [] : [{ ParameterKey: "P", ParameterValue: value }];
  return checkParameters(template, chooseParameters(template, given, undefined), {})["P"];
}

test("parameters are checked against their declarations", () => {
  assert.equal(parameter({ Default: "a" }), "a");
  assert.deepEqual(parameter({ Type: "CommaDelimitedList" }, "a, b"), ["a", "b"]);
  assert.deepEqual(parameter({ Type: "List<AWS::EC2::Subnet::Id>" }, "subnet-1,subnet-2"), [
    "subnet-1",
    "subnet-2",
  ]);
  const cases: [Record<string, TemplateValue>, string | undefined, string][] = [
    [{}, undefined, "Parameters: [P] must have values"],
    [{ AllowedValues: ["a"] }, "b", "Parameter 'P' must be one of AllowedValues"],
    [{ AllowedPattern: "[a-z]+" }, "A1", "Parameter 'P' must match pattern [a-z]+"],
    [
      { AllowedPattern: "[a-z]+", ConstraintDescription: "letters only" },
      "1",
      "Parameter P failed to satisfy constraint: letters only",
    ],
    [{ MinLength: 3 }, "ab", "Parameter 'P' must contain at least 3 characters"],
    [{ Type: "Number" }, "x", "Parameter 'P' must be a number."],
    [{ Type: "Number", MaxValue: 5 }, "6", "Parameter 'P' must be a number not greater than 5"],
  ];
  for (const [declared, value, message] of cases)
    assert.throws(() => parameter(declared, value), { message });
  assert.throws(
    () => chooseParameters(parseTemplate(minimal), [{ ParameterKey: "X" }], undefined),
    new TemplateError("Parameters: [X] do not exist in the template"),
  );
});
