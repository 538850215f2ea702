/** What holds the project together beside its code: lists, links, the lock file. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { serviceFacts, serviceNames } from "#model/facts.ts";
import lint from "../oxlint.config.ts";

interface Lock {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>;
}

/** Native packages that npm would have to add: `npm ci` refuses such a lock file on other platforms. */
function missingPackages({ packages }: Lock): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  );
}

/** Relative links of a page that lead nowhere. */
function deadLinks(path: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(dirname(path), target)));
}

describe("the lock file", () => {
  test("names the native packages of every platform", () => {
    assert.deepEqual(missingPackages(JSON.parse(readFileSync("package-lock.json", "utf8"))), []);
  });

  test("would be found wanting without one", () => {
    const lock = { packages: { "node_modules/a": { optionalDependencies: { "a-darwin": "1" } } } };
    assert.deepEqual(missingPackages(lock), ["a-darwin"]);
  });
});

describe("pages", () => {
  const pages = globSync(["*.md", "decisions/*.md"]);

  test("link to what is there", () => {
    assert.ok(pages.length > 5);
    for (const page of pages) assert.deepEqual(deadLinks(page, readFileSync(page, "utf8")), []);
  });

  test("would be found linking to what is not", () => {
    assert.deepEqual(deadLinks("README.md", "[gone](gone.md) [here](README.md)"), ["gone.md"]);
  });
});

test("the linter keeps every service apart from the others", () => {
  const covered = (lint.overrides ?? []).flatMap(({ files }) => files);
  for (const name of serviceNames)
    assert.ok(covered.includes(`src/services/${name}/**/*.ts`), name);
});

test("every service has its client among the dependencies", () => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: Record<string, string>;
  };
  for (const name of serviceNames) assert.ok(devDependencies[serviceFacts[name].package], name);
});
