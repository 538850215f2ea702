import { defineConfig, type OxlintOverride } from "oxlint";

/** The rooms in the order of design: each may import those before it. */
const floors = [
  ["runtime"],
  ["store", "model", "compute", "http"],
  ["wire", "traffic"],
  ["services"],
  ["gateway"],
  ["cloud"],
  ["cli"],
];

/** Rooms that stand on one floor and may still be used: the machine interface and SDK types need HTTP's. */
const sameFloor: Record<string, string[]> = {
  model: ["http"],
  compute: ["http"],
};

const services = [
  "acm",
  "applicationautoscaling",
  "autoscaling",
  "cloudformation",
  "cloudwatch",
  "dynamodb",
  "ec2",
  "elb",
  "elbv2",
  "events",
  "iam",
  "kms",
  "lambda",
  "logs",
  "route53",
  "s3",
  "secretsmanager",
  "servicediscovery",
  "sns",
  "sqs",
  "ssm",
  "sts",
];

interface Pattern {
  regex: string;
  message: string;
}

function forbidRooms(room: string, rooms: string[]): Pattern[] {
  return rooms.map((other) => ({
    regex: `^(#${other}/|(\\.\\./)+${other}/)`,
    message: `${room}/ must not import ${other}/: arrows point runtime ← store, model, compute, http ← wire, traffic ← services ← gateway ← cloud ← cli.`,
  }));
}

const roomOverrides = floors.flatMap((floor, index) =>
  floor.map((room): OxlintOverride => {
    const allowed = sameFloor[room] ?? [];
    const above = floors.slice(index + 1).flat();
    const beside = floor.filter((other) => other !== room && !allowed.includes(other));
    return {
      files: [`src/${room}/**/*.ts`],
      rules: {
        "no-restricted-imports": ["error", { patterns: forbidRooms(room, [...above, ...beside]) }],
      },
    };
  }),
);

const serviceOverrides = services.map((service): OxlintOverride => ({
  files: [`src/services/${service}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          ...forbidRooms("services", ["gateway", "cloud", "cli"]),
          ...services
            .filter((other) => other !== service)
            .map((other) => ({
              regex: `^(#services/${other}/|(\\.\\./)+${other}/)`,
              message: `use ${other} through context.clients.${other}(…): a service never reaches into another's code or records.`,
            })),
        ],
      },
    ],
  },
}));

export default defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "node"],
  categories: { correctness: "error", suspicious: "error" },
  options: { typeAware: true },
  ignorePatterns: ["**/generated/**", "dist/**", "test/planted/**"],
  rules: {
    "import/no-cycle": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-explicit-any": "error",
    "no-restricted-globals": [
      "error",
      { name: "setTimeout", message: "use clock.after, or clock.wall.after for sockets." },
      { name: "setInterval", message: "use clock.after, or clock.wall.after for sockets." },
      { name: "setImmediate", message: "use clock.after, or clock.wall.after for sockets." },
      { name: "performance", message: "use clock.wall.monotonic()." },
    ],
    "no-restricted-properties": [
      "error",
      { object: "Date", property: "now", message: "use clock.now(), or clock.wall.now()." },
      { object: "Math", property: "random", message: "use the cloud's Random." },
    ],
    "no-shadow": "off",
    "unicorn/no-array-sort": "off",
    "unicorn/no-array-reverse": "off",
    "unicorn/consistent-function-scoping": "off",
    "no-await-in-loop": "off",
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/consistent-return": "off",
    "typescript/no-unnecessary-type-assertion": "error",
    "no-underscore-dangle": "off",
    "import/no-named-as-default-member": "off",
    "typescript/no-unnecessary-type-parameters": "off",
    "typescript/restrict-template-expressions": [
      "error",
      { allowNumber: true, allowBoolean: true },
    ],
  },
  overrides: [
    ...roomOverrides,
    ...serviceOverrides,
    {
      files: ["src/runtime/**/*.ts"],
      rules: { "no-restricted-globals": "off", "no-restricted-properties": "off" },
    },
    {
      // Programs of another process, which knows nothing of this one's clocks.
      files: ["src/compute/sandbox/runtimes/**"],
      rules: {
        "no-restricted-globals": "off",
        "no-restricted-properties": "off",
        "typescript/no-base-to-string": "off",
        "typescript/no-floating-promises": "off",
      },
    },
    {
      files: [
        "**/*.test.ts",
        "**/testing/**",
        "test/**",
        "tools/**",
        "bench/**",
        "examples/**",
        "**/*.suite.ts",
      ],
      rules: {
        "no-restricted-imports": "off",
        "no-restricted-globals": "off",
        "no-restricted-properties": "off",
        "typescript/no-floating-promises": "off",
      },
    },
  ],
});
