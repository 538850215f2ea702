/** What tests of stacks do over and over. */
import {
  createTestCloud,
  type TestCloud,
  type TestCloudOptions,
} from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";
import { createFakeWorld, type FakeWorld } from "./fake-type.ts";

export interface StackTest extends FakeWorld {
  cloud: TestCloud;
  client: Client<"cloudformation">;
  /** "LogicalId STATUS" of the stack's events, oldest first. */
  trail: (stack: string) => Promise<string[]>;
  status: (stack: string) => Promise<string>;
  /** The physical id of a resource. */
  physical: (stack: string, logicalId: string) => Promise<string>;
}

export function createStackTest(options: TestCloudOptions = {}): StackTest {
  const world = createFakeWorld();
  const cloud = createTestCloud({ registry: world.registry, ...options });
  const client = cloud.clients.cloudformation(cloud.caller);
  return {
    ...world,
    cloud,
    client,
    async trail(stack) {
      const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: stack });
      return StackEvents.map(
        ({ LogicalResourceId, ResourceStatus }) => `${LogicalResourceId} ${ResourceStatus}`,
      ).toReversed();
    },
    async status(stack) {
      const { Stacks = [] } = await client.DescribeStacks({ StackName: stack });
      return Stacks[0]?.StackStatus ?? "";
    },
    async physical(stack, logicalId) {
      const { StackResourceDetail } = await client.DescribeStackResource({
        StackName: stack,
        LogicalResourceId: logicalId,
      });
      return StackResourceDetail?.PhysicalResourceId ?? "";
    },
  };
}

/** A template of fake things: logical ids to properties. */
export function thingsTemplate(
  things: Record<string, Record<string, unknown>>,
  more: Record<string, unknown> = {},
): string {
  const resources = Object.fromEntries(
    Object.entries(things).map(([id, { $, ...properties }]) => [
      id,
      { Type: "Test::Fake::Thing", Properties: properties, ...($ as object) },
    ]),
  );
  return JSON.stringify({ Resources: resources, ...more });
}
