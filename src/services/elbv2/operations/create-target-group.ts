import type { Operation } from "#services/kit/service.ts";
import { checkName, newId, targetGroupArn } from "../arns.ts";
import { balancerArns } from "../associations.ts";
import {
  duplicateTargetGroup,
  tooManyTargetGroups,
  unsupported,
  validationError,
} from "../errors.ts";
import { defaultSettings, readSettings } from "../health-check-settings.ts";
import { limits } from "../limits.ts";
import { checkVpc } from "../network.ts";
import { targetGroups, type TargetGroupRecord } from "../records.ts";
import { targetGroupShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const createTargetGroup: Operation<"elbv2", "CreateTargetGroup", State> = async (
  input,
  context,
) => {
  const name = checkName("target group", input.Name);
  const { TargetType: targetType = "instance", ProtocolVersion: version = "HTTP1" } = input;
  if (targetType !== "instance" && targetType !== "ip")
    throw unsupported(`target groups of type '${targetType}'`);
  if (input.Protocol === undefined) throw validationError("A protocol must be specified");
  if (input.Protocol !== "HTTP") throw unsupported(`the target group protocol '${input.Protocol}'`);
  if (version !== "HTTP1") throw unsupported(`the protocol version '${version}'`);
  if (input.IpAddressType === "ipv6") throw unsupported("the IP address type 'ipv6'");
  if (input.TargetControlPort !== undefined) throw unsupported("TargetControlPort");
  const { Port: port, VpcId: vpcId } = input;
  if (port === undefined) throw validationError("A port must be specified");
  if (vpcId === undefined) throw validationError("A VPC ID must be specified");
  const healthCheck = readSettings(input, defaultSettings);
  const tags = readTags(input.Tags);
  await checkVpc(context, context, vpcId);
  const shape = await context.store.transaction(async (tx) => {
    const all = await targetGroups.list(tx, context);
    const present = all.find((group) => group.name === name);
    const asked = { protocol: "HTTP" as const, port, vpcId, targetType, healthCheck };
    if (present) {
      const { protocol: _p, ...same } = asked;
      const before = {
        port: present.port,
        vpcId: present.vpcId,
        targetType: present.targetType,
        healthCheck: present.healthCheck,
      };
      if (JSON.stringify(before) !== JSON.stringify(same)) throw duplicateTargetGroup(name);
      return targetGroupShape(present, (await balancerArns(tx, context))(present.arn));
    }
    if (all.length >= limits.targetGroupsPerRegion) throw tooManyTargetGroups();
    const created: TargetGroupRecord = {
      arn: targetGroupArn(context, name, newId(context.random)),
      name,
      ...asked,
      ipAddressType: "ipv4",
      attributes: {},
      tags,
      createdMs: context.clock.now(),
    };
    targetGroups.put(tx, context, [name], created);
    return targetGroupShape(created, []);
  });
  return { TargetGroups: [shape] };
};
