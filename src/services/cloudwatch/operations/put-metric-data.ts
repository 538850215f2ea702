import type { Operation } from "#services/kit/service.ts";
import type { Input } from "#model/sdk.ts";
import { clientOffset } from "#services/kit/client-time.ts";
import { invalidCombination, invalidValue, missingParameter } from "../errors.ts";
import {
  largestValue,
  mostMetricsPerPut,
  mostValuesPerDatum,
  newestDatumMs,
  oldestDatumMs,
} from "../limits.ts";
import { appendValues, type Datum } from "../metrics/append.ts";
import { dimensionPairs } from "../metrics/identity.ts";
import { memoryOf, type State } from "../metrics/memory.ts";
import { awaitLateValues } from "../alarms/late-values.ts";

type AwsDatum = NonNullable<Input<"cloudwatch", "PutMetricData">["MetricData"]>[number];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html */
export const putMetricData: Operation<"cloudwatch", "PutMetricData", State> = async (
  input,
  context,
) => {
  const namespace = input.Namespace ?? "";
  if (namespace.startsWith("AWS/") && context.principal.type !== "service")
    throw invalidValue("The value AWS/ for parameter Namespace is invalid.");
  if (input.EntityMetricData?.length)
    throw invalidValue("Fogbank does not keep entities: EntityMetricData is not supported.");
  const data = input.MetricData ?? [];
  if (data.length === 0) throw missingParameter("The parameter MetricData is required.");
  if (data.length > mostMetricsPerPut)
    throw invalidValue(
      `The collection MetricData must not have a size greater than ${mostMetricsPerPut}.`,
    );
  const nowMs = context.clock.now();
  const offsets = (stampMs: number) => clientOffset(context, stampMs);
  const checked = data.map((datum, index) => toDatum(datum, index + 1, nowMs, offsets));
  const memory = memoryOf(context.state, context);
  const record = await appendValues(context, memory, namespace, checked);
  awaitLateValues(context, context.state, memory, record, nowMs);
  return {};
};

function toDatum(
  datum: AwsDatum,
  member: number,
  nowMs: number,
  offsetOf: (stampMs: number) => number,
): Datum {
  const at = `MetricData.member.${member}`;
  if (!datum.MetricName) throw missingParameter(`The parameter ${at}.MetricName is required.`);
  if (datum.StorageResolution !== undefined && ![1, 60].includes(datum.StorageResolution))
    throw invalidValue(`The parameter ${at}.StorageResolution must be 1 or 60.`);
  return {
    name: datum.MetricName,
    dimensions: checkedDimensions(datum, at),
    unit: datum.Unit ?? "None",
    timeMs: checkedTime(datum.Timestamp, at, nowMs, offsetOf),
    highResolution: datum.StorageResolution === 1,
    ...checkedValues(datum, at),
  };
}

function checkedDimensions({ Dimensions = [] }: AwsDatum, at: string) {
  for (const [index, { Name, Value }] of Dimensions.entries()) {
    const member = `${at}.Dimensions.member.${index + 1}`;
    if (!Name?.trim()) throw missingParameter(`The parameter ${member}.Name is required.`);
    if (!Value?.trim()) throw missingParameter(`The parameter ${member}.Value is required.`);
    if (Name.startsWith(":"))
      throw invalidValue(`The value ${Name} for parameter ${member}.Name is invalid.`);
  }
  const pairs = dimensionPairs(Dimensions);
  const twice = pairs.find(([name], index) => pairs[index + 1]?.[0] === name);
  if (twice)
    throw invalidValue(`The parameter ${at}.Dimensions has the dimension ${twice[0]} twice.`);
  return pairs;
}

function checkedTime(
  stamp: Date | undefined,
  at: string,
  nowMs: number,
  offsetOf: (stampMs: number) => number,
): number {
  if (!stamp) return nowMs;
  const timeMs = stamp.getTime() + offsetOf(stamp.getTime());
  if (!(timeMs >= nowMs - oldestDatumMs))
    throw invalidValue(
      `The parameter ${at}.Timestamp must specify a time within the past two weeks.`,
    );
  if (timeMs > nowMs + newestDatumMs)
    throw invalidValue(
      `The parameter ${at}.Timestamp must specify a time no more than two hours in the future.`,
    );
  return timeMs;
}

function checkedValues(datum: AwsDatum, at: string): Pick<Datum, "values" | "counts"> {
  const { Value, Values, Counts, StatisticValues } = datum;
  const exclusive = (a: string, b: string) =>
    invalidCombination(
      `The parameters ${at}.${a} and ${at}.${b} are mutually exclusive and you have specified both.`,
    );
  if (Value !== undefined && StatisticValues) throw exclusive("Value", "StatisticValues");
  if (Value !== undefined && Values?.length) throw exclusive("Value", "Values");
  if (Values?.length && StatisticValues) throw exclusive("Values", "StatisticValues");
  if (StatisticValues) {
    const { SampleCount, Sum, Minimum, Maximum } = StatisticValues;
    const numbers = { SampleCount, Sum, Minimum, Maximum };
    for (const [name, value] of Object.entries(numbers)) {
      if (value === undefined)
        throw missingParameter(`The parameter ${at}.StatisticValues.${name} is required.`);
      checkNumber(value, `${at}.StatisticValues.${name}`);
    }
    if (Minimum! > Maximum!)
      throw invalidCombination(
        `The parameter ${at}.StatisticValues.Minimum must be less than or equal to ${at}.StatisticValues.Maximum.`,
      );
    if (SampleCount! < 0)
      throw invalidValue(
        `The value ${SampleCount} for parameter ${at}.StatisticValues.SampleCount is invalid.`,
      );
    return { values: [SampleCount!, Sum!, Minimum!, Maximum!], counts: 0 };
  }
  if (Values?.length) {
    if (Values.length > mostValuesPerDatum)
      throw invalidValue(
        `The collection ${at}.Values must not have a size greater than ${mostValuesPerDatum}.`,
      );
    for (const [index, value] of Values.entries())
      checkNumber(value, `${at}.Values.member.${index + 1}`);
    if (!Counts?.length) return { values: Values, counts: 1 };
    if (Counts.length !== Values.length)
      throw invalidValue(`The parameters ${at}.Values and ${at}.Counts must be of the same size.`);
    for (const [index, count] of Counts.entries()) {
      checkNumber(count, `${at}.Counts.member.${index + 1}`);
      if (count < 0)
        throw invalidValue(
          `The value ${count} for parameter ${at}.Counts.member.${index + 1} is invalid.`,
        );
    }
    return { values: Values, counts: Counts };
  }
  if (Value === undefined)
    throw missingParameter(
      `At least one of the parameters ${at}.Value, ${at}.Values and ${at}.StatisticValues must be specified.`,
    );
  checkNumber(Value, `${at}.Value`);
  return { values: [Value], counts: 1 };
}

function checkNumber(value: number, at: string): void {
  if (!Number.isFinite(value) || Math.abs(value) > largestValue)
    throw invalidValue(`The value ${value} for parameter ${at} is invalid.`);
}
