import type { Operation } from "#services/kit/service.ts";
import { checkName, newId, targetGroupArn } from "../arns.ts";
import { balancerArns } from "../associations.ts";
import {
  duplicateTargetGroup,
  tooManyTargetGroups,
  unsupported,
  validationError,
} from "../errors.ts";
import { readSettings, settingsFor } from "../health-check-settings.ts";
import type { ProtocolVersion } from "#traffic/application/config.ts";
import { functionSettings, refuseServerMembers } from "../functions/target-groups.ts";
import { checkIpv6Group } from "../ip-address-type.ts";
import { isNetworkProtocol } from "../kinds.ts";
import { limits } from "../limits.ts";
import { networkSettings } from "../network-load-balancers/health-checks.ts";
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
  const { TargetType: targetType = "instance" } = input;
  // Terraform sends an empty one.
  const ProtocolVersion = input.ProtocolVersion || "HTTP1";
  const version = ProtocolVersion as ProtocolVersion;
  if (!["instance", "ip", "alb", "lambda"].includes(targetType))
    throw validationError(`Target type '${targetType}' must be one of 'alb, instance, ip, lambda'`);
  const isFunction = targetType === "lambda";
  if (isFunction) refuseServerMembers(input);
  else if (input.Protocol === undefined) throw validationError("A protocol must be specified");
  const { Protocol: protocol = "HTTP" } = input;
  const forNetwork = isNetworkProtocol(protocol);
  if (protocol !== "HTTP" && protocol !== "HTTPS" && !forNetwork)
    throw unsupported(`the target group protocol '${protocol}'`);
  if (targetType === "alb" && protocol !== "TCP")
    throw validationError(
      `Protocol '${protocol}' is not supported for target groups with target type 'alb'`,
    );
  if (forNetwork && input.ProtocolVersion)
    throw validationError(
      `A protocol version cannot be specified for target groups with protocol '${protocol}'`,
    );
  if (version !== "HTTP1" && version !== "HTTP2" && version !== "GRPC")
    throw validationError(
      `Target group protocol version '${ProtocolVersion}' must be one of 'GRPC, HTTP1, HTTP2'`,
    );
  const { IpAddressType: ipAddressType = "ipv4" } = input;
  if (ipAddressType === "ipv6") checkIpv6Group(targetType);
  if (input.TargetControlPort !== undefined) throw unsupported("TargetControlPort");
  const { Port: port = isFunction ? 0 : undefined, VpcId: vpcId = isFunction ? "" : undefined } =
    input;
  if (port === undefined) throw validationError("A port must be specified");
  if (vpcId === undefined) throw validationError("A VPC ID must be specified");
  const healthCheck = forNetwork
    ? networkSettings(input, undefined, targetType)
    : readSettings(input, isFunction ? functionSettings : settingsFor(version), version);
  const tags = readTags(input.Tags, context.principal);
  if (!isFunction) await checkVpc(context, context, vpcId, ipAddressType);
  const shape = await context.store.transaction(async (tx) => {
    const all = await targetGroups.list(tx, context);
    const present = all.find((group) => group.name === name);
    const asked = { protocol, version, port, vpcId, targetType, ipAddressType, healthCheck };
    if (present) {
      const before = {
        protocol: present.protocol,
        version: present.version ?? "HTTP1",
        port: present.port,
        vpcId: present.vpcId,
        targetType: present.targetType,
        ipAddressType: present.ipAddressType,
        healthCheck: present.healthCheck,
      };
      if (JSON.stringify(before) !== JSON.stringify(asked)) throw duplicateTargetGroup(name);
      return targetGroupShape(present, (await balancerArns(tx, context))(present.arn));
    }
    if (all.length >= limits.targetGroupsPerRegion) throw tooManyTargetGroups();
    const created: TargetGroupRecord = {
      arn: targetGroupArn(context, name, newId(context.random)),
      name,
      ...asked,
      attributes: {},
      tags,
      createdMs: context.clock.now(),
    };
    targetGroups.put(tx, context, [name], created);
    // A new group tells nothing of load balancers.
    const { LoadBalancerArns: _none, ...fresh } = targetGroupShape(created, []);
    return fresh;
  });
  return { TargetGroups: [shape] };
};
