/** An alarm that rings when a minute's load was above 70 on average. */
export const busyAlarm = {
  AlarmName: "busy",
  Namespace: "Shop",
  MetricName: "Load",
  Statistic: "Average",
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 70,
  ComparisonOperator: "GreaterThanThreshold",
} as const;
