import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConditionConfig, RuleConfig } from "./config.ts";
import { locationOf } from "./redirect.ts";
import { compileRegex } from "./regex.ts";
import { compileRules, findRule, type RequestFacts } from "./rules.ts";
import { compileWildcard } from "./wildcard.ts";
import { matchesCodes } from "./health-check.ts";

const request: RequestFacts = {
  method: "GET",
  host: "www.Example.com",
  path: "/img/Logo.png",
  query: "version=v1&size=large&flag&q=a%20b",
  sourceIp: "10.1.2.3",
  rawHeaders: ["User-Agent", "Mozilla Chrome/1", "X-Multi", "one", "x-multi", "two"],
};
const action = { type: "fixed-response", status: 200, contentType: "", body: "" } as const;
const holds = async (...conditions: ConditionConfig[]) =>
  findRule(await compileRules([{ arn: "r", conditions, action }]), request).rule !== undefined;

const table: [name: string, condition: ConditionConfig, expected: boolean][] = [
  ["a host, whatever its case", { field: "host-header", values: ["www.example.com"] }, true],
  ["a host by wildcard", { field: "host-header", values: ["*.example.com"] }, true],
  ["another host", { field: "host-header", values: ["example.com"] }, false],
  ["one host of several", { field: "host-header", values: ["a.b", "www.example.???"] }, true],
  ["a path", { field: "path-pattern", values: ["/img/*"] }, true],
  ["a path in another case", { field: "path-pattern", values: ["/IMG/*"] }, false],
  ["a path by single characters", { field: "path-pattern", values: ["/???/Logo.p?g"] }, true],
  ["a path without its end", { field: "path-pattern", values: ["/img"] }, false],
  ["a method", { field: "http-request-method", values: ["POST", "GET"] }, true],
  ["a method in another case", { field: "http-request-method", values: ["get"] }, false],
  ["a header", { field: "http-header", name: "user-agent", values: ["*chrome*"] }, true],
  [
    "any field of a repeated header",
    { field: "http-header", name: "X-Multi", values: ["two"] },
    true,
  ],
  ["an absent header", { field: "http-header", name: "x-none", values: ["*"] }, false],
  ["a key and value", { field: "query-string", pairs: [{ key: "VERSION", value: "V1" }] }, true],
  [
    "a value of any key",
    { field: "query-string", pairs: [{ key: undefined, value: "larg?" }] },
    true,
  ],
  ["a decoded value", { field: "query-string", pairs: [{ key: "q", value: "a b" }] }, true],
  [
    "a parameter without value",
    { field: "query-string", pairs: [{ key: undefined, value: "flag" }] },
    true,
  ],
  ["a wrong value", { field: "query-string", pairs: [{ key: "version", value: "v2" }] }, false],
  [
    "a source within a block",
    { field: "source-ip", values: ["192.0.2.0/24", "10.1.0.0/16"] },
    true,
  ],
  ["a path by regex", { field: "path-pattern", values: ["^/img/.+[.]png$"], regex: true }, true],
  ["a path by regex, in part", { field: "path-pattern", values: ["Logo"], regex: true }, true],
  [
    "a path by regex in another case",
    { field: "path-pattern", values: ["logo"], regex: true },
    false,
  ],
  ["a host by regex", { field: "host-header", values: ["^WWW[.]example"], regex: true }, true],
  [
    "a header by regex",
    { field: "http-header", name: "user-agent", values: ["^mozilla \\w+/\\d$"], regex: true },
    true,
  ],
  [
    "a regex that rules cannot have",
    { field: "path-pattern", values: ["/(?=i)"], regex: true },
    false,
  ],
  ["a source outside", { field: "source-ip", values: ["10.2.0.0/16", "::/0"] }, false],
];
for (const [name, condition, expected] of table)
  test(`${expected ? "holds" : "does not hold"}: ${name}`, async () =>
    assert.equal(await holds(condition), expected));

