import { dateOf, isoSeconds, parseIso } from "#runtime/date.ts";
import { pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, ResourceFailure, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarmmuterule.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudWatch::AlarmMuteRule",
  name: { property: "Name", maxLength: 255 },
  async create({ clients, properties, name, tags }) {
    await clients.cloudwatch.PutAlarmMuteRule({ ...input(name, properties), Tags: tagList(tags) });
    return name;
  },
  async update(request) {
    const { clients, properties, physicalId } = request;
    await clients.cloudwatch.PutAlarmMuteRule(input(physicalId, properties));
    const { added, removed } = tagChanges(request);
    if (removed.length === 0 && Object.keys(added).length === 0) return;
    const { AlarmMuteRuleArn: ResourceARN } = await clients.cloudwatch.GetAlarmMuteRule({
      AlarmMuteRuleName: physicalId,
    });
    if (removed.length > 0)
      await clients.cloudwatch.UntagResource({ ResourceARN, TagKeys: removed });
    if (Object.keys(added).length > 0)
      await clients.cloudwatch.TagResource({ ResourceARN, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.cloudwatch.DeleteAlarmMuteRule({ AlarmMuteRuleName: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const rule = await clients.cloudwatch.GetAlarmMuteRule({ AlarmMuteRuleName: physicalId });
    return {
      Arn: rule.AlarmMuteRuleArn,
      Status: rule.Status,
      MuteType: rule.MuteType,
      LastUpdatedTimestamp: isoSeconds(rule.LastUpdatedTimestamp!.getTime()),
    };
  },
});

function input(Name: string, properties: Properties) {
  return {
    Name,
    Rule: properties["Rule"],
    ...pick(properties, "Description", "MuteTargets"),
    ...day("StartDate", properties["StartDate"]),
    ...day("ExpireDate", properties["ExpireDate"]),
  };
}

/** A moment as the template writes it. */
function day(property: string, text: string | undefined) {
  if (text === undefined) return {};
  const ms = parseIso(text);
  if (Number.isNaN(ms)) throw new ResourceFailure(`${property} is no date: ${text}`);
  return { [property]: dateOf(ms) };
}
