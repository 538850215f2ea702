import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf } from "./discovery.ts";
import { parseQuery } from "./query.ts";
import { runQuery } from "./run.ts";

const startMs = 1_767_614_400_000;

/** The events newest first, one each second. */
function run(query: string, messages: readonly (string | object)[], limit?: number) {
  const rows = messages
    .map((message, index) =>
      fieldsOf({
        log: "123456789012:app",
        stream: `s${index % 2}`,
        timestampMs: startMs + index * 1000,
        ingestedMs: startMs + index * 1000,
        message: typeof message === "string" ? message : JSON.stringify(message),
        pointer: `p${index}`,
      }),
    )
    .toReversed();
  return runQuery(parseQuery(query, startMs), rows, limit).results.map((row) =>
    Object.fromEntries(
      row.filter(({ field }) => field !== "@ptr").map(({ field, value }) => [field, value]),
    ),
  );
}

const requests = [
  { level: "INFO", latency: 10, user: { id: "u1", ip: "10.0.0.5" }, tags: ["a", "b"] },
  { level: "ERROR", latency: 200, user: { id: "u2", ip: "192.168.1.9" }, code: 500 },
  { level: "ERROR", latency: 30, user: { id: "u1", ip: "10.0.1.5" }, code: 404 },
  { level: "WARN", latency: 40.5, user: { id: "u3", ip: "2001:db8::1" } },
];

