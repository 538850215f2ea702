/** What the programs of CloudFormation's bootstrapping share: their options, and a resource's metadata. */
"use strict";

const fs = require("node:fs");
const { dirname } = require("node:path");
const { metadata: fact, query } = require("../api/aws.cjs");

const root = process.env.FOGBANK_ROOT ?? "";

/** A path of the machine's, where its programs find it. */
const at = (path) => (path.startsWith("/") ? root + path : path);

/** Options with values, by their spellings; flags have none. Rejects words that are no option but the first. */
function readOptions(words, { values, flags = {}, fail }) {
  const given = { words: [] };
  for (let index = 0; index < words.length; index++) {
    const [word, inline] = words[index].startsWith("--")
      ? words[index].split(/=(.*)/s)
      : [words[index]];
    if (values[word]) given[values[word]] = inline ?? words[++index];
    else if (flags[word]) given[flags[word]] = true;
    else if (word.startsWith("-") && word !== "-") fail(`unknown option ${word}`);
    else given.words.push(word);
  }
  return given;
}

const stackOptions = {
  "-s": "stack",
  "--stack": "stack",
  "-r": "resource",
  "--resource": "resource",
  "--region": "region",
  "-u": "url",
  "--url": "url",
  "--access-key": "accessKey",
  "--secret-key": "secretKey",
  "-f": "credentialFile",
  "--credential-file": "credentialFile",
  "--role": "role",
  "--http-proxy": "proxy",
  "--https-proxy": "proxy",
};

function applyOptions(given, fail) {
  for (const name of ["credentialFile", "role", "proxy"])
    if (given[name] !== undefined) fail(`the option for ${name} is not supported here`);
  if (given.region) process.env.AWS_REGION = given.region;
  if (given.url) process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = given.url;
  if (given.accessKey) {
    process.env.AWS_ACCESS_KEY_ID = given.accessKey;
    process.env.AWS_SECRET_ACCESS_KEY = given.secretKey;
    delete process.env.AWS_SESSION_TOKEN;
  }
}

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const unescape = (text) =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return entities[name] ?? whole;
  });

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html */
async function describeResource(stack, resource) {
  const reply = await query("cloudformation", {
    Action: "DescribeStackResource",
    Version: "2010-05-15",
    StackName: stack,
    LogicalResourceId: resource,
  });
  const member = (name) =>
    unescape(new RegExp(`<${name}>([^<]*)</${name}>`).exec(reply)?.[1] ?? "");
  return {
    metadata: JSON.parse(member("Metadata") || "{}"),
    physicalId: member("PhysicalResourceId"),
    status: member("ResourceStatus"),
  };
}

/** Lines for people who look why something went wrong, as aws-cfn-bootstrap keeps them. */
function createLog(file) {
  const path = at(`/var/log/${file}`);
  fs.mkdirSync(dirname(path), { recursive: true });
  return (level, text) =>
    fs.appendFileSync(
      path,
      `${new Date().toISOString().replace("T", " ").slice(0, 19)} [${level}] ${text}\n`,
    );
}

module.exports = { applyOptions, at, createLog, describeResource, fact, readOptions, stackOptions };
