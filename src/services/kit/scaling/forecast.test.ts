import assert from "node:assert/strict";
import { test } from "node:test";
import { forecastHourly } from "./forecast.ts";

/** Working hours are busy, from Monday to Friday more than at the weekend. */
function load(hour: number): number {
  const [day, time] = [Math.floor(hour / 24) % 7, hour % 24];
  const busy = time >= 9 && time < 17;
  if (day >= 5) return busy ? 40 : 20;
  return busy ? 200 : 50;
}
const hours = (from: number, count: number, of = load) =>
  Array.from({ length: count }, (_, index) => of(from + index));
const near = (actual: readonly number[] | undefined, wanted: readonly number[]) => {
  const rounded = (values: readonly number[]) => values.map((value) => Math.round(value * 1e6));
  assert.deepEqual(actual && rounded(actual), rounded(wanted));
};

test("two weeks tell days of the week and hours of the day", () => {
  near(forecastHourly(hours(0, 336), 48), hours(336, 48));
  // Over the weekend, from Friday.
  near(forecastHourly(hours(96, 336), 48), hours(96 + 336, 48));
});

test("a single day is repeated", () => {
  near(forecastHourly(hours(0, 24), 48), [...hours(0, 24), ...hours(0, 24)]);
});

test("less than a day is too little", () => {
  assert.equal(forecastHourly(hours(0, 23), 48), undefined);
});

test("a load that grew is forecast at its new level", () => {
  const grown = [...hours(0, 312), ...hours(312, 24, (hour) => 2 * load(hour))];
  near(
    forecastHourly(grown, 24)!.slice(0, 9),
    hours(336, 9, (hour) => {
      const before = (load(hour) + 0.6 * load(hour)) / 1.6;
      return 2 * before;
    }),
  );
});

test("hours without values are bridged by the same hours of other days", () => {
  const holes = hours(0, 336).map((value, index) => (index % 5 === 0 ? undefined : value));
  near(forecastHourly(holes, 24), hours(336, 24));
});
