/** A resource type for tests of the engine: its resources live in a map that the test can look at. */
import { AwsError } from "#model/error.ts";
import type { Registry } from "#cloud/registry.ts";
import {
  ResourceFailure,
  type Properties,
  type ResourceType,
} from "../resource-types/resource-type.ts";
import { createCloudFormation } from "../service.ts";

export interface FakeResource {
  id: string;
  name: string;
  properties: Properties;
  tags: Record<string, string>;
  readyAtMs: number;
}

export interface FakeWorld {
  type: ResourceType;
  /** What exists, by physical id. */
  things: Map<string, FakeResource>;
  /** "create A", "update A" … in the order of the calls. */
  calls: string[];
  registry: Partial<Registry>;
}

/**
 * `Test::Fake::Thing`: Name (custom name), Fixed (immutable), Value, Count, Flag, Items, Nested, Tags; behaviour by properties: ReadyAfter
 * (seconds), Fail ("create", "stabilize", "update", "delete").
 */
export function createFakeWorld(): FakeWorld {
  const things = new Map<string, FakeResource>();
  const calls: string[] = [];
  const refuse = (message: string) => new AwsError({ code: "InvalidThing", message });
  const type: ResourceType = {
    type: "Test::Fake::Thing",
    schema: {
      properties: {
        Name: "string",
        Fixed: "string",
        Value: "string",
        Count: "integer",
        Flag: "boolean",
        Items: { list: "string" },
        Nested: { members: { Port: "integer", Host: "string" }, required: ["Port"] },
        ReadyAfter: "integer",
        Fail: "string",
        Tags: { list: { members: { Key: "string", Value: "string" } } },
        Arn: "string",
        Rare: "string",
      },
      readOnly: ["Arn", "Version"],
      createOnly: ["Name", "Fixed"],
      tags: "Tags",
    },
    unsupported: { Rare: "nothing behind it obeys it" },
    name: { property: "Name", maxLength: 40 },
    async create({ logicalId, name, properties, tags, now }) {
      calls.push(`create ${logicalId}`);
      if (properties["Fail"] === "create") throw refuse(`${logicalId} cannot be made`);
      const id = `thing-${name}`;
      if (things.has(id))
        throw new AwsError({ code: "ThingAlreadyExists", message: `${name} exists` });
      const readyAtMs = now + Number(properties["ReadyAfter"] ?? 0) * 1000;
      things.set(id, { id, name, properties, tags, readyAtMs });
      return id;
    },
    async find({ name }) {
      return things.has(`thing-${name}`) ? `thing-${name}` : undefined;
    },
    async stabilize({ logicalId, physicalId, properties, now }) {
      if (properties["Fail"] === "stabilize") throw new ResourceFailure(`${logicalId} broke`);
      return now >= things.get(physicalId)!.readyAtMs;
    },
    async update({ logicalId, physicalId, properties, tags, changed, now }) {
      calls.push(`update ${logicalId} ${changed.join(",")}`);
      if (properties["Fail"] === "update") throw refuse(`${logicalId} cannot be changed`);
      const readyAtMs = now + Number(properties["ReadyAfter"] ?? 0) * 1000;
      Object.assign(things.get(physicalId)!, { properties, tags, readyAtMs });
    },
    async delete({ logicalId, physicalId, properties }) {
      calls.push(`delete ${logicalId}`);
      if (properties["Fail"] === "delete") throw refuse(`${logicalId} stays`);
      if (!things.delete(physicalId))
        throw new AwsError({ code: "ThingNotFound", message: "it is gone" });
    },
    async attributes({ physicalId, properties }) {
      return { Arn: `arn:aws:fake:::${physicalId}`, Version: String(properties["Value"] ?? "0") };
    },
  };
  const service = createCloudFormation([type]);
  return { type, things, calls, registry: { cloudformation: async () => ({ service }) } };
}
