import {LabelscopeError} from "../../errors.ts";
import {nameKey} from "./label-names.ts";
import type {TableMapping} from "./mapping.ts";
import type {TableFormat} from "./read-table.ts";

/** A column that is given two parts to play, one of them the labels'. */
function twoRoles({
  textColumn,
  idColumn,
  annotatorColumn,
  labelsColumn = [],
  labelColumns = [],
  annotatorColumns = [],
}: TableMapping): string | undefined {
  const others = [textColumn, idColumn, annotatorColumn];
  const column = [...labelsColumn, ...labelColumns, ...annotatorColumns].find(name => others.includes(name));
  return column ?? (annotatorColumn !== undefined && annotatorColumn === textColumn ? annotatorColumn : undefined);
}

function twice(names: readonly string[]): string | undefined {
  const keys = names.map(nameKey);
  return names.find((_, index) => keys.indexOf(keys[index] ?? "") < index);
}

/** What is wrong with flags whatever the file holds. */
function flagProblems(mapping: TableMapping): string[] {
  const {
    labelsColumn = [],
    labelColumns,
    annotatorColumns,
    annotatorColumn,
    labels,
    rename,
    delimiter,
    separator,
  } = mapping;
  const {testShare, calibrationShare, split} = mapping;
  const places = [
    labelsColumn.length > 0 ? "--labels-column" : undefined,
    labelColumns === undefined ? undefined : "--label-columns",
    annotatorColumns === undefined ? undefined : "--annotator-columns",
  ].filter(flag => flag !== undefined);
  const columns = twice([...labelsColumn, ...(labelColumns ?? []), ...(annotatorColumns ?? [])]);
  const label = twice(labels ?? []);
  const role = twoRoles(mapping);
  const several = annotatorColumns !== undefined || labelsColumn.length > 1;
  const renamed = (rename ?? []).find(pair => !/^[^=]+=\s*\S/.test(pair));
  return [
    places.length > 1 ? `${places.join(" and ")}: give one of them` : undefined,
    columns === undefined ? undefined : `column "${columns}" is named twice`,
    role === undefined ? undefined : `column "${role}" is given two parts: text, id, annotator or labels`,
    label === undefined ? undefined : `--labels has "${label}" twice (case and spaces do not tell labels apart)`,
    several && annotatorColumn !== undefined
      ? "several columns of annotators and --annotator-column: a row is one annotator's word, or all annotators'"
      : undefined,
    renamed === undefined ? undefined : `--rename ${renamed}: expected VALUE=LABEL`,
    delimiter !== undefined && ([...delimiter].length !== 1 || /["\r\n]/.test(delimiter))
      ? `--delimiter ${JSON.stringify(delimiter)}: expected one character`
      : undefined,
    separator === "" ? "--separator is empty" : undefined,
    (testShare ?? 0.1) + (calibrationShare ?? 0.1) > 1 + 1e-9
      ? "--test-share and --calibration-share come to more than 1 (each is 0.1 unless given)"
      : undefined,
    testShare === 0 ? "--test-share 0: a task needs a test split" : undefined,
    split !== undefined && (testShare !== undefined || calibrationShare !== undefined)
      ? "--split test leaves nothing to share out: give it, or --test-share and --calibration-share"
      : undefined,
  ].filter(problem => problem !== undefined);
}

/**
 * Refuses flags that say too little, or contradict each other.
 *
 * @throws LabelscopeError `usage`
 */
export function checkMapping(format: string, reader: TableFormat, mapping: TableMapping): void {
  const {textColumn, labelsColumn, labelColumns, annotatorColumns} = mapping;
  const located = (labelsColumn?.length ?? 0) > 0 || labelColumns !== undefined || annotatorColumns !== undefined;
  const foreign = reader.export !== undefined;
  const table = ["delimiter", "quotes"] as const;
  const columns = ["labelColumns", "annotatorColumns", "annotatorColumn", "annotatorsColumn"] as const;
  const own = (["textColumn", "idColumn", "labelsColumn"] as const).filter(
    flag => reader.export?.takes.includes(flag) === false,
  );
  const given = (flags: readonly (keyof TableMapping)[]): string =>
    flags
      .filter(flag => mapping[flag] !== undefined)
      .map(flagOf)
      .join(", ");
  const fixed = foreign ? given([...own, ...columns]) : "";
  const forTables = format === "csv" ? "" : given(table);
  const problems = [
    !foreign && textColumn === undefined ? "no --text-column: which column holds the text" : undefined,
    format === "csv" && !located
      ? "none of --labels-column, --label-columns, --annotator-columns: where the labels are"
      : undefined,
    fixed === "" ? undefined : `labelscope knows the columns of ${format}: leave out ${fixed}`,
    forTables === "" ? undefined : `${format} is no table with delimiters: leave out ${forTables}`,
    ...flagProblems(mapping),
  ].filter(problem => problem !== undefined);
  if (problems.length === 0) return;
  const flags = foreign ? "" : " --text-column text --labels-column labels";
  throw new LabelscopeError({
    code: "usage",
    message: `tasks import ${format} does not know how to read the file`,
    details: problems,
    next: `labelscope tasks import ${format} --data FILE --out DIR${flags}`,
  });
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
}
