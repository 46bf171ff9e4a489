import {TemplateError} from "./template-error.ts";

/** A moment as a clock on the wall shows it, `2026-05-04T09:08:07`: the same text on every machine and in every zone. */
export function wallClock(now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${day}T${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/**
 * A moment in a format of C's `strftime`, in the C locale, as Python gives it.
 *
 * @param moment as `wallClock` writes it
 * @throws TemplateError for a directive that depends on a zone or a locale
 */
export function strftime(moment: string, format: string): string {
  const date = new Date(`${moment}Z`);
  const [year, month, day, weekday] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), date.getUTCDay()];
  const [hour, minute, second] = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  const padded = (value: number, width = 2, fill = "0") => String(value).padStart(width, fill);
  const ofYear = Math.round((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86_400_000) + 1;
  const hour12 = hour % 12 === 0 ? 12 : hour % 12;
  const values: Readonly<Record<string, () => string>> = {
    a: () => (DAYS[weekday] ?? "").slice(0, 3),
    A: () => DAYS[weekday] ?? "",
    b: () => (MONTHS[month] ?? "").slice(0, 3),
    h: () => (MONTHS[month] ?? "").slice(0, 3),
    B: () => MONTHS[month] ?? "",
    d: () => padded(day),
    e: () => padded(day, 2, " "),
    D: () => `${padded(month + 1)}/${padded(day)}/${padded(year % 100)}`,
    F: () => `${year}-${padded(month + 1)}-${padded(day)}`,
    H: () => padded(hour),
    I: () => padded(hour12),
    j: () => padded(ofYear, 3),
    m: () => padded(month + 1),
    M: () => padded(minute),
    n: () => "\n",
    p: () => (hour < 12 ? "AM" : "PM"),
    R: () => `${padded(hour)}:${padded(minute)}`,
    S: () => padded(second),
    t: () => "\t",
    T: () => `${padded(hour)}:${padded(minute)}:${padded(second)}`,
    u: () => String(weekday === 0 ? 7 : weekday),
    w: () => String(weekday),
    y: () => padded(year % 100),
    Y: () => String(year),
    f: () => "000000",
    "%": () => "%",
    "-d": () => String(day),
    "-m": () => String(month + 1),
    "-H": () => String(hour),
    "-I": () => String(hour12),
    "-M": () => String(minute),
    "-j": () => String(ofYear),
  };
  return format.replace(/%(-?.)/gs, (directive, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new TemplateError(`strftime: ${directive} is not given here`);
    return value();
  });
}