test("all conditions of a rule must hold", async () => {
  const host: ConditionConfig = { field: "host-header", values: ["*.example.com"] };
  assert.equal(await holds(host, { field: "path-pattern", values: ["/img/*"] }), true);
  assert.equal(await holds(host, { field: "path-pattern", values: ["/css/*"] }), false);
});

test("the first rule that holds decides, and the default is not counted", async () => {
  const of = (path: string, status: number): RuleConfig => ({
    arn: path,
    conditions: path ? [{ field: "path-pattern", values: [path] }] : [],
    action: { ...action, status },
  });
  const rules = await compileRules([
    of("/css/*", 201),
    of("/img/*", 202),
    of("/*", 203),
    of("", 404),
  ]);
  const found = findRule(rules, request);
  assert.deepEqual(found.rule!.action, { ...action, status: 202 });
  assert.equal(found.evaluations, 2);
  const none = findRule(await compileRules([of("/css/*", 201), of("", 404)]), request);
  assert.deepEqual([none.rule!.isDefault, none.evaluations], [true, 1]);
});

test("wildcards can be escaped, and hostile texts take no time", () => {
  const match = (pattern: string, text: string) =>
    compileWildcard(pattern, { ignoreCase: false })(text);
  assert.equal(match("a\\*b", "a*b"), true);
  assert.equal(match("a\\*b", "axb"), false);
  assert.equal(match("\\?", "?"), true);
  assert.equal(match("*", ""), true);
  assert.equal(match("?", ""), false);
  assert.equal(match("a*b*c", "a1b2b3c"), true);
  assert.equal(match(`${"*a".repeat(30)}*b`, "a".repeat(50_000)), false);
});

test("a regex that sends others back and back takes no time either", () => {
  const match = (source: string, text: string) =>
    compileRegex(source, { ignoreCase: false })!.test(text);
  const text = `/${"a".repeat(16_000)}!`;
  assert.equal(match("^/(a+)+$", text), false);
  assert.equal(match("^/(a|a|aa)*[bc]$", text), false);
  assert.equal(match("^/(.*)*(.*)*[^!]$", text), false);
  assert.equal(match("^/(a+)+!$", text), true);
});

test("what AWS's rules do not support is no regex", () => {
  for (const source of [
    "(?=a)",
    "(?!a)",
    "(?<=a)b",
    "(?<!a)b",
    "(a)\\1",
    "(?>a)",
    "a++",
    "(?R)",
    "(?1)",
    "\\p{L}",
    "[\\p{Greek}]",
    "(",
    "(.{0,99}){0,99}",
  ])
    assert.equal(compileRegex(source, { ignoreCase: true }), undefined, source);
});

test("redirects fill in the parts of the request", () => {
  const location = (changes: object) =>
    locationOf(
      {
        type: "redirect",
        status: 301,
        protocol: "#{protocol}",
        host: "#{host}",
        port: "#{port}",
        path: "/#{path}",
        query: "#{query}",
        ...changes,
      },
      { protocol: "http", host: "a.b", port: 80, path: "/x/y", query: "p=1" },
    );
  assert.equal(location({ protocol: "HTTPS", port: "443" }), "https://a.b:443/x/y?p=1");
  assert.equal(
    location({ host: "www.#{host}", path: "/new/#{path}" }),
    "http://www.a.b:80/new/x/y?p=1",
  );
  assert.equal(location({ path: "/#{host}/#{port}", query: "" }), "http://a.b:80/a.b/80");
  assert.equal(location({ query: "#{query}&from=#{host}" }), "http://a.b:80/x/y?p=1&from=a.b");
});

test("matchers know codes and ranges", () => {
  assert.equal(matchesCodes("200", 200), true);
  assert.equal(matchesCodes("200-299,301", 301), true);
  assert.equal(matchesCodes("200-299,301", 300), false);
  assert.equal(matchesCodes("200, 204", 204), true);
});
