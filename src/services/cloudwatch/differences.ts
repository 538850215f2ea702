/** Where Fogbank's CloudWatch differs from AWS's. */
import type { Difference } from "#services/kit/service.ts";

export const differences: Difference[] = [
  {
    operation: "*",
    differs:
      "Alarms are judged at the end of each of their periods, counted from the epoch, and again when values for a finished period come late; AWS slides the window every minute.",
  },
  {
    operation: "*",
    differs:
      "An alarm looks at two periods more than EvaluationPeriods; AWS does not publish how many more it looks at.",
  },
  {
    operation: "PutMetricData",
    differs: "EntityMetricData is refused.",
  },
  {
    operation: "GetMetricData",
    differs:
      "Other accounts and the functions DB_PERF_INSIGHTS, LAMBDA and SERVICE_QUOTA are not offered. AWS publishes neither how it rounds numbers and writes times in dynamic labels nor its percentiles' interpolation; these are Fogbank's own.",
  },
  {
    operation: "PutAnomalyDetector",
    differs:
      "The model is Fogbank's own: a robust trend with the shape of hours, days and weeks, trained on up to two weeks when a band is first asked for and again every hour. PeriodicSpikes is kept and changes nothing.",
  },
  {
    operation: "PutMetricAlarm",
    differs:
      "PromQL criteria are refused, and actions on Systems Manager, incidents and investigations. The texts of the states of alarms on many time series are Fogbank's own.",
  },
  {
    operation: "PutCompositeAlarm",
    differs: "Actions on Systems Manager, incidents and investigations are refused.",
  },
  {
    operation: "GetMetricWidgetImage",
    differs:
      "Time series are drawn as lines, stacked or not, with both axes, annotations and a legend; other views, letters beyond ASCII and the output format image/png are not offered.",
  },
  {
    operation: "PutInsightRule",
    differs:
      "Reports are counted when they are asked for, exactly, from the log events that came while the rule was enabled and are still kept; what a definition found is gone with it. Rules on transformed logs, of other accounts and managed ones are not offered.",
  },
  {
    operation: "PutDashboard",
    differs:
      "Of the properties of widgets only those are checked without which nothing could be shown.",
  },
];