const table: [
  query: string,
  messages: readonly (string | object)[],
  results: Record<string, string>[],
][] = [
  [
    "fields @timestamp, @message | sort @timestamp desc | limit 1",
    ["a", "b"],
    [{ "@timestamp": "2026-01-05 12:00:01.000", "@message": "b" }],
  ],
  ["limit 1", ["a", "b"], [{ "@timestamp": "2026-01-05 12:00:01.000", "@message": "b" }]],
  [
    "filter level = 'ERROR' | display user.id, latency",
    requests,
    [
      { "user.id": "u1", latency: "30" },
      { "user.id": "u2", latency: "200" },
    ],
  ],
  ["filter tags.1 = 'b' | display level", requests, [{ level: "INFO" }]],
  [
    "filter latency > 20 and latency <= 40.5 | display latency",
    requests,
    [{ latency: "40.5" }, { latency: "30" }],
  ],
  [
    "filter not (level = 'ERROR' or level = \"WARN\") | display level",
    requests,
    [{ level: "INFO" }],
  ],
  [
    "filter level in ['WARN', 'INFO'] | display level",
    requests,
    [{ level: "WARN" }, { level: "INFO" }],
  ],
  ["filter level not in ['WARN', 'ERROR'] | display level", requests, [{ level: "INFO" }]],
  ["filter @message like /(?i)warn/ | display level", requests, [{ level: "WARN" }]],
  ["filter @message =~ 'INFO' | display level", requests, [{ level: "INFO" }]],
  [
    'filter @message not like "ERROR" | display level',
    requests,
    [{ level: "WARN" }, { level: "INFO" }],
  ],
  ["filter ispresent(code) | display code", requests, [{ code: "404" }, { code: "500" }]],
  ["filter code != 500 | stats count(*)", requests, [{ "count(*)": "3" }]],
  [
    "filter isIpv4InSubnet(user.ip, '10.0.0.0/24') | display user.id",
    requests,
    [{ "user.id": "u1" }],
  ],
  ["filter isValidIpv6(user.ip) | display user.id", requests, [{ "user.id": "u3" }]],
  [
    "stats count(*) as n, avg(latency), pct(latency, 50) as p50 by level | sort n desc, level asc",
    requests,
    [
      { level: "ERROR", n: "2", "avg(latency)": "115", p50: "115" },
      { level: "INFO", n: "1", "avg(latency)": "10", p50: "10" },
      { level: "WARN", n: "1", "avg(latency)": "40.5", p50: "40.5" },
    ],
  ],
  [
    "stats count(*) by bin(2s) | sort bin(2s) asc",
    ["a", "b", "c"],
    [
      { "bin(2s)": "2026-01-05 12:00:00.000", "count(*)": "2" },
      { "bin(2s)": "2026-01-05 12:00:02.000", "count(*)": "1" },
    ],
  ],
  [
    "stats count() by level | sort count() desc | limit 1",
    requests,
    [{ level: "ERROR", "count()": "2" }],
  ],
  [
    "stats count_distinct(user.id) as users, min(latency), max(latency), sum(latency)",
    requests,
    [{ users: "3", "min(latency)": "10", "max(latency)": "200", "sum(latency)": "280.5" }],
  ],
  ["stats sum(latency) / count(*) as mean", requests, [{ mean: "70.125" }]],
  [
    "stats latest(level) as last, earliest(level) as first, sortsFirst(level), sortsLast(level)",
    requests,
    [{ last: "WARN", first: "INFO", "sortsFirst(level)": "ERROR", "sortsLast(level)": "WARN" }],
  ],
  [
    "stats count(*) as n by user.id | stats max(n) as most, min(n) as least",
    requests,
    [{ most: "2", least: "1" }],
  ],
  ["stats stddev(latency) as d by missing", [{ latency: 2 }, { latency: 4 }], [{ d: "1" }]],
  [
    "parse @message 'user=*, method:*, latency := *' as @user, @method, @latency | display @user, @method, @latency",
    ["25 May 2019 10:24:39,474 [ERROR] {foo=2, bar=4} user=smith, method:get, latency := 12"],
    [{ "@user": "smith", "@method": "get", "@latency": "12" }],
  ],
  [
    "parse @message /user=(?<who>\\w+).*?(?<n>\\d+)$/ | display who, n",
    ["user=ann took 17", "nothing"],
    [{}, { who: "ann", n: "17" }],
  ],
  [
    "fields strlen(@message) as n, toupper(@message) as up | display n, up, concat(up, '-', n)",
    ["ab"],
    [{ n: "2", up: "AB", "concat(up, '-', n)": "AB-2" }],
  ],
  [
    "fields latency * 2 + 1 as x, latency % 3 as rest, -latency as less, 2 ^ 3 as p | display x, rest, less, p",
    [{ latency: 10 }],
    [{ x: "21", rest: "1", less: "-10", p: "8" }],
  ],
  [
    "display abs(-3.5), ceil(1.2), floor(1.8), greatest(1, 5, 3), least(2, 1), sqrt(16)",
    ["x"],
    [
      {
        "abs(-3.5)": "3.5",
        "ceil(1.2)": "2",
        "floor(1.8)": "1",
        "greatest(1, 5, 3)": "5",
        "least(2, 1)": "1",
        "sqrt(16)": "4",
      },
    ],
  ],
  [
    "display trim('  a '), ltrim('xxa', 'x'), rtrim('a  '), substr('hello', 1, 3), replace('a.b', '.', '-'), strcontains('abc', 'b'), coalesce(nope, 'd')",
    ["x"],
    [
      {
        "trim('  a ')": "a",
        "ltrim('xxa', 'x')": "a",
        "rtrim('a  ')": "a",
        "substr('hello', 1, 3)": "ell",
        "replace('a.b', '.', '-')": "a-b",
        "strcontains('abc', 'b')": "1",
        "coalesce(nope, 'd')": "d",
      },
    ],
  ],
  [
    "display datefloor(@timestamp, 1h) as f, dateceil(@timestamp, 1d) as c, toMillis(@timestamp) as ms, fromMillis(0) as zero, bin(1mo) as m",
    ["x"],
    [
      {
        f: "2026-01-05 12:00:00.000",
        c: "2026-01-06 00:00:00.000",
        ms: String(startMs),
        zero: "1970-01-01 00:00:00.000",
        m: "2026-01-01 00:00:00.000",
      },
    ],
  ],
  [
    "dedup level | display level",
    requests,
    [{ level: "WARN" }, { level: "ERROR" }, { level: "INFO" }],
  ],
  [
    "fields jsonParse(@message) as doc | unnest doc.books into book | display book.id",
    [{ books: [{ id: 1 }, { id: 2 }] }],
    [{ "book.id": "1" }, { "book.id": "2" }],
  ],
  ["# newest\nfields `my-field` as f # the field\n| display f", [{ "my-field": 3 }], [{ f: "3" }]],
  ["display @log, @logStream", ["x"], [{ "@log": "123456789012:app", "@logStream": "s0" }]],
  ["display level", ['prefix {"level":"X"}'], [{ level: "X" }]],
  [
    "sort latency desc | limit 2 | display latency",
    requests,
    [{ latency: "200" }, { latency: "40.5" }],
  ],
];

for (const [query, messages, results] of table)
  test(query, () => {
    assert.deepEqual(run(query, messages), results);
  });

for (const query of [
  "nonsense @message",
  "fields",
  "filter level ==",
  "stats nosuch(*)",
  "filter @message like",
  "filter @message like /(/",
  "parse @message 'a * b' as x, y",
  "parse @message /(\\d+)/",
  "limit many",
  "fields @message fields",
])
  test(`"${query}" is malformed`, () => {
    assert.throws(() => parseQuery(query, 0), { code: "MalformedQueryException" });
  });

test("a command that is not there is refused by name", () => {
  assert.throws(() => parseQuery("pattern @message", 0), {
    code: "NotImplemented",
    message: /pattern/,
  });
});

test("each result names its event, unless it stands for many", () => {
  const rows = [
    fieldsOf({ log: "l", stream: "s", timestampMs: 0, ingestedMs: 0, message: "m", pointer: "p" }),
  ];
  const fields = (query: string) =>
    runQuery(parseQuery(query, 0), rows).results[0]?.map(({ field }) => field);
  assert.deepEqual(fields("fields @message"), ["@message", "@ptr"]);
  assert.deepEqual(fields("stats count(*)"), ["count(*)"]);
});
